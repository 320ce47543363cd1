import BatteryModel
import ChargeControl
import YAMLFile

// The sections within `limits`. Keys are unique over all sections, so that messages can call a value by its key alone.

extension LimitRows {
    /// A yes or no.
    struct Flag: Sendable {
        var key: String
        var path: any WritableKeyPath<ControlSettings, Bool> & Sendable
    }

    /// One of a few words.
    struct Word: Sendable {
        var key: String
        var words: [String]
        /// The place of the present value among the words.
        var get: @Sendable (ControlSettings) -> Int
        /// Sets the value to that of the word at a place.
        var set: @Sendable (inout ControlSettings, Int) -> Void

        init<Value: Equatable & Sendable>(
            _ key: String, _ path: any WritableKeyPath<ControlSettings, Value> & Sendable,
            _ choices: [(word: String, value: Value)]
        ) {
            self.key = key
            words = choices.map(\.word)
            let values = choices.map(\.value)
            get = { control in values.firstIndex(of: control[keyPath: path]) ?? 0 }
            set = { control, place in control[keyPath: path] = values[place] }
        }
    }

    /// A mapping within `limits`.
    struct Section: Sendable {
        var key: String
        /// Voltages per cell, whose bounds follow from the chemistry.
        var voltages: @Sendable (Chemistry) -> [Number] = { _ in [] }
        var numbers: [Number] = []
        var times: [Time] = []
        var flags: [Flag] = []
        var words: [Word] = []
        /// Whether it also has what the operator may want of the state of charge.
        var hasWishes = false

        var keys: [String] {
            voltages(.lfp).map(\.key) + numbers.map(\.key) + times.map(\.key) + flags.map(\.key)
                + words.map(\.key) + (hasWishes ? [target.key, chargeByKey] : [])
        }
    }

    static let sections = [stages, soc, supervision]

    /// The state of charge to stop at.
    static let target = (key: "soc_target", range: ClosedRange<Int64>(uncheckedBounds: (200, 990)))
    static let chargeByKey = "charge_by"
    static let chargeBySOC: ClosedRange<Int64> = 100...1_000

    /// Minutes after midnight of `06:30`; `nil` if it is no time of day.
    static func minuteOfDay(_ text: String) -> Int32? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...2).contains(parts[0].utf8.count), parts[1].utf8.count == 2,
            parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let hour = Int32(parts[0]), let minute = Int32(parts[1]), hour < 24, minute < 60
        else { return nil }
        return hour * 60 + minute
    }

    private static let minute: Int64 = 60_000
    private static let hour: Int64 = 3_600_000

    private static let stages = Section(
        key: "stages",
        voltages: { chemistry in
            let window = window(of: chemistry)
            return [
                Number(
                    key: "float_voltage_per_cell", path: \.stages.floatMillivoltsPerCell, quantity: .voltage,
                    range: window),
                Number(
                    key: "rebulk_cell", path: \.stages.rebulkCellMillivolts, quantity: .voltage, range: window
                ),
            ]
        },
        numbers: [
            Number(
                key: "absorption_tolerance", path: \.stages.absorptionTolerancePerCellMillivolts,
                quantity: .voltage, range: 1...50),
            Number(
                key: "absorption_spread", path: \.stages.absorptionSpreadMillivolts, quantity: .voltage,
                range: 1...200),
            Number(
                key: "rebulk_soc", path: \.stages.rebulkSOCPermille, quantity: .part, range: 0...980),
            Number(
                key: "rebulk_spread", path: \.stages.rebulkSpreadMillivolts, quantity: .voltage,
                range: 10...1_000),
            Number(
                key: "voltage_ramp", path: \.stages.voltageRampMicrovoltsPerSecond, quantity: .voltageRamp,
                range: 100...1_000_000),
            Number(
                key: "soc_target_hysteresis", path: \.stages.socTargetHysteresisPermille, quantity: .part,
                range: 10...500),
        ],
        times: [
            Time(
                key: "absorption_time", path: \.stages.absorptionTime, quantity: .span,
                range: minute...12 * hour),
            Time(
                key: "absorption_patience", path: \.stages.absorptionPatience, quantity: .span,
                range: minute...24 * hour),
            Time(
                key: "absorption_longest", path: \.stages.absorptionLongest, quantity: .span,
                range: minute...48 * hour),
            Time(key: "rebulk_settle", path: \.stages.rebulkSettle, range: 1_000...10 * minute),
            Time(
                key: "full_charge_every", path: \.stages.fullChargeEvery, quantity: .span,
                range: 24 * hour...365 * 24 * hour),
            Time(key: "voltage_hold", path: \.stages.voltageHold, range: 0...10 * minute),
        ],
        flags: [Flag(key: "request_full_charge", path: \.stages.requestsFullCharge)],
        hasWishes: true)

    private static let soc = Section(
        key: "soc",
        numbers: [
            Number(
                key: "charge_efficiency", path: \.soc.chargeEfficiencyPermille, quantity: .part,
                range: 800...1_000),
            Number(
                key: "current_offset", path: \.soc.currentOffsetMilliamps, quantity: .current,
                range: -5_000...5_000),
            Number(key: "step", path: \.soc.stepPermillePerTenSeconds, quantity: .part, range: 1...100),
            Number(key: "stuck", path: \.soc.stuckPermille, quantity: .part, range: 10...500),
        ],
        times: [Time(key: "empty_settle", path: \.soc.emptySettle, range: 1_000...10 * minute)],
        words: [
            Word(
                "source", \.soc.source, [("bms", .bms), ("counted", .counted), ("shunt", .shunt)])
        ])

    private static let supervision = Section(
        key: "supervision",
        numbers: [
            Number(
                key: "tolerance", path: \.supervision.tolerancePermille, quantity: .part, range: 0...500),
            Number(
                key: "tolerance_current", path: \.supervision.toleranceMilliamps, quantity: .current,
                range: 100...100_000),
            Number(
                key: "over_voltage", path: \.supervision.overVoltageMillivolts, quantity: .voltage,
                range: 50...5_000),
        ],
        times: [
            Time(key: "alarm_after", path: \.supervision.alarmAfter, range: 1_000...10 * minute),
            Time(key: "act_after", path: \.supervision.actAfter, quantity: .span, range: 1_000...hour),
        ],
        words: [
            Word(
                "action", \.supervision.action,
                [("alarm", .alarm), ("lower_voltage", .lowerVoltage), ("stop", .stop)])
        ])
}

extension Quantity {
    static let voltageRamp = Quantity(
        noun: "a ramp", resolution: "0.001 mV/s", units: [Unit("mV/s", 1_000), Unit("V/s", 1_000_000)])
}
