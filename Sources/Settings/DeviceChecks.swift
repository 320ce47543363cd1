import ChargeControl
import YAMLFile

extension CrossChecks {
    /// Drivers and profiles exist and can run on their links.
    func checkDevices() {
        for pack in draft.packs { check(pack) }
        checkOneDriverOnCAN()
        for inverter in draft.inverters { check(inverter) }
        checkInverterLinks()
        for link in draft.links { checkBaud(of: link) }
    }

    private func check(_ pack: PackDraft) {
        let link = existing(pack.link)
        guard let name = pack.driver else { return }
        guard let driver = catalogue.driver(name.value) else {
            unknown(name, key: "driver", among: catalogue.drivers.map(\.id))
            return
        }
        if let source = driver.source {
            check(pack, driver, source)
        } else {
            refuseWhatSourcesHave(pack, driver)
            demandWithout(pack, driver, name.mark)
        }
        if let address = pack.address, driver.source == nil || driver.linkKinds.contains(.serial),
            !driver.addresses.contains(address.value)
        {
            problems.add(
                address.mark, "address \(address.value) of \(pack.title)",
                "\(driver.id) has addresses \(driver.addresses.lowerBound)…\(driver.addresses.upperBound)",
                "write the address the pack is set to")
        }
        if let mode = pack.readMode, !driver.readModes.contains(mode.value) {
            problems.add(
                mode.mark, "'read' is '\(mode.value.rawValue)'",
                "\(driver.id) has no such way to read a pack",
                "remove it")
        }
        if let listen = pack.listen, listen.value, !driver.canListen {
            problems.add(
                listen.mark, "\(pack.title) is only listened to", "\(driver.id) must ask to get an answer",
                "write 'listen: false', and make sure that no other master polls")
        }
        check(pack.settingsWritable, pack, driver)
        if let link, let kind = link.kind, !driver.linkKinds.contains(kind), let mark = pack.link?.mark {
            let wanted = LinkKind.allCases.filter(driver.linkKinds.contains)
            problems.add(
                mark, "driver '\(driver.id)' on link \(SafeText.quoted(link.name))",
                "it needs \(wanted.map(\.words).joined(separator: " or ")), and line \(link.mark.line) opens "
                    + kind.words,
                "name a link of the right kind")
        }
    }

    private func check(
        _ writable: Located<Bool>?, _ pack: PackDraft, _ driver: DeviceCatalogue.Driver
    ) {
        guard let writable, writable.value else { return }
        if !driver.canWriteSettings {
            let able = catalogue.drivers.filter(\.canWriteSettings).map(\.id).joined(separator: ", ")
            problems.add(
                writable.mark, "settings of \(pack.title) may be written",
                "\(driver.id) has no proven way to write one" + (able.isEmpty ? "" : "; \(able) has"),
                "remove 'settings_writable'")
        } else if pack.listens {
            problems.add(
                writable.mark, "settings of \(pack.title) may be written",
                "the pack is only listened to, and two masters must not talk on one line",
                "remove 'settings_writable', or take the other master off the line")
        }
    }

    /// What is on a CAN bus is understood in one protocol: frames do not say in which one they are meant.
    private func checkOneDriverOnCAN() {
        var first: [String: Located<String>] = [:]
        for pack in draft.packs {
            guard let link = link(pack.link), link.kind == .can, let driver = pack.driver else { continue }
            guard let other = first[link.name] else {
                first[link.name] = driver
                continue
            }
            guard other.value != driver.value, isBMSOnCAN(other), isBMSOnCAN(driver) else { continue }
            problems.add(
                driver.mark,
                "\(pack.title) on link \(SafeText.quoted(link.name)) is read by '\(driver.value)'",
                "the pack of line \(other.mark.line) on it is read by '\(other.value)', and a CAN bus of packs has one protocol",
                "give packs of another kind a link of their own")
        }
    }

    private func isBMSOnCAN(_ driver: Located<String>) -> Bool {
        catalogue.driver(driver.value).map { $0.source == nil && $0.linkKinds.contains(.can) } ?? false
    }

    /// What a BMS never reports must be written down: it is the operator who decides to go without.
    private func demandWithout(
        _ pack: PackDraft, _ driver: DeviceCatalogue.Driver, _ mark: SourceMark
    ) {
        guard !pack.without.contains(driver.absent) else { return }
        var written = pack.without
        written.insert(driver.absent)
        let lacking = DeviceCatalogue.words(of: driver.absent).joined(separator: ", ")
        problems.add(
            mark, "\(pack.title) is read by '\(driver.id)'",
            "it never reports \(lacking), and the control does not guess",
            "write 'without: [\(DeviceCatalogue.words(of: written).joined(separator: ", "))]' in the pack; docs/safety.md says what that means"
        )
    }

    private func check(_ inverter: InverterDraft) {
        var link = existing(inverter.link)
        if let name = inverter.link, link != nil,
            let pack = draft.packs.first(where: { $0.link?.value == name.value })
        {
            problems.add(
                name.mark, "the inverter is on link \(SafeText.quoted(name.value))",
                "\(pack.title) of line \(pack.link?.mark.line ?? pack.mark.line) is read over it",
                "wire the inverter to a link of its own")
            link = nil
        }
        guard let name = inverter.profile else { return }
        guard let profile = catalogue.profile(name.value) else {
            unknown(name, key: "profile", among: catalogue.profiles.map(\.id))
            return
        }
        check(dialect: inverter.dialect, of: profile)
        guard let link, let kind = link.kind else { return }
        guard profile.linkKinds.contains(kind) else {
            let wanted = LinkKind.allCases.filter(profile.linkKinds.contains)
            problems.add(
                name.mark, "profile '\(profile.id)' on link \(SafeText.quoted(link.name))",
                "it needs \(wanted.map(\.words).joined(separator: " or ")), and line \(link.mark.line) opens \(kind.words)",
                "name a link of the right kind, or another profile")
            return
        }
        checkRate(of: link, profile, inverter)
        checkPart(of: inverter, on: link)
        if profile.linkKind != .serial, let address = inverter.address {
            problems.add(
                address.mark, "'address' is \(address.value)", "\(profile.id) has no addresses", "remove it")
        }
    }

