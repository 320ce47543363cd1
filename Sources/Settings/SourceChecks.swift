import ChargeControl
import YAMLFile

extension CrossChecks {
    /// A battery that is heard as its inverter would hear it: it tells enough, and is alone on its link.
    func check(_ pack: PackDraft, _ driver: DeviceCatalogue.Driver, _ source: DeviceCatalogue.Source) {
        guard let name = pack.driver else { return }
        if let dialect = pack.dialect, !source.dialects.contains(where: { $0.name == dialect.value }) {
            unknown(dialect, key: "dialect", among: source.dialects.map(\.name))
        } else if let missing = source.dialect(pack.dialect?.value)?.missing, !missing.isEmpty {
            problems.add(
                name.mark, "'\(driver.id)' as the source of \(pack.title)",
                "a battery does not tell \(missing.joined(separator: " and ")) in it, and without that no current is safe",
                "connect the battery over another of its protocols")
        } else {
            checkInverters(of: pack, name)
        }
        if let address = pack.address, !driver.linkKinds.contains(.serial) {
            problems.add(
                address.mark, "'address' is \(address.value)", "\(driver.id) has no addresses", "remove it")
        }
        checkIsAlone(pack)
        guard let link = link(pack.link), let rate = link.bitsPerSecond,
            let kilobits = source.bitrateKbitPerSecond, rate.value != Int64(kilobits) * 1_000
        else { return }
        problems.add(
            rate.mark, "'bitrate' is \(Quantity.bitRate.text(rate.value))",
            "'\(driver.id)' of line \(name.mark.line) speaks at \(kilobits) kbit/s",
            "write 'bitrate: \(kilobits) kbit/s', and set the adapter to it")
    }

    /// An inverter may need what this battery never tells.
    private func checkInverters(of pack: PackDraft, _ name: Located<String>) {
        for inverter in draft.inverters {
            guard let profile = inverter.profile, catalogue.profile(profile.value) != nil,
                let signal = catalogue.obstacle(
                    .init(profile: name.value, dialect: pack.dialect?.value),
                    .init(profile: profile.value, dialect: inverter.dialect?.value))
            else { continue }
            problems.add(
                profile.mark, "profile '\(profile.value)' for a battery that speaks '\(name.value)'",
                "the inverter needs '\(signal)', and \(pack.title) of line \(pack.mark.line) never tells it",
                "choose another profile of the inverter, or connect the battery over another of its protocols"
            )
        }
    }

    /// Whoever is asked as a battery is the only one on its wire.
    private func checkIsAlone(_ pack: PackDraft) {
        guard let name = pack.link,
            let other = draft.packs.first(where: { $0.link?.value == name.value && $0.mark != pack.mark })
        else { return }
        problems.add(
            name.mark, "\(pack.title) is on link \(SafeText.quoted(name.value))",
            "\(other.title) of line \(other.mark.line) is on it too, and the two cannot be told apart",
            "give each battery a link of its own")
    }

    /// What a pack that is read by the driver of its BMS cannot have: a dialect, and cells that are wished away.
    func refuseWhatSourcesHave(_ pack: PackDraft, _ driver: DeviceCatalogue.Driver) {
        if let dialect = pack.dialect {
            problems.add(
                dialect.mark, "'dialect' is \(SafeText.quoted(dialect.value))", "\(driver.id) has none",
                "remove it")
        }
        guard let mark = pack.singleCellsMark, !driver.absent.contains(.singleCells) else { return }
        problems.add(
            mark, "'\(PackSchema.singleCells)' in 'without' of \(pack.title)",
            "\(driver.id) reports them, and the control watches each",
            "remove it; it is for batteries that report none and tell limits of their own")
    }
}
