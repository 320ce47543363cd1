public import BatteryModel
public import BusCodec
public import BusDiagnosis
import InverterProfiles

/// Watches one link for a report: the diagnosis, and the numbers over time that are drawn.
public struct LinkObserver {
    /// The link's name in the recording; empty where it has none.
    public let name: String
    /// When the first thing came, in nanoseconds since 1970; `nil` where that is not known.
    public let beganAtUnixNanoseconds: Int64?

    private(set) var can: CANDiagnosis
    private(set) var plots: [BankField: PlotSeries] = [:]
    private(set) var periods: [UInt32: PlotSeries] = [:]
    private var heardAt: [UInt32: Instant] = [:]
    private var nextSample = Instant(nanoseconds: .min)

    /// The numbers that are drawn, and where.
    static let drawn: [(field: BankField, name: String, plot: String)] = [
        (.voltage, "voltage", "Voltage"), (.chargeVoltageLimit, "CVL", "Voltage"),
        (.dischargeVoltageLimit, "DVL", "Voltage"), (.current, "current", "Current"),
        (.chargeCurrentLimit, "CCL", "Current"), (.dischargeCurrentLimit, "DCL", "Current"),
        (.soc, "SOC", "State of charge"), (.temperature, "temperature", "Temperature"),
    ]
    /// So many identifiers are drawn with their periods.
    private static let mostPeriods = 12
    private static let sampleEvery = Interval.milliseconds(250)

    /// Watches a link.
    public init(name: String, options: DiagnosisOptions, beganAtUnixNanoseconds: Int64? = nil) {
        self.name = name
        self.beganAtUnixNanoseconds = beganAtUnixNanoseconds
        can = CANDiagnosis(options)
    }

    /// Takes a frame; `place` is where in the recording it stands.
    public mutating func received(_ frame: CANFrame, at now: Instant, place: Int = 0) {
        can.received(frame, at: now, place: place)
        if frame.kind == .data { notePeriod(frame, at: now) }
        if now >= nextSample { sample(at: now) }
    }

    /// Whether nothing was heard at all.
    public var isSilent: Bool { can.traffic.frames == 0 && can.traffic.errorFrames == 0 }

    /// Says that nothing has come until `now`.
    public mutating func passed(to now: Instant) { can.passed(to: now) }

    /// What is known now.
    public func account() -> DiagnosisAccount { can.account() }

    private mutating func notePeriod(_ frame: CANFrame, at now: Instant) {
        let container = frame.isExtended ? frame.identifier | 0x8000_0000 : frame.identifier
        guard let before = heardAt.updateValue(now, forKey: container) else {
            if periods.count < Self.mostPeriods, let start = can.traffic.first {
                periods[container] = PlotSeries(from: start)
            }
            return
        }
        periods[container]?.note(Int32(clamping: (now - before).milliseconds), at: now)
    }

    private mutating func sample(at now: Instant) {
        guard let bank = can.bank, let start = can.traffic.first else { return }
        nextSample = now + Self.sampleEvery
        for (field, _, _) in Self.drawn {
            guard let value = bank.reading[field] else { continue }
            plots[field, default: PlotSeries(from: start)].note(value.value, at: now)
        }
    }
}
