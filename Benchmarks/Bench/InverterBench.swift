import BatteryModel
import BusCodec
import InverterProfiles
import LinuxIO
import Simulators

/// Thirty-two simulated inverters in one process, each with a simulated battery that speaks to it; what passes between
/// them is listened to.
enum InverterBench {
    private static let count = 32
    private static let seconds: Int64 = 60

    static func run() {
        do throws(SystemError) {
            let loop = try EventLoop()
            var pairs: [TappedPair] = []
            for index in 0..<count {
                let profile = ProfileTable.profiles[index % ProfileTable.profiles.count]
                pairs.append(try TappedPair(profile, on: loop, token: 2 * index))
            }
            try listen(to: pairs, on: loop, for: .seconds(5))
            for pair in pairs { pair.begin() }
            try listen(to: pairs, on: loop, for: .seconds(seconds))
            tell(pairs)
        } catch {
            Table.missing("\(count) simulated inverters", "\(error)")
        }
    }

    private static func listen(
        to pairs: [TappedPair], on loop: EventLoop, for length: Interval
    ) throws(SystemError) {
        let end = MonotonicClock.now() + length
        while MonotonicClock.now() < end {
            for event in try loop.wait(until: min(end, MonotonicClock.now() + .milliseconds(100)))
            where event.isReadable {
                pairs[event.token / 2].pass(event.token, at: MonotonicClock.now())
            }
            for pair in pairs { pair.tick(at: MonotonicClock.now()) }
        }
    }

    private static func tell(_ pairs: [TappedPair]) {
        var late = Sample()
        var (missed, stops) = (0, UInt64(0))
        for pair in pairs where pair.isHeard {
            missed += pair.missed
            stops += pair.stops
            for value in pair.lateness { late.add(value) }
        }
        Table.row(
            "periods missed by \(count) inverters in \(seconds) s", Double(missed), "", atMost: 0, places: 0,
            note: "\(late.count) periods; \(count) inverters and their batteries, one process, "
                + "\(2 * count) threads")
        Table.row(
            "a period of theirs, off by: 99th percentile", "\(Measure.fixed(late.percentile(99), 2)) ms",
            note: "median \(Measure.fixed(late.median, 2)), highest \(Measure.fixed(late.highest, 2)) ms; "
                + "load average \(Machine.load)")
        Table.row("limits that ran out meanwhile", Double(stops), "", atMost: 0, places: 0)
    }
}

/// An inverter and a battery, and what passes between them.
private final class TappedPair {
    private let near: MemoryBus
    private let far: MemoryBus
    private let inverter: Simulation
    private let battery: Simulation
    private let links: [Link]
    private let profile: InverterProfile
    private var lastAt: Instant?
    private var stopsBefore: UInt64 = 0
    /// Periods that were half as long again, or longer.
    private(set) var missed = 0
    /// Milliseconds by which each period was off.
    private(set) var lateness: [Double] = []

    init(_ profile: InverterProfile, on loop: EventLoop, token: Int) throws(SystemError) {
        near = try profile.serial == nil ? MemoryBus.frames() : MemoryBus.bytes()
        far = try profile.serial == nil ? MemoryBus.frames() : MemoryBus.bytes()
        inverter = try Simulation(.inverter(.init(profile: profile, port: .link(near.first))))
        battery = try Simulation(.speaker(.init(profile: profile, port: .link(far.first))))
        links = [Link(near.second, on: loop, token: token), Link(far.second, on: loop, token: token + 1)]
        self.profile = profile
        for link in links { link.open(at: MonotonicClock.now()) }
    }

    deinit {
        inverter.stop()
        battery.stop()
    }

    /// How often the inverter says that it is there, or asks.
    private var period: Interval { profile.serial?.spacing ?? profile.sheet.keepAlive.period }

    /// Whether it does either.
    var isHeard: Bool { profile.serial != nil || profile.sheet.keepAlive.isKnown }

    /// How often its limits have run out since ``begin()``.
    var stops: UInt64 { (inverter.snapshot.inverter?.statistics.stops ?? 0) - stopsBefore }

    /// From now on it counts.
    func begin() {
        lastAt = nil
        lateness = []
        missed = 0
        stopsBefore += stops
    }

    func tick(at now: Instant) { for link in links { link.tick(at: now) } }

    /// Hands on what has come from one side.
    func pass(_ token: Int, at now: Instant) {
        let isFromInverter = token == links[0].token
        let (from, to) = isFromInverter ? (links[0], links[1]) : (links[1], links[0])
        if from.address.carriesFrames {
            from.receiveFrames(at: now) { frame in
                if isFromInverter, profile.isKeepAlive(frame) { note(now) }
                to.send(frame, at: now)
            }
        } else {
            from.receiveBytes(at: now) { bytes in
                if isFromInverter { note(now) }
                to.send(bytes, at: now)
            }
        }
    }

    private func note(_ now: Instant) {
        defer { lastAt = now }
        guard let lastAt else { return }
        lateness.append(abs((now - lastAt - period).inMilliseconds))
        if (now - lastAt) * 2 > period * 3 { missed += 1 }
    }
}
