import BatteryModel
import ChargeControl

/// A bank of packs that talk once a second, a controller, and a clock that only the test moves.
struct Bench {
    var controller: ChargeController
    var image = BankImage()
    var samples: [Sample]
    var isTalking: [Bool]
    var now = Instant(nanoseconds: 1_000_000_000_000)
    /// Time between two steps on the way to a cycle.
    var period = Interval.seconds(1)

    init(_ packs: [PackSettings] = [.pack()], _ settings: ControlSettings = .usual) {
        controller = ChargeController(settings)
        for pack in packs { controller.add(pack) }
        samples = packs.map { _ in Sample() }
        isTalking = packs.map { _ in true }
    }

    static let start = Instant(nanoseconds: 1_000_000_000_000)

    /// The instant `milliseconds` after the start.
    static func instant(_ milliseconds: Int64) -> Instant { start + .milliseconds(milliseconds) }

    /// One step now, after every talking pack has spoken.
    mutating func step() -> BankVerdict {
        for index in samples.indices where isTalking[index] {
            image.packs[index].reading = samples[index].reading(at: now)
        }
        return controller.step(image, at: now)
    }

    /// Steps once a period until just before `milliseconds`, then moves the clock there.
    mutating func advance(to milliseconds: Int64) {
        let end = Bench.instant(milliseconds)
        while now + period < end {
            now = now + period
            _ = step()
        }
        now = end
    }
}

/// What a limit should be and why; what is left `nil` is not compared.
struct Expected: Sendable {
    var value: Int32
    var rule: LimitRule?
    var next: LimitRule?
    var pack: Int?
    var place: Int?
    var input: Int32?
    var rise: RiseCondition?

    init(
        _ value: Int32, _ rule: LimitRule? = nil, next: LimitRule? = nil, pack: Int? = nil, place: Int? = nil,
        input: Int32? = nil, rise: RiseCondition? = nil
    ) {
        self.value = value
        self.rule = rule
        self.next = next
        self.pack = pack
        self.place = place
        self.input = input
        self.rise = rise
    }

    /// What differs; empty if nothing does.
    func difference(from limit: Limit?, _ name: String) -> String {
        guard let limit else { return "\(name): no limit\n" }
        let winner = limit.winner
        let agrees =
            limit.value == value && (rule == nil || rule == winner.rule)
            && (next == nil || next == limit.runnerUp?.rule) && (pack == nil || pack == winner.pack)
            && (place == nil || place == winner.place) && (input == nil || input == winner.input)
            && (rise == nil || rise == winner.rise)
        return agrees ? "" : "\(name): \(winner), runner-up \(limit.runnerUp as Any); expected \(self)\n"
    }
}

/// One named cycle: at this time this changes, and then the verdict must be so.
struct Cycle {
    var at: Int64
    var change: (inout Bench) -> Void = { _ in }
    /// No steps on the way: the thread stalled or the machine slept.
    var isLeap = false
    var state: BankVerdict.State?
    var charge: Expected?
    var discharge: Expected?
    var voltage: Expected?
    var freshness: [Freshness] = []
    var raised: [(AlarmKind, AlarmLevel?)] = []

    /// The differences found in `cycles`; empty if every verdict was as expected.
    static func run(_ cycles: [Cycle], on bench: Bench, _ name: String = "") -> String {
        var bench = bench
        var found = ""
        for cycle in cycles {
            if cycle.isLeap { bench.now = Bench.instant(cycle.at) } else { bench.advance(to: cycle.at) }
            cycle.change(&bench)
            let verdict = bench.step()
            let here = "\(name) at \(cycle.at) ms: "
            if let state = cycle.state, verdict.state != state {
                found += here + "state \(verdict.state), expected \(state)\n"
            }
            let limits = [
                ("CCL", cycle.charge, verdict.charge), ("DCL", cycle.discharge, verdict.discharge),
                ("CVL", cycle.voltage, verdict.chargeVoltage),
            ]
            for (name, expected, limit) in limits {
                if let expected { found += expected.difference(from: limit, here + name) }
            }
            for (index, expected) in cycle.freshness.enumerated() where verdict[index].freshness != expected {
                found += here + "pack \(index) \(verdict[index].freshness), expected \(expected)\n"
            }
            for (kind, level) in cycle.raised where verdict.alarms.level(of: kind) != level {
                found += here + "\(kind) at \(verdict.alarms.level(of: kind) as Any), not \(level as Any)\n"
            }
        }
        return found
    }
}
