import BatteryModel
import ChargeControl
import YAMLFile

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
        var quantity = Quantity.time
        /// In milliseconds.
        var range: ClosedRange<Int64>
    }

    /// A curve from a measured quantity to a part of a current.
    struct Corners: Sendable {
        /// Where the control keeps it.
        enum Place: Sendable {
            /// There is always one.
            case always(any WritableKeyPath<ControlSettings, Curve> & Sendable)
            /// Without one, all of the current is allowed.
            case ifWanted(any WritableKeyPath<ControlSettings, Curve?> & Sendable)
        }

        var key: String
        var place: Place
        var quantity: Quantity
        var range: ClosedRange<Int64>
        /// A low input is dangerous: there the part must be 0 %.
        var endsLow: Bool
        /// A high input is dangerous: there the part must be 0 %.
        var endsHigh: Bool
        /// Whether the part must be 0 % at a dangerous end; where other rules stop the current it need not.
        var endsAtNothing = true
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
            key: "highest_cell", place: .always(\.highestCell), quantity: .voltage, range: 1_000...5_000,
            endsLow: false, endsHigh: true),
        Corners(
            key: "lowest_cell", place: .always(\.lowestCell), quantity: .voltage, range: 1_000...5_000,
            endsLow: true, endsHigh: false),
        Corners(
            key: "charge_temperature", place: .always(\.chargeTemperature), quantity: .temperature,
            range: -400...1_200,
            endsLow: true, endsHigh: true),
        Corners(
            key: "discharge_temperature", place: .always(\.dischargeTemperature), quantity: .temperature,
            range: -400...1_200, endsLow: true, endsHigh: true),
        Corners(
            key: "mosfet_temperature", place: .always(\.mosfetTemperature), quantity: .temperature,
            range: -400...1_500, endsLow: false, endsHigh: true),
        Corners(
            key: "imbalance", place: .always(\.imbalance), quantity: .voltage, range: 1...3_000,
            endsLow: false, endsHigh: true, endsAtNothing: false),
        Corners(
            key: "charge_soc", place: .ifWanted(\.chargeSOC), quantity: .part, range: 0...1_000,
            endsLow: false, endsHigh: true, endsAtNothing: false),
        Corners(
            key: "discharge_soc", place: .ifWanted(\.dischargeSOC), quantity: .part, range: 0...1_000,
            endsLow: true, endsHigh: false, endsAtNothing: false),
    ]

    /// The voltages that a cell of the chemistry survives, in millivolts.
    static func window(of chemistry: Chemistry) -> ClosedRange<Int64> {
        switch chemistry {
        case .lfp: 2_500...3_650
        case .nmc: 2_800...4_250
        case .lto: 1_700...2_850
        }
    }

    /// The voltages per cell; their range is the window of the chemistry.
    static func voltages(of chemistry: Chemistry) -> [Number] {
        let window = window(of: chemistry)
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

extension ControlSettings {
    /// The curve of a row; `nil` if there is none.
    subscript(row: LimitRows.Corners) -> Curve? {
        get {
            switch row.place {
            case .always(let path): self[keyPath: path]
            case .ifWanted(let path): self[keyPath: path]
            }
        }
        set {
            switch row.place {
            case .always(let path): if let newValue { self[keyPath: path] = newValue }
            case .ifWanted(let path): self[keyPath: path] = newValue
            }
        }
    }
}
