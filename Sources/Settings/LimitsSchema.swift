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

/// The keys of the section `limits` that hold one number.
enum LimitRows {
    /// A number that the control keeps as it is.
    struct Number: Sendable {
        var key: String
        var path: any WritableKeyPath<ControlSettings, Int32> & Sendable
        var quantity: Quantity
        var range: ClosedRange<Int64>
    }

    /// A time.
    struct Time: Sendable {
        var key: String
        var path: any WritableKeyPath<ControlSettings, Interval> & Sendable
        /// In milliseconds.
        var range: ClosedRange<Int64>
    }

    /// A curve from a measured quantity to a part of a current.
    struct Corners: Sendable {
        var key: String
        var path: any WritableKeyPath<ControlSettings, Curve> & Sendable
        var quantity: Quantity
        var range: ClosedRange<Int64>
        /// A low input is dangerous: there the part must be 0 %.
        var endsLow: Bool
        /// A high input is dangerous: there the part must be 0 %.
        var endsHigh: Bool
    }

    static let currents: [Number] = [
        Number(
            key: "charge_current", path: \.bankChargeMilliamps, quantity: .current, range: 100...5_000_000),
        Number(
            key: "discharge_current", path: \.bankDischargeMilliamps, quantity: .current,
            range: 100...5_000_000),
    ]

    static let others: [Number] = [
        Number(key: "ramp", path: \.rampMilliampsPerSecond, quantity: .ramp, range: 100...100_000),
        Number(
            key: "connect_difference", path: \.connectDifferenceMillivolts, quantity: .voltage,
            range: 100...5_000),
    ]

    static let times: [Time] = [
        Time(key: "fresh", path: \.freshFor, range: 1_000...10_000),
        Time(key: "lost", path: \.lostAfter, range: 3_000...30_000),
        Time(key: "silent", path: \.silentAfter, range: 5_000...30_000),
        Time(key: "start_patience", path: \.startPatience, range: 1_000...600_000),
        Time(key: "hold", path: \.holdAfterFall, range: 1_000...600_000),
        Time(key: "connect_settle", path: \.connectSettle, range: 1_000...600_000),
    ]

    static let curves: [Corners] = [
        Corners(
            key: "highest_cell", path: \.highestCell, quantity: .voltage, range: 1_000...5_000,
            endsLow: false, endsHigh: true),
        Corners(
            key: "lowest_cell", path: \.lowestCell, quantity: .voltage, range: 1_000...5_000,
            endsLow: true, endsHigh: false),
        Corners(
            key: "charge_temperature", path: \.chargeTemperature, quantity: .temperature, range: -400...1_200,
            endsLow: true, endsHigh: true),
        Corners(
            key: "discharge_temperature", path: \.dischargeTemperature, quantity: .temperature,
            range: -400...1_200, endsLow: true, endsHigh: true),
        Corners(
            key: "mosfet_temperature", path: \.mosfetTemperature, quantity: .temperature,
            range: -400...1_500, endsLow: false, endsHigh: true),
    ]

    /// The voltages per cell; their range is the window a cell of the chemistry survives.
    static func voltages(of chemistry: Chemistry) -> [Number] {
        let window: ClosedRange<Int64> =
            switch chemistry {
            case .lfp: 2_500...3_650
            case .nmc: 2_800...4_250
            case .lto: 1_700...2_850
            }
        return [
            Number(
                key: "charge_voltage_per_cell", path: \.chargeVoltageMillivoltsPerCell, quantity: .voltage,
                range: window),
            Number(
                key: "floor_voltage_per_cell", path: \.floorVoltageMillivoltsPerCell, quantity: .voltage,
                range: window),
            Number(
                key: "discharge_voltage_per_cell", path: \.dischargeVoltageMillivoltsPerCell,
                quantity: .voltage, range: window),
            Number(
                key: "absolute_maximum_cell", path: \.absoluteMaximumCellMillivolts, quantity: .voltage,
                range: window),
        ]
    }
}

/// Reads the section `limits`.
struct LimitsSchema {
    static let chemistries: [(word: String, value: Chemistry)] = [
        ("lfp", .lfp), ("nmc", .nmc), ("lto", .lto),
    ]
    static let alarmPolicies: [(word: String, value: AlarmPolicy)] = [
        ("any_pack", .anyPack), ("all_packs", .allPacks),
    ]

    private var reader: MappingReader
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
            reader: reader,
            draft: LimitsDraft(
                mark: node.mark,
                control: ControlSettings(
                    chemistry: chemistry?.value ?? .lfp, bankChargeMilliamps: 0, bankDischargeMilliamps: 0)))
        schema.note("chemistry", chemistry?.mark)
        schema.readAll()
        return schema.draft
    }

    private mutating func readAll() {
        // The window of a chemistry that was not understood is unknown: then only what no cell survives is refused.
        let isKnown = !draft.broken.contains("chemistry")
        for var row in LimitRows.voltages(of: draft.control.chemistry) {
            if !isKnown { row.range = 1_000...5_000 }
            read(row)
        }
        for row in LimitRows.currents + LimitRows.others { read(row) }
        for row in LimitRows.times { read(row) }
        for row in LimitRows.curves { read(row) }
        let start = reader.count("start_with", in: 1...BusbarSettings.maximumPacks)
        draft.control.startWithPacks = start.map { Int32($0.value) }
        note("start_with", start?.mark)
        let policy = reader.choice("alarm_policy", Self.alarmPolicies)
        if let policy { draft.control.alarmPolicy = policy.value }
        note("alarm_policy", policy?.mark)
        for row in LimitRows.currents {
            reader.require(
                row.key, "no current is allowed without it",
                "add the most the bank, its cables and its fuses may carry, for example '\(row.key): 100 A'")
        }
        reader.finish()
    }

    private mutating func read(_ row: LimitRows.Number) {
        let value = reader.quantity(row.key, row.quantity, in: row.range)
        if let value { draft.control[keyPath: row.path] = Int32(value.value) }
        note(row.key, value?.mark)
    }

    private mutating func read(_ row: LimitRows.Time) {
        let value = reader.quantity(row.key, .time, in: row.range)
        if let value { draft.control[keyPath: row.path] = .milliseconds(value.value) }
        note(row.key, value?.mark)
    }

    private mutating func read(_ row: LimitRows.Corners) {
        let curve = CurveReader(row: row, problems: reader.problems).read(&reader)
        if let curve { draft.control[keyPath: row.path] = curve.value }
        note(row.key, curve?.mark)
    }

    private mutating func note(_ key: String, _ mark: SourceMark?) {
        if let mark {
            draft.marks[key] = mark
        } else if reader.has(key) {
            draft.broken.insert(key)
        }
    }
}
