import BatteryModel
import ChargeControl
import YAMLFile

/// The section `limits` as it was written, on top of the defaults.
struct LimitsDraft {
    var mark: SourceMark
    var control: ControlSettings
    /// Where the keys stand that were written and understood.
    var marks: [String: SourceMark] = [:]
    /// Keys that were written and not understood: nothing may be concluded from their values.
    var broken: Set<String> = []
}

/// Reads the section `limits`.
struct LimitsSchema {
    static let chemistries: [(word: String, value: Chemistry)] = [
        ("lfp", .lfp), ("nmc", .nmc), ("lto", .lto),
    ]
    static let alarmPolicies: [(word: String, value: AlarmPolicy)] = [
        ("any_pack", .anyPack), ("all_packs", .allPacks),
    ]

    private var draft: LimitsDraft

    static func read(_ root: inout MappingReader) -> LimitsDraft? {
        root.require(
            "limits", "nothing may flow without limits",
            "add 'limits:' with the charge_current and discharge_current of the bank")
        guard let node = root.node("limits"),
            var reader = MappingReader(node, title: "limits", problems: root.problems)
        else { return nil }
        let chemistry = reader.choice("chemistry", chemistries)
        var schema = LimitsSchema(
            draft: LimitsDraft(
                mark: node.mark,
                control: ControlSettings(
                    chemistry: chemistry?.value ?? .lfp, bankChargeMilliamps: 0, bankDischargeMilliamps: 0)))
        schema.note("chemistry", chemistry?.mark, reader)
        schema.readAll(&reader)
        return schema.draft
    }

    private mutating func readAll(_ reader: inout MappingReader) {
        read(voltages: LimitRows.voltages(of: draft.control.chemistry), &reader)
        for row in LimitRows.currents + LimitRows.others { read(row, &reader) }
        for row in LimitRows.times { read(row, &reader) }
        for row in LimitRows.curves { read(row, &reader) }
        let start = reader.count("start_with", in: 1...BusbarSettings.maximumPacks)
        draft.control.startWithPacks = start.map { Int32($0.value) }
        note("start_with", start?.mark, reader)
        let policy = reader.choice("alarm_policy", Self.alarmPolicies)
        if let policy { draft.control.alarmPolicy = policy.value }
        note("alarm_policy", policy?.mark, reader)
        for section in LimitRows.sections { read(section, &reader) }
        for row in LimitRows.currents {
            reader.require(
                row.key, "no current is allowed without it",
                "add the most the bank, its cables and its fuses may carry, for example '\(row.key): 100 A'")
        }
        reader.finish()
    }

    private mutating func read(_ section: LimitRows.Section, _ outer: inout MappingReader) {
        let voltages = section.voltages(draft.control.chemistry)
        guard let node = outer.node(section.key),
            var reader = MappingReader(node, title: section.key, problems: outer.problems)
        else {
            if outer.has(section.key) { draft.broken.formUnion(section.keys) }
            return
        }
        read(voltages: voltages, &reader)
        for row in section.numbers { read(row, &reader) }
        for row in section.times { read(row, &reader) }
        for row in section.flags {
            let value = reader.flag(row.key)
            if let value { draft.control[keyPath: row.path] = value.value }
            note(row.key, value?.mark, reader)
        }
        for row in section.words {
            let value = reader.choice(row.key, row.words.enumerated().map { ($1, $0) })
            if let value { row.set(&draft.control, value.value) }
            note(row.key, value?.mark, reader)
        }
        if section.hasWishes { readWishes(&reader) }
        reader.finish()
    }

    /// What the operator may want of the state of charge; nothing unless it is written.
    private mutating func readWishes(_ reader: inout MappingReader) {
        let target = reader.quantity(LimitRows.target.key, .part, in: LimitRows.target.range)
        draft.control.stages.socTargetPermille = target.map { Int32($0.value) }
        note(LimitRows.target.key, target?.mark, reader)
        let chargeBy = readChargeBy(&reader)
        draft.control.stages.chargeBy = chargeBy?.value
        note(LimitRows.chargeByKey, chargeBy?.mark, reader)
    }

    private func readChargeBy(_ outer: inout MappingReader) -> Located<ChargeBy>? {
        guard let node = outer.node(LimitRows.chargeByKey),
            var reader = MappingReader(node, title: LimitRows.chargeByKey, problems: outer.problems)
        else { return nil }
        let soc = reader.quantity("soc", .part, in: LimitRows.chargeBySOC)
        let time = reader.text(
            "time", "it is a time of day, 00:00 to 23:59", "write it as in '06:30'",
            read: LimitRows.minuteOfDay)
        reader.require("soc", "the wish is not complete", "add the state of charge, for example 'soc: 80 %'")
        reader.require("time", "the wish is not complete", "add the time of day, for example 'time: 06:30'")
        reader.finish()
        guard let soc, let time else { return nil }
        return Located(
            value: ChargeBy(socPermille: Int32(soc.value), minuteOfDay: time.value), mark: node.mark)
    }

    private mutating func read(voltages: [LimitRows.Number], _ reader: inout MappingReader) {
        // The window of a chemistry that was not understood is unknown: then only what no cell survives is refused.
        let isKnown = !draft.broken.contains("chemistry")
        for var row in voltages {
            if !isKnown { row.range = 1_000...5_000 }
            read(row, &reader)
        }
    }

    private mutating func read(_ row: LimitRows.Number, _ reader: inout MappingReader) {
        let value = reader.quantity(row.key, row.quantity, in: row.range)
        if let value { draft.control[keyPath: row.path] = Int32(value.value) }
        note(row.key, value?.mark, reader)
    }

    private mutating func read(_ row: LimitRows.Time, _ reader: inout MappingReader) {
        let value = reader.quantity(row.key, row.quantity, in: row.range)
        if let value { draft.control[keyPath: row.path] = .milliseconds(value.value) }
        note(row.key, value?.mark, reader)
    }

    private mutating func read(_ row: LimitRows.Corners, _ reader: inout MappingReader) {
        let curve = CurveReader(row: row, problems: reader.problems).read(&reader)
        if let curve { draft.control[row] = curve.value }
        note(row.key, curve?.mark, reader)
    }

    private mutating func note(_ key: String, _ mark: SourceMark?, _ reader: MappingReader) {
        if let mark {
            draft.marks[key] = mark
        } else if reader.has(key) {
            draft.broken.insert(key)
        }
    }
}