    /// Who calls over a network may be an energy manager that only reads: a part kept for it would be lost.
    private func checkPart(of inverter: InverterDraft, on link: LinkDraft) {
        if let reads = inverter.readsOnly, link.kind != .server {
            problems.add(
                reads.mark, "'reads_only' on link \(SafeText.quoted(link.name))",
                "whoever is on it is taken for an inverter, which has its part of the currents",
                "remove it")
        } else if inverter.readsOnly?.value == true, let weight = inverter.weight {
            problems.add(
                weight.mark, "'weight' is \(weight.value)", "whoever only reads has no part of the currents",
                "remove it, or write 'reads_only: false'")
        } else if link.kind == .server, draft.inverters.count > 1, inverter.readsOnly == nil {
            problems.add(
                inverter.mark, "the inverter on link \(SafeText.quoted(link.name)) has no 'reads_only'",
                "whoever calls there may draw current and needs a part of it, or may only read",
                "write 'reads_only: true' for an energy manager, 'reads_only: false' for an inverter")
        }
    }

    /// Two inverters on one link would both take what is meant for one of them.
    private func checkInverterLinks() {
        var seen: [String: SourceMark] = [:]
        for inverter in draft.inverters {
            guard let name = inverter.link else { continue }
            if let first = seen[name.value] {
                problems.add(
                    name.mark, "a second inverter on link \(SafeText.quoted(name.value))",
                    "line \(first.line) has one on it already, and both would take the same part",
                    "give each inverter a link of its own")
            }
            seen[name.value] = seen[name.value] ?? name.mark
        }
    }

    private func check(dialect: Located<String>?, of profile: DeviceCatalogue.Profile) {
        guard let dialect, !profile.dialects.contains(dialect.value) else { return }
        if profile.dialects.isEmpty {
            problems.add(
                dialect.mark, "'dialect' is \(SafeText.quoted(dialect.value))", "\(profile.id) has none",
                "remove it")
        } else {
            unknown(dialect, key: "dialect", among: profile.dialects)
        }
    }

    private func checkRate(
        of link: LinkDraft, _ profile: DeviceCatalogue.Profile, _ inverter: InverterDraft
    ) {
        guard let rate = link.bitsPerSecond, let kilobits = profile.bitrateKbitPerSecond,
            rate.value != Int64(kilobits) * 1_000, let line = inverter.profile?.mark.line
        else { return }
        problems.add(
            rate.mark, "'bitrate' is \(Quantity.bitRate.text(rate.value))",
            "profile '\(profile.id)' of line \(line) speaks at \(kilobits) kbit/s",
            "write 'bitrate: \(kilobits) kbit/s', and set the adapter to it")
    }

    /// A port without a baud rate takes that of its drivers, if they agree.
    private func checkBaud(of link: LinkDraft) {
        guard case .serial = link.medium?.value, link.baud == nil else { return }
        let rates = Set(defaultBauds(of: link.name))
        guard rates.count > 1 else { return }
        let shown = rates.sorted().map { "\($0)" }.joined(separator: " and ")
        problems.add(
            link.mark, "'baud' is missing in link \(SafeText.quoted(link.name))",
            "its drivers usually run at \(shown)", "set all packs to one rate and write it here")
    }

    /// The usual baud rates of what runs on the link called `name`.
    func defaultBauds(of name: String) -> [Int] {
        var rates: [Int] = []
        for pack in draft.packs where pack.link?.value == name {
            if let driver = pack.driver.flatMap({ catalogue.driver($0.value) }) {
                rates.append(driver.defaultBaud)
            }
        }
        for inverter in draft.inverters where inverter.link?.value == name {
            if let rate = inverter.profile.flatMap({ catalogue.profile($0.value) })?.defaultBaud {
                rates.append(rate)
            }
        }
        if let shunt = draft.shunt, shunt.link?.value == name,
            let rate = shunt.driver.flatMap({ catalogue.shunt($0.value) })?.defaultBaud
        {
            rates.append(rate)
        }
        return rates
    }

    /// The link of this name; a problem if there is none.
    func existing(_ name: Located<String>?) -> LinkDraft? {
        guard let name else { return nil }
        if let link = link(name) { return link }
        unknown(name, key: "link", among: draft.links.map(\.name))
        return nil
    }

    func unknown(_ name: Located<String>, key: String, among words: [String]) {
        let known = words.isEmpty ? "there is none" : "known are: \(words.map(shown).joined(separator: ", "))"
        let nearest = NearestName.of(name.value, among: words).map { "did you mean '\($0)'?" }
        problems.add(
            name.mark, "there is no \(key) \(SafeText.quoted(name.value))", known,
            nearest ?? "write one that exists")
    }

    private func shown(_ word: String) -> String {
        let quoted = SafeText.quoted(word)
        return quoted.first == "'" ? String(quoted.dropFirst().dropLast()) : quoted
    }
}

extension LinkKind {
    var words: String {
        switch self {
        case .serial: "a serial line (serial or tcp)"
        case .can: "a CAN bus (socketcan, slcan or slcan_tcp)"
        case .server: "a TCP port (tcp_listen)"
        }
    }
}
