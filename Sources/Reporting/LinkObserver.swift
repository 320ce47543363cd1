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
    /// `nil` while no bytes of a serial line were heard.
    private(set) var serial: SerialDiagnosis?
    private let options: DiagnosisOptions
    /// One for each number of ``drawn``; `nil` while it was not told.
    private(set) var plots = [PlotSeries?](repeating: nil, count: drawn.count)
    /// One for each identifier whose periods are drawn.
    private(set) var periods: [Period] = []
    /// One for each number of each pack on a serial line.
    private(set) var packPlots: [PackPlot] = []
    private var nextSample = Instant(nanoseconds: .min)
    private let draws: Bool

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
    /// On a serial line it has to be looked first who speaks.
    private static let samplePacksEvery = Interval.seconds(2)
    /// So many packs are drawn.
    private static let mostPacks = 8

    /// A number of a pack on a serial line over time.
    struct PackPlot: Sendable {
        let address: UInt8
        let field: BankField
        var series: PlotSeries
    }

    /// How far apart the frames of an identifier come.
    struct Period: Sendable {
        let container: UInt32
        var heardAt: Instant
        var series: PlotSeries
    }

    /// Watches a link.
    ///
    /// - Parameters:
    ///   - name: The link's name in the recording.
    ///   - options: What is known besides what is heard.
    ///   - beganAtUnixNanoseconds: When the first thing came.
    ///   - draws: Whether numbers are kept to be drawn.
    public init(
        name: String, options: DiagnosisOptions, beganAtUnixNanoseconds: Int64? = nil, draws: Bool = true
    ) {
        self.name = name
        self.draws = draws
        self.beganAtUnixNanoseconds = beganAtUnixNanoseconds
        self.options = options
        can = CANDiagnosis(options)
    }

    /// Takes a frame; `place` is where in the recording it stands.
    public mutating func received(_ frame: CANFrame, at now: Instant, place: Int = 0) {
        can.received(frame, at: now, place: place)
        guard draws else { return }
        if frame.kind == .data { notePeriod(frame, at: now) }
        if now >= nextSample { sample(at: now) }
    }

    /// Takes bytes of a serial line.
    ///
    /// - Parameters:
    ///   - bytes: What has arrived, or was sent.
    ///   - isOwn: Whether the machine that listens, or that has recorded, has sent them.
    ///   - now: When the last of them arrived.
    ///   - place: Where in the recording they stand.
    public mutating func received(_ bytes: Span<UInt8>, isOwn: Bool, at now: Instant, place: Int = 0) {
        if serial == nil { listensToSerial() }
        serial?.received(bytes, isOwn: isOwn, at: now, place: place)
        if draws, now >= nextSample { samplePacks(at: now) }
    }

    /// Says that it is a serial line, though nothing was heard of it yet.
    public mutating func listensToSerial() {
        if serial == nil { serial = SerialDiagnosis(options) }
    }

    /// Whether nothing was heard at all.
    public var isSilent: Bool {
        can.traffic.frames == 0 && can.traffic.errorFrames == 0 && serial?.traffic.bytes ?? 0 == 0
    }

    /// Says that nothing has come until `now`.
    public mutating func passed(to now: Instant) {
        guard serial != nil else { return can.passed(to: now) }
        serial?.passed(to: now)
    }

    /// What is known now.
    public func account() -> DiagnosisAccount { serial?.account() ?? can.account() }

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
        guard let reading = can.reading, let start = can.traffic.first else { return }
        nextSample = now + Self.sampleEvery
        for (index, drawn) in Self.drawn.enumerated() {
            guard let value = reading[drawn.field] else { continue }
            if plots[index] == nil { plots[index] = PlotSeries(from: start) }
            plots[index]?.note(value.value, at: now)
        }
    }

    private mutating func samplePacks(at now: Instant) {
        nextSample = now + Self.samplePacksEvery
        guard let start = serial?.traffic.since, let tracks = serial?.conversation?.tracks else { return }
        for track in tracks.prefix(Self.mostPacks) {
            let vitals = track.lastVitals
            for (field, value) in [
                (BankField.voltage, vitals.voltage), (.current, vitals.current), (.soc, vitals.soc),
                (.highestCell, vitals.highestCell), (.lowestCell, vitals.lowestCell),
            ] {
                if let value { note(value, field, of: track.address, from: start, at: now) }
            }
        }
    }

    private mutating func note(
        _ value: Int32, _ field: BankField, of address: UInt8, from start: Instant, at now: Instant
    ) {
        let index = packPlots.firstIndex { $0.address == address && $0.field == field }
        if index == nil {
            packPlots.append(PackPlot(address: address, field: field, series: PlotSeries(from: start)))
        }
        packPlots[index ?? packPlots.count - 1].series.note(value, at: now)
    }
}
