import ChargeControl
import YAMLFile

/// Everything that was read of a file, before it is known to fit together.
struct SettingsDraft {
    var links: [LinkDraft]
    var packs: [PackDraft]
    var inverters: [InverterDraft]
    var shunt: ShuntDraft?
    var limits: LimitsDraft?
    var gateway: GatewayDraft
}

/// What must hold between the values of a file.
struct CrossChecks {
    let draft: SettingsDraft
    let catalogue: DeviceCatalogue
    let problems: ProblemCollector

    func run() {
        checkLinkNamesAndPaths()
        checkDevices()
        checkShunt()
        checkPackNames()
        checkAddresses()
        checkCells()
        checkShares()
        checkListening()
        if let limits = draft.limits {
            LimitChecks(limits: limits, draft: draft, problems: problems).run()
        }
    }

    func link(_ name: Located<String>?) -> LinkDraft? {
        guard let name else { return nil }
        return draft.links.first { $0.name == name.value }
    }

    /// Two links on one wire would talk into each other; a link nobody uses is a name mistyped elsewhere.
    private func checkLinkNamesAndPaths() {
        var seen: [String: SourceMark] = [:]
        for link in draft.links {
            guard let address = link.address, let mark = link.medium?.mark else { continue }
            if let first = seen[address] {
                problems.add(
                    mark, "\(SafeText.quoted(address)) is opened twice",
                    "line \(first.line) already opens it",
                    "use one link for everything on this wire")
            }
            seen[address] = seen[address] ?? mark
        }
        // Where a name is missing or leads nowhere, it may be the one that was meant.
        let wanted =
            draft.packs.map(\.link) + draft.inverters.map(\.link)
            + (draft.shunt.map { [$0.link] } ?? [])
        guard !draft.inverters.isEmpty, wanted.allSatisfy({ link($0) != nil }) else { return }
        let used = Set(wanted.compactMap { $0?.value })
        for link in draft.links where !used.contains(link.name) {
            problems.add(
                link.mark, "link \(SafeText.quoted(link.name)) is used by nothing", "it would never be read",
                "name it in a pack, the inverter or the shunt, or remove it")
        }
    }

    private func checkPackNames() {
        var seen: [String: SourceMark] = [:]
        for pack in draft.packs {
            guard let name = pack.name else { continue }
            if let first = seen[name.value] {
                problems.add(
                    name.mark, "a second \(pack.title)", "line \(first.line) has this name already",
                    "give each pack a name of its own")
            }
            seen[name.value] = seen[name.value] ?? name.mark
        }
    }

    private func checkAddresses() {
        struct Place: Hashable {
            var link: String
            var address: Int
        }
        var seen: [Place: SourceMark] = [:]
        for pack in draft.packs {
            guard let link = pack.link, let address = pack.address else { continue }
            let place = Place(link: link.value, address: address.value)
            if let first = seen[place] {
                problems.add(
                    address.mark, "address \(address.value) of \(pack.title)",
                    "the pack of line \(first.line) has it on the same link, and both would answer at once",
                    "set another address on the pack and write it here")
            }
            seen[place] = seen[place] ?? address.mark
        }
    }

    private func checkCells() {
        guard let first = draft.packs.compactMap(\.cells).first else { return }
        for pack in draft.packs {
            guard let cells = pack.cells, cells.value != first.value else { continue }
            problems.add(
                cells.mark, "\(pack.title) has \(cells.value) cells",
                "line \(first.mark.line) has \(first.value), and packs in parallel must have equally many",
                "correct one of the two lines; packs that really differ must not be wired together")
        }
    }

    /// Shares that add up to less than the whole hide current from every pack's own limit.
    private func checkShares() {
        let shares = draft.packs.compactMap(\.share)
        guard let last = shares.last else { return }
        let sum = shares.reduce(0) { $0 + $1.value }
        let lines = shares.dropLast().map { "\($0.mark.line)" }.joined(separator: ", ")
        let others = lines.isEmpty ? "" : " with those of line \(lines)"
        if shares.count == draft.packs.count {
            // A third of the current is written 33.3 %.
            guard abs(sum - 1_000) > Int64(shares.count) else { return }
            problems.add(
                last.mark, "the shares add up to \(Quantity.part.text(sum))\(others)",
                "every pack has one, so they are the whole current", "make them add up to 100 %")
        } else if sum >= 1_000 {
            problems.add(
                last.mark, "the shares add up to \(Quantity.part.text(sum))\(others)",
                "nothing is left for the packs without a share", "lower them, or remove them")
        }
    }

    private func checkListening() {
        var first: [String: PackDraft] = [:]
        for pack in draft.packs {
            guard let link = pack.link else { continue }
            guard let other = first[link.value] else {
                first[link.value] = pack
                continue
            }
            guard other.listens != pack.listens else {
                if pack.listens { checkHeardDriver(of: pack, beside: other) }
                continue
            }
            problems.add(
                pack.listen?.mark ?? pack.mark,
                "\(pack.title) is \(pack.listens ? "listened to" : "polled") on link \(SafeText.quoted(link.value))",
                "the pack of line \(other.listen?.mark.line ?? other.mark.line) on it is not, and a bus has one master",
                "write the same 'listen' for every pack of this link")
        }
    }
    /// Who asks knows whose answer comes next; who only listens does not.
    private func checkHeardDriver(of pack: PackDraft, beside other: PackDraft) {
        guard let driver = pack.driver, let heard = other.driver, driver.value != heard.value else { return }
        problems.add(
            driver.mark, "\(pack.title) is listened to with driver \(SafeText.quoted(driver.value))",
            "line \(heard.mark.line) listens on the same link with \(SafeText.quoted(heard.value)), and whose answer it is cannot be told",
            "put the packs of one protocol on one link, or write 'listen: false' and let no other master poll"
        )
    }
}
