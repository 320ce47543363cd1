import BatteryModel
import BusCodec
import ChargeControl
import Gateway
import InverterProfiles
import LinuxIO
import TestSupport

/// A battery of one profile, a gateway, and an inverter of another, byte for byte, in a time that only the test moves.
struct BridgeBench {
    let source: Spoken
    let sink: Spoken
    /// What the battery says.
    var said: BankReading
    var isSourceSilent = false
    /// What the inverter has understood, each value with its instant.
    private(set) var heard = BankReading()
    private(set) var now = start
    @Boxed private(set) var core: GatewayCore
    /// How many frames or answers have reached the inverter.
    private(set) var reached = 0
    /// Signs of life and questions that have reached the battery.
    private(set) var asked = 0

    private var asker: SerialAsker?
    private var output = Output()
    private var nextSet = start

    static let start = Instant(nanoseconds: 1_000_000_000_000)

    /// A profile in a dialect.
    struct Spoken: Sendable, CustomStringConvertible {
        let profile: InverterProfile
        let options: ProfileOptions

        init(_ profile: InverterProfile, dialect: UInt8 = 0) {
            self.profile = profile
            options = ProfileOptions(dialect: dialect)
        }

        var description: String {
            "\(profile.sheet.id), \(profile.sheet.dialects[Int(options.dialect)])"
        }

        var kind: LinkAddress.DescriptorKind { profile.serial == nil ? .frames : .bytes }

        /// Every profile of the table in every dialect.
        static var all: [Spoken] {
            ProfileTable.profiles.indices.flatMap { index in
                let profile = ProfileTable.profiles[index]
                return (0..<profile.sheet.dialectCount).map { Spoken(profile, dialect: $0) }
            }
        }

        /// Those of which a battery tells enough.
        static var sources: [Spoken] {
            all.filter { $0.profile.sourceFacts($0.options).isComplete }
        }

        /// Whether a row carries a field.
        func hasRow(_ field: BankField) -> Bool {
            var found = false
            profile.visitRows(nil) { if $0.meaning == .number(field) { found = true } }
            return found
        }

        /// The distance of two numbers of a field, in its unit.
        ///
        /// Where no row carries a current it is worked out of a power, or stands in tenths of an ampere.
        func step(_ field: BankField) -> Int32 {
            var step: Int32?
            profile.visitRows(nil) { row in
                guard row.meaning == .number(field), row.dialects >> options.dialect & 1 != 0 else { return }
                let own = abs(Double(row.numerator)) / Double(row.denominator)
                step = max(step ?? 0, Int32(own.rounded(.up)))
            }
            // In some answers that rows cannot say a current stands once more, and coarser.
            let least: Int32 = field == .current && profile.serial != nil ? 100 : 0
            return max(step ?? 500, least)
        }
    }

    /// What the gateway sends, by bus.
    struct Output: GatewayOutput {
        var requests: [[UInt8]] = []
        var frames: [(bus: Int, frame: CANFrame)] = []
        var answers: [[UInt8]] = []
        var now = start

        mutating func send(_ bytes: Span<UInt8>, bus: Int) -> Instant? {
            requests.append(bytes.indices.map { bytes[$0] })
            // The system knows only when a line of this speed should have carried them.
            return now + .milliseconds(Int64(bytes.count))
        }

        mutating func send(_ frame: CANFrame, bus: Int) -> Bool {
            frames.append((bus, frame))
            return true
        }

        mutating func send(answer bytes: Span<UInt8>, bus: Int) -> Instant? {
            answers.append(bytes.indices.map { bytes[$0] })
            return now + .milliseconds(Int64(bytes.count))
        }

        mutating func send(answer bytes: Span<UInt8>, bus: Int, caller: Int) -> Bool {
            send(answer: bytes, bus: bus) != nil
        }

        mutating func hangUp(bus: Int, caller: Int) {}
    }

    init(from source: Spoken, to sink: Spoken, said: BankReading, control: ControlSettings = Self.open) {
        (self.source, self.sink, self.said) = (source, sink, said)
        let settings = PackSettings(
            cells: 16, capacityMilliampHours: 200_000, chargeMilliamps: 1_000_000,
            dischargeMilliamps: 1_000_000)
        let configuration = GatewayConfiguration(
            buses: [
                .init(name: "battery", address: .descriptor(-1, source.kind)),
                .init(name: "inverter", address: .descriptor(-1, sink.kind)),
            ],
            packs: [
                .init(
                    name: "A", bus: 0, source: source.profile, options: source.options, settings: settings)
            ],
            inverters: [.init(bus: 1, profile: sink.profile, options: sink.options)], control: control)
        core = GatewayCore(configuration, at: Self.start)
        asker = sink.profile.serial.map { SerialAsker($0, sink.options, at: Self.start) }
        for bus in 0...1 { core.bus(bus, isUp: true, at: Self.start) }
    }

