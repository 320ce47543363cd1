public import BatteryModel
import ChargeControl

/// What a pack says when it is asked; a healthy LFP pack in the middle of its charge until changed.
struct Sample: Sendable {
    var cells: [UInt16?] = Array(repeating: 3300, count: 16)
    /// `nil` means the sum of the cells.
    var voltage: Int32?
    var current: Int32? = 1_000
    var soc: Int32? = 500
    var soh: Int32? = 990
    var temperatures: [Int32?] = [250, 260]
    var mosfet: Int32? = 300
    var chargeSwitch: Int32? = 1
    var dischargeSwitch: Int32? = 1
    var chargeLimit: Int32? = 200_000
    var dischargeLimit: Int32? = 200_000
    var cellOverVoltage: Int32? = 3650
    var alarms: AlarmSet? = AlarmSet()
    var balancing: Int32? = 0
    /// Further settings and values.
    var others: [PackField: Int32] = [:]

    /// All cells at one voltage.
    mutating func setCells(_ millivolts: UInt16) {
        cells = Array(repeating: millivolts, count: cells.count)
    }

    mutating func protect(_ kind: AlarmKind) {
        alarms?.raise(kind, .protection)
    }

    /// The reading as a driver would hand it over.
    func reading(at: Instant) -> PackReading {
        var reading = PackReading()
        var values = CellValues()
        for (index, cell) in cells.enumerated() { values[index] = cell }
        if !cells.isEmpty { reading.cellMillivolts = Reading(values, at: at) }
        let numbers: [(PackField, Int32?)] = [
            (.packVoltage, voltage ?? values.sum), (.current, current), (.soc, soc), (.soh, soh),
            (.mosfetTemperature, mosfet), (.chargeSwitch, chargeSwitch),
            (.dischargeSwitch, dischargeSwitch), (.chargeLimit, chargeLimit),
            (.dischargeLimit, dischargeLimit), (.cellOverVoltage, cellOverVoltage), (.balancing, balancing),
        ]
        for (field, value) in others { reading[field] = Reading(value, at: at) }
        for (field, value) in numbers { reading[field] = value.map { Reading($0, at: at) } }
        for (index, value) in temperatures.enumerated() {
            reading[PackReading.cellSensor(index)] = value.map { Reading($0, at: at) }
        }
        reading.alarms = alarms.map { Reading($0, at: at) }
        return reading
    }
}

extension PackSettings {
    /// The pack most tests use.
    static func pack(
        _ ampHours: Int32 = 100, amps: Int32 = 100, share: Int32? = nil, without: AbsentSources = .none
    ) -> PackSettings {
        PackSettings(
            cells: 16, capacityMilliampHours: ampHours * 1_000, chargeMilliamps: amps * 1_000,
            dischargeMilliamps: amps * 1_000, sharePermille: share, without: without)
    }
}

extension ControlSettings {
    /// LFP, 300 A both ways.
    static let usual = ControlSettings(bankChargeMilliamps: 300_000, bankDischargeMilliamps: 300_000)

    /// The usual without hold and with a ramp so steep that one second reaches everything.
    static var immediate: ControlSettings {
        var settings = usual
        settings.holdAfterFall = .zero
        settings.rampMilliampsPerSecond = .max
        return settings
    }
}

extension Limit: CustomStringConvertible {
    /// Short enough to read in a failure, but complete.
    public var description: String {
        runnerUp.map { "\(winner.description) before \($0.description)" } ?? winner.description
    }
}

extension LimitReason: CustomStringConvertible {
    /// For example `5000 by .bmsLimit, pack 0, input 5555, rises when .bms`.
    public var description: String {
        var text = "\(limit) by \(rule)"
        if let pack { text += ", pack \(pack)" }
        if let place { text += ", place \(place)" }
        if let input { text += ", input \(input) \(inputUnit)" }
        return text + ", rises when \(rise)"
    }
}
