import BMSDrivers
import BatteryModel
import BusCodec
import ChargeControl
import Gateway
import InverterProfiles
import LinuxIO
import TestSupport

/// A gateway core with packs and an inverter around it, on virtual time: nothing waits, nothing is random.
struct VirtualPlant {
    /// What a pack says, and how.
    struct Pack {
        var reading = VirtualPlant.soundReading()
        var isSilent = false
        var uptime: Int32 = 1_000
        /// It confirms what is written into its settings and keeps what it had.
        var forgetsWrites = false
    }

    /// A frame that the gateway sent.
    struct Sent: Equatable {
        var at: Instant
        var frame: CANFrame
        var bus = 1
    }

    /// What a pack has said, before the line has it.
    struct Answer {
        var pack: Int
        var bytes: [UInt8]
        /// Whether it carries what is measured now.
        var isLive: Bool
        /// When it was composed.
        var composedAt: Instant
    }

    /// A part of an answer on its way.
    struct Piece {
        var pack: Int
        var bytes: [UInt8]
        /// How much later than it should it arrives.
        var delay = Interval.zero
        /// When the whole answer was composed; `nil` if it is not live, or not what was said.
        var wholeSince: Instant?

        init(_ answer: Answer) {
            pack = answer.pack
            bytes = answer.bytes
            wholeSince = answer.isLive ? answer.composedAt : nil
        }

        func later(_ interval: Interval) -> Piece {
            var piece = self
            piece.delay = delay + interval
            return piece
        }

        /// The same with other bytes, which then are not what was said.
        func saying(_ bytes: [UInt8]) -> Piece {
            var piece = self
            if piece.bytes != bytes { piece.wholeSince = nil }
            piece.bytes = bytes
            return piece
        }
    }

    /// Bytes that have arrived.
    struct Delivered {
        var at: Instant
        var pack: Int
        /// When a whole live answer was composed; `nil` for anything else.
        var wholeSince: Instant?
    }

    @Boxed var core: GatewayCore
    let configuration: GatewayConfiguration
    /// What the core is told, if it is recorded.
    private var recorder: CoreRecorder
    var packs: [Pack]
    var isInverterSilent = false
    static let start = Instant(nanoseconds: 1_000_000_000)
    private(set) var now = Self.start
    var output: Output
    /// When somebody was there again after a sleep.
    private(set) var wokenAt: [Instant] = []
    private var arrivals: [(at: Instant, piece: Piece)] = []
    private(set) var delivered: [Delivered] = []
    /// Settings that packs were told to take.
    private(set) var writes: [(pack: Int, field: PackField, value: Int32)] = []
    private var nextKeepAlive = Instant(nanoseconds: 1_500_000_000)
    let driver = JKPB.driver
    /// What a bad line makes of an answer.
    var spoil: (Answer) -> [Piece] = { [Piece($0)] }
    /// How long a pack takes to answer.
    var turnaround = Interval.milliseconds(10)

    init(
        packs count: Int, control: ControlSettings? = nil, remembered: Remembered = Remembered(),
        keepAlive: GatewayConfiguration.KeepAliveWatch = .profile, shunt: GatewayConfiguration.Shunt? = nil,
        others: [GatewayConfiguration.Inverter] = [], profile: InverterProfile = PylontechLV.profile,
        called: Int? = nil, settingsWritable: Bool = false, tape: BusTape? = nil
    ) {
        let settings = PackSettings(
            cells: 16, capacityMilliampHours: 280_000, chargeMilliamps: 100_000, dischargeMilliamps: 150_000)
        var configuration = GatewayConfiguration(
            buses: [
                .init(name: "battery", address: .descriptor(-1, .bytes)),
                .init(name: "inverter", address: .descriptor(-1, .frames)),
            ],
            packs: (0..<count).map {
                .init(name: "\($0)", bus: 0, driver: JKPB.driver, address: UInt8($0 + 1), settings: settings)
            },
            inverters: [.init(bus: 1, profile: profile, keepAlive: keepAlive)] + others,
            control: control
                ?? ControlSettings(bankChargeMilliamps: 200_000, bankDischargeMilliamps: 300_000))
        for index in configuration.packs.indices {
            configuration.packs[index].settingsWritable = settingsWritable
        }
        configuration.remembered = remembered
        configuration.shunt = shunt
        if shunt != nil { configuration.buses.append(.init(name: "shunt", address: .descriptor(-1, .bytes))) }
        for other in others {
            let kind: LinkAddress.DescriptorKind =
                other.bus == called ? .listener : other.profile.serial == nil ? .frames : .bytes
            configuration.buses.append(.init(name: "\(other.bus)", address: .descriptor(-1, kind)))
        }
        self.configuration = configuration
        core = GatewayCore(configuration, at: now)
        recorder = CoreRecorder(tape, configuration, at: now)
        packs = Array(repeating: Pack(), count: count)
        output = Output(now: now)
        output.tape = tape
        for bus in 0..<2 { tell(bus, isUp: true) }
        for other in others { tell(other.bus, isUp: true) }
    }

    /// Lets time pass.
    mutating func run(for interval: Interval) {
        let end = now + interval
        var wake = now
        while true {
            deliver()
            output.now = now
            recorder.step(at: now)
            wake = core.step(at: now, &output)
            answer()
            let next = min(wake, arrivals.first?.at ?? wake, nextKeepAlive)
            if next > end { break }
            now = max(next, now + .microseconds(10))
        }
        now = end
    }

    /// Breaks a bus, or mends it.
    mutating func bus(_ bus: Int, isUp: Bool) {
        output.broken = isUp ? output.broken & ~(1 << bus) : output.broken | 1 << bus
        tell(bus, isUp: isUp)
    }

