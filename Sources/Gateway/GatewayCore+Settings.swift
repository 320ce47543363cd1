import BMSDrivers
public import BatteryModel
public import ChargeControl

// What the BMS are set to: compared with the configuration, and written when somebody orders it.

extension Contradiction.Kind {
    /// Every kind, in order.
    public static var allCases: [Contradiction.Kind] {
        (0..<UInt8(count)).compactMap(Contradiction.Kind.init(rawValue:))
    }
}

extension GatewayConfiguration {
    /// What a pack has said, beside what the configuration says of it.
    public func settingsView(ofPack index: Int, _ reading: PackReading) -> SettingsView {
        let pack = packs[index]
        var view = SettingsView(reading: reading, pack: pack.settings, control: control, address: nil)
        guard case .driver(let driver, let address, _) = pack.reader else { return view }
        view.address = address
        view.speaksCAN = isForInverters(.canProtocol, reading, driver)
        view.speaksUART = isForInverters(.uart1Protocol, reading, driver)
        return view
    }

    private func isForInverters(_ field: PackField, _ reading: PackReading, _ driver: BMSDriver) -> Bool {
        reading[field].map { driver.settings.isForInverters(field, $0.value) } ?? false
    }
}

extension GatewayCore {
    /// How often what the BMS are set to is compared with the configuration: they are asked once a minute.
    static let comparisonInterval = Interval.seconds(1)

    /// Puts into the log what has begun to contradict the configuration, and what has ended to.
    mutating func compareSettings(at now: Instant) {
        guard now >= nextComparison else { return }
        nextComparison = now + Self.comparisonInterval
        for index in configuration.packs.indices {
            let found = Contradictions(configuration.settingsView(ofPack: index, image.packs[index].reading))
            for kind in Contradiction.Kind.allCases {
                switch (contradictions[index][kind], found[kind]) {
                case (nil, let new?): log.add(.contradiction(new, pack: index), at: now)
                case (let old?, nil): log.add(.contradictionOver(old, pack: index), at: now)
                default: break
                }
            }
            contradictions[index] = found
        }
    }

    /// Begins to write a setting, or only looks whether it could.
    ///
    /// - Throws: Why it cannot be; nothing was sent then.
    mutating func write(
        _ change: SettingChange, isRehearsal: Bool, by: String, at now: Instant
    ) throws(SettingRefusal) {
        let (line, slot, setting, old) = try examine(change)
        guard !isRehearsal else { return }
        guard packLines[line].write(setting, change.value, slot: slot, at: now) else { throw .busy }
        let number = (settingRecord?.number ?? 0) + 1
        let record = SettingRecord(number: number, change: change, old: old, by: by, at: now)
        settingRecord = record
        log.add(.setting(record), at: now)
    }

    /// Notes what became of a write on a line.
    mutating func noteWrite(onLine index: Int, at now: Instant) {
        guard let write = packLines[index].takeFinishedWrite(), settingRecord != nil else { return }
        settingRecord?.outcome = SettingRecord.Outcome(write)
        if let record = settingRecord { log.add(.setting(record), at: now) }
        nextComparison = now
    }

    private func examine(
        _ change: SettingChange
    ) throws(SettingRefusal) -> (line: Int, slot: Int, setting: Int, old: Int32) {
        guard configuration.packs.indices.contains(change.pack) else { throw .unknownPack }
        let pack = configuration.packs[change.pack]
        guard case .driver(let driver, _, _) = pack.reader,
            case .slot(let line, let slot) = places[change.pack],
            let setting = driver.settings.index(of: change.field)
        else { throw .notWritable }
        guard pack.settingsWritable else { throw .notAllowed }
        let range = driver.settings.writable(setting).range
        guard range.contains(change.value) else { throw .outOfRange(range) }
        guard !lines[line].isListening else { throw .listening }
        if let record = settingRecord, record.outcome == nil { throw .busy }
        guard verdict?[change.pack].freshness == .fresh else { throw .notFresh }
        let reading = image.packs[change.pack].reading
        guard let old = reading[change.field]?.value else { throw .notKnown }
        guard old != change.value else { throw .alreadySet }
        try refuseContradiction(change, reading)
        return (line, slot, setting, old)
    }

    /// The configuration is changed first, and the BMS then: otherwise nobody has said what is wanted.
    private func refuseContradiction(
        _ change: SettingChange, _ reading: PackReading
    ) throws(SettingRefusal) {
        var after = reading
        after[change.field]?.value = change.value
        let before = Contradictions(configuration.settingsView(ofPack: change.pack, reading))
        let found = Contradictions(configuration.settingsView(ofPack: change.pack, after))
        for kind in Contradiction.Kind.allCases {
            guard let new = found[kind], before[kind] == nil, new.level != .info else { continue }
            throw .contradicts(new)
        }
    }
}