    /// Curves that allow everything, no hold, and a steep ramp, so that what is told passes.
    static var open: ControlSettings {
        var control = ControlSettings(bankChargeMilliamps: 1_000_000, bankDischargeMilliamps: 1_000_000)
        guard let all = Curve([.init(0, 1_000)]) else { return control }
        (control.highestCell, control.lowestCell, control.imbalance) = (all, all, all)
        (control.chargeTemperature, control.dischargeTemperature) = (all, all)
        control.mosfetTemperature = all
        control.absoluteMaximumCellMillivolts = 5_000
        control.chargeVoltageMillivoltsPerCell = 3_700
        control.floorVoltageMillivoltsPerCell = 2_500
        control.holdAfterFall = .zero
        control.rampMilliampsPerSecond = .max
        return control
    }

    /// So long everything that is said has been told an inverter of this kind, however slowly it asks.
    var patience: Interval { .seconds(8) + (asker?.round ?? .zero) * 2 }

    /// Lets time pass, in steps of 20 ms.
    mutating func run(for interval: Interval) {
        let end = now + interval
        while now < end {
            saySet()
            output.now = now
            _ = core.step(at: now, &output)
            answerQuestions()
            deliver()
            ask()
            now = now + .milliseconds(20)
        }
    }

    /// The battery's own frames.
    private mutating func saySet() {
        guard source.profile.serial == nil, !isSourceSilent, now >= nextSet else { return }
        nextSet = now + source.profile.sheet.period
        for index in 0..<source.profile.frameCount
        where source.profile.frame(index).direction == .toInverter
            && source.profile.sends(source.profile.frame(index), inDialect: source.options.dialect)
        {
            // A frame that the battery has no values for is not sent.
            do throws(EncodeError) {
                core.received(
                    try source.profile.encode(frame: index, bank: said, options: source.options), bus: 0,
                    at: now)
            } catch { continue }
        }
    }

    /// A limit as the gateway has understood it from the battery.
    func told(_ limit: BankField) -> Int32? {
        let fields: [BankField: PackField] = [
            .chargeVoltageLimit: .chargeVoltageLimit, .chargeCurrentLimit: .chargeCurrentLimit,
            .dischargeCurrentLimit: .dischargeCurrentLimit,
        ]
        let snapshot = Snapshot(
            core: core, buses: [], framesPerSecond: [], startedAt: Self.start, worstLatency: .zero, at: now)
        return fields[limit].flatMap { snapshot.packs.first?.reading[$0]?.value }
    }

    /// The alarms as an inverter of the battery's own kind understands them; `nil` on a serial line.
    var saidAlarms: AlarmSet? {
        var heard = BankReading()
        for index in 0..<source.profile.frameCount where source.profile.serial == nil {
            do throws(EncodeError) {
                _ = source.profile.decode(
                    try source.profile.encode(frame: index, bank: said, options: source.options),
                    dialect: source.options.dialect, at: now, into: &heard)
            } catch { continue }
        }
        return heard.alarms?.value
    }

    /// The battery's answers.
    private mutating func answerQuestions() {
        asked += output.requests.count + output.frames.count { $0.bus == 0 }
        for request in output.requests {
            guard !isSourceSilent, let talk = source.profile.serial,
                case .item(let question, _) = talk.framing.scanQuestion(request.span)
            else { continue }
            var buffer = SerialBuffer()
            _ = source.profile.answer(
                question, talk, bank: said, options: source.options, into: &buffer)
            core.received(buffer.bytes, bus: 0, at: now)
        }
        output.requests = []
    }

    private mutating func deliver() {
        for (bus, frame) in output.frames where bus == 1 {
            _ = sink.profile.decode(frame, dialect: sink.options.dialect, at: now, into: &heard)
            reached += 1
        }
        for answer in output.answers {
            guard var asker, let talk = sink.profile.serial else { continue }
            let (profile, options, now) = (sink.profile, sink.options, now)
            asker.received(answer.span, at: now) { frame, question, _ in
                _ = profile.understand(
                    frame, answering: question, talk, options: options, at: now, into: &heard)
                reached += 1
            }
            self.asker = asker
        }
        output.frames = []
        output.answers = []
    }

    private mutating func ask() {
        guard asker?.asks(at: now) == true, let question = asker?.outgoing else { return }
        core.received(question.bytes, bus: 1, at: now)
    }
}
