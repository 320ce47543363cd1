import BMSDrivers
import BatteryModel
import BusCodec
import InverterProfiles
import LinuxIO
import Simulators

/// The other ends of a gateway that is measured: the adapter of its inverter, and one pack.
final class GatewayStage {
    static let packAddress: UInt8 = 1
    /// On the slope of the curve, so that this cell rules the limit.
    private static let firstMillivolts: UInt16 = 3_376

    let packPath: String
    let busPath: String
    /// When the gateway under test sent its first frame.
    private(set) var firstFrameAt: Instant?
    /// The charge current limit as it was sent last.
    private(set) var chargeDeciamps = 0
    /// Whether the limit has stopped climbing.
    var isSettled: Bool { same >= 4 && chargeDeciamps > 0 }
    /// Milliseconds from an answer to the limit that fell for it.
    private(set) var latencies = Sample()
    /// Falls that had not been sent when the next question came.
    private(set) var unseenFalls = 0
    var periods = FramePeriods()

    private let loop: EventLoop
    private let packTerminal: PseudoTerminal
    private let busTerminal: PseudoTerminal
    private let packLink: Link
    private let busLink: Link
    private var adapter = SLCANAdapter()
    private var inverter: SimulatedInverter
    private let driver = JKPB.driver
    private var pack: SimulatedPack
    private var scanner = StreamScanner<1024>()
    private var millivolts = GatewayStage.firstMillivolts
    private var same = 0
    private var fallsLeft = 0
    private var fall: (answeredAt: Instant, from: Int)?

    init() throws(SystemError) {
        loop = try EventLoop()
        packTerminal = try PseudoTerminal()
        busTerminal = try PseudoTerminal()
        packPath = packTerminal.slavePath
        busPath = busTerminal.slavePath
        packLink = Link(packTerminal.masterAddress, on: loop, token: 0)
        busLink = Link(busTerminal.masterAddress, on: loop, token: 1)
        let now = MonotonicClock.now()
        inverter = SimulatedInverter(PylontechLV.profile, at: now)
        pack = SimulatedPack(address: Self.packAddress, at: now)
        pack.settings[.chargeLimit] = 150_000
        packLink.open(at: now)
        busLink.open(at: now)
    }

    /// Forgets the gateway before.
    func prepare() {
        firstFrameAt = nil
        chargeDeciamps = 0
        same = 0
        millivolts = Self.firstMillivolts
        fallsLeft = 0
        fall = nil
        adapter = SLCANAdapter()
        scanner.reset()
    }

    /// From now on the cell rises with each answer.
    func begin(falls: Int) {
        latencies = Sample()
        unseenFalls = 0
        fallsLeft = falls
    }

    /// Plays for so long, or as long as `goesOn` says so.
    func run(for length: Interval, while goesOn: () -> Bool) {
        let end = MonotonicClock.now() + length
        while goesOn() {
            let now = MonotonicClock.now()
            guard now < end else { return }
            if adapter.isOnBus, let frame = inverter.keepAlive(at: now), let line = adapter.heard(frame) {
                busLink.send(line.span, at: now)
            }
            var deadline = min(end, now + .milliseconds(100))
            for due in [packLink.nextDeadline, busLink.nextDeadline] {
                if let due { deadline = min(deadline, due) }
            }
            guard let events = try? loop.wait(until: deadline) else { return }
            for event in events where event.isReadable {
                if event.token == packLink.token {
                    packLink.receiveBytes(at: MonotonicClock.now()) { hear($0) }
                } else {
                    busLink.receiveBytes(at: MonotonicClock.now()) { hearBus($0, at: MonotonicClock.now()) }
                }
            }
            packLink.tick(at: MonotonicClock.now())
            busLink.tick(at: MonotonicClock.now())
        }
    }

    private func hearBus(_ bytes: Span<UInt8>, at now: Instant) {
        var replies: [UInt8] = []
        for index in bytes.indices {
            guard let step = adapter.receive(bytes[index]) else { continue }
            replies += step.reply
            if let frame = step.frame { take(frame, at: now) }
        }
        if !replies.isEmpty { busLink.send(replies.span, at: now) }
    }

    private func take(_ frame: CANFrame, at now: Instant) {
        firstFrameAt = firstFrameAt ?? now
        periods.note(frame.identifier, at: now)
        guard frame.identifier == 0x351 else { return }
        let deciamps = Int(frame.bytes[2]) | Int(frame.bytes[3]) << 8
        same = deciamps == chargeDeciamps ? same + 1 : 0
        chargeDeciamps = deciamps
        if let held = fall, chargeDeciamps < held.from {
            latencies.add((now - held.answeredAt).inMilliseconds)
            fall = nil
        }
    }

    private func hear(_ bytes: Span<UInt8>) {
        var moved = scanner
        moved.received(
            bytes, grammar: { driver.scan($0, true, $1) },
            handle: { request, item in if item.kind == .request { answer(request, item) } })
        scanner = moved
    }

    private func answer(_ request: Span<UInt8>, _ item: LineItem) {
        let isLive = item.poll.map { driver.poll($0).pace == .live } ?? false
        if isLive, fall != nil {
            unseenFalls += 1
            fall = nil
        }
        let falls = isLive && fallsLeft > 0
        if falls {
            fallsLeft -= 1
            millivolts += 1
        }
        var answer = AnswerBuffer()
        driver.answer(request, reading(), &answer)
        let now = MonotonicClock.now()
        if falls { fall = (now, chargeDeciamps) }
        packLink.send(answer.bytes, at: now)
    }

    private func reading() -> PackReading {
        let now = MonotonicClock.now()
        var reading = pack.reading(at: now)
        guard var cells = reading.cellMillivolts?.value else { return reading }
        cells[4] = millivolts
        reading.cellMillivolts = Reading(cells, at: now)
        reading[.packVoltage] = Reading(cells.sum, at: now)
        return reading
    }
}

/// How regularly frames come.
struct FramePeriods {
    private static let nominal = Interval.seconds(1)
    private var last: [UInt32: Instant] = [:]
    /// Milliseconds by which the time between two frames of one identifier differed from the period.
    private(set) var deviations = Sample()

    var identifiers: Int { last.count }

    mutating func begin() { self = FramePeriods() }

    mutating func note(_ identifier: UInt32, at now: Instant) {
        if let before = last[identifier] {
            deviations.add(abs((now - before - Self.nominal).inMilliseconds))
        }
        last[identifier] = now
    }
}
