public import BatteryModel
public import BusCodec
public import BusDiagnosis
import InverterProfiles

/// Watches one link for a report: the diagnosis, and the numbers over time that are drawn.
public struct LinkObserver: Sendable {
    /// The link's name in the recording; empty where it has none.
    public let name: String
    /// When the first thing came, in nanoseconds since 1970; `nil` where that is not known.
    public let beganAtUnixNanoseconds: Int64?

    private(set) var can: CANDiagnosis
    /// One for each number of ``drawn``; `nil` while it was not told.
    private(set) var plots = [PlotSeries?](repeating: nil, count: drawn.count)
    /// One for each identifier whose periods are drawn.
    private(set) var periods: [Period] = []
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

    /// How far apart the frames of an identifier come.
    struct Period: Sendable {
        let container: UInt32
        var heardAt: Instant
        var series: PlotSeries
    }

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

    /// Says that nothing has come until `now`.
    public mutating func passed(to now: Instant) { can.passed(to: now) }

    /// What is known now.
    public func account() -> DiagnosisAccount { can.account() }

    private mutating func notePeriod(_ frame: CANFrame, at now: Instant) {
        let container = frame.isExtended ? frame.identifier | 0x8000_0000 : frame.identifier
        for index in periods.indices where periods[index].container == container {
            let length = now - periods[index].heardAt
            periods[index].heardAt = now
            return periods[index].series.note(Int32(clamping: length.milliseconds), at: now)
        }
        guard periods.count < Self.mostPeriods, let start = can.traffic.first else { return }
        periods.append(Period(container: container, heardAt: now, series: PlotSeries(from: start)))
    }

    private mutating func sample(at now: Instant) {
        // Once, because it is copied.
        guard let reading = can.bank?.reading, let start = can.traffic.first else { return }
        nextSample = now + Self.sampleEvery
        for (index, drawn) in Self.drawn.enumerated() {
            guard let value = reading[drawn.field] else { continue }
            if plots[index] == nil { plots[index] = PlotSeries(from: start) }
            plots[index]?.note(value.value, at: now)
        }
    }
}