    private mutating func tell(_ bus: Int, isUp: Bool) {
        recorder.note(isUp ? .up : .down(""), bus: bus, at: now)
        core.bus(bus, isUp: isUp, at: now)
    }

    /// Has the core stop.
    mutating func stop() {
        recorder.note(.stop, at: now)
        core.stop(at: now)
    }

    /// Time passes and nobody is there: the machine sleeps, or its thread is held up.
    mutating func sleep(for interval: Interval) {
        now = now + interval
        wokenAt.append(now)
    }

    /// Bytes come that nobody has asked for.
    mutating func inject(_ bytes: [UInt8], bus: Int = 0) {
        recorder.received(bytes.span, bus: bus, at: now)
        core.received(bytes.span, bus: bus, at: now)
    }

    /// A frame comes that nobody has asked for.
    mutating func hear(_ frame: CANFrame, bus: Int) {
        recorder.received(frame, bus: bus, at: now)
        core.received(frame, bus: bus, at: now)
    }

    /// Somebody calls, or goes.
    mutating func caller(_ seat: Int, isThere: Bool = true, bus: Int = 2) {
        recorder.note(isThere ? .called : .gone, bus: bus, caller: seat, at: now)
        core.caller(seat, bus: bus, isThere: isThere, at: now)
    }

    /// A caller sends bytes.
    mutating func inject(_ bytes: [UInt8], caller: Int, bus: Int = 2) {
        recorder.received(bytes.span, bus: bus, caller: caller, at: now)
        core.received(bytes.span, bus: bus, caller: caller, at: now)
    }

    /// Frames with an identifier sent since `start`.
    func frames(_ identifier: UInt32, since start: Instant) -> [Sent] {
        output.frames.filter { $0.at >= start && $0.frame.identifier == identifier && $0.bus == 1 }
    }

    /// When the last answer of a pack arrived.
    func lastAnswer(pack: Int, before end: Instant) -> Instant? {
        delivered.last { $0.pack == pack && $0.at <= end }?.at
    }

    /// What an inverter has understood from all frames sent since `start`.
    func understood(since start: Instant) -> BankReading {
        var reading = BankReading()
        for sent in output.frames where sent.at >= start && sent.bus == 1 {
            _ = PylontechLV.profile.decode(sent.frame, at: sent.at, into: &reading)
        }
        return reading
    }

    private mutating func deliver() {
        while let first = arrivals.first, first.at <= now {
            arrivals.removeFirst()
            guard output.broken & 1 == 0 else { continue }
            delivered.append(
                Delivered(at: now, pack: first.piece.pack, wholeSince: first.piece.wholeSince))
            inject(first.piece.bytes)
        }
        if nextKeepAlive <= now {
            if !isInverterSilent {
                hear(CANFrame(identifier: 0x305, length: 8), bus: 1)
            }
            nextKeepAlive = nextKeepAlive + .seconds(1)
        }
    }

    private mutating func answer() {
        for request in output.requests {
            let index = Int(request.bytes[0]) - 1
            guard packs.indices.contains(index), !packs[index].isSilent else { continue }
            var reading = packs[index].reading
            let elapsed = Int32((request.at.nanoseconds - 1_000_000_000) / 100_000_000)
            reading[.uptime] = Reading(packs[index].uptime + elapsed, at: now)
            reading[.busAddress] = Reading(Int32(index + 1), at: now)
            if case .setting(let field, let value) = driver.settings.heard(request.bytes.span) {
                writes.append((index, field, value))
                if !packs[index].forgetsWrites { packs[index].reading[field] = Reading(value, at: now) }
            }
            var buffer = AnswerBuffer()
            driver.answer(request.bytes.span, reading, &buffer)
            let bytes = buffer.bytes.indices.map { buffer.bytes[$0] }
            let end = request.at + turnaround + .microseconds(Int64(bytes.count) * 87)
            let isLive = request.bytes.count > 3 && request.bytes[2] == 0x16 && request.bytes[3] == 0x20
            let answer = Answer(pack: index, bytes: bytes, isLive: isLive, composedAt: request.at)
            for piece in spoil(answer) { arrivals.append((end + piece.delay, piece)) }
            arrivals.sort { $0.at < $1.at }
        }
        output.requests = []
    }

    /// A pack in the middle of its range with nothing wrong.
    static func soundReading() -> PackReading {
        var reading = PackReading()
        let at = Instant(nanoseconds: 0)
        var cells = CellValues()
        for index in 0..<16 { cells[index] = 3_300 }
        reading.cellMillivolts = Reading(cells, at: at)
        reading.alarms = Reading(AlarmSet(), at: at)
        let values: [(PackField, Int32)] = [
            (.packVoltage, 52_800), (.current, 10_000), (.soc, 550), (.soh, 1_000), (.temperature1, 200),
            (.temperature2, 210), (.mosfetTemperature, 250), (.chargeSwitch, 1), (.dischargeSwitch, 1),
            (.chargeLimit, 100_000), (.dischargeLimit, 150_000), (.cellOverVoltage, 3_650),
            (.cellUnderVoltage, 2_600),
            (.chargeOverTemperature, 600), (.chargeUnderTemperature, -100), (.dischargeOverTemperature, 650),
            (.mosfetOverTemperature, 1_000), (.remainingCapacity, 154_000), (.fullCapacity, 280_000),
            (.configuredCells, 16),
        ]
        for (field, value) in values { reading[field] = Reading(value, at: at) }
        return reading
    }
}

extension Instant {
    /// The instant `interval` earlier.
    func before(_ interval: Interval) -> Instant {
        Instant(nanoseconds: nanoseconds - interval.nanoseconds)
    }
}
