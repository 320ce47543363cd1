import BatteryModel
import ChargeControl
import Testing

@Suite("The invariants of the contract hold over random histories")
struct InvariantTests {
    @Test("every step of a rough or hostile history keeps invariants 1 to 6, over restarts and orders too")
    func everyStep() async {
        let size = ProofSize.asked
        let clock = ContinuousClock()
        let start = clock.now
        var all = Tally()
        var failures: [String] = []
        await withTaskGroup(of: (Tally, [String]).self) { group in
            // As many at a time as a small machine has processors.
            let lanes: UInt64 = 4
            for lane in 0..<lanes { group.addTask { Self.playLane(size.seeds, lane, of: lanes) } }
            for await (tally, found) in group {
                all.add(tally)
                failures += found
            }
        }
        for failure in failures { Issue.record(Comment(rawValue: failure)) }
        let seconds = (clock.now - start) / .seconds(1)
        print(
            "PROOF histories \(all.histories) seeds \(size.seeds) steps \(all.steps) seconds \(Int(seconds))")
        guard size.isLong else { return }
        for line in all.lines { print(line) }
        print("PROOF never \(all.missing.joined(separator: ", "))")
        if all.steps >= 10_000_000 { #expect(all.missing.isEmpty, "never put to the test") }
    }

    /// Plays every `lanes`th seed; of what fails it tells the first at length and the next in a line each.
    private static func playLane(
        _ seeds: Range<UInt64>, _ lane: UInt64, of lanes: UInt64
    ) -> (Tally, [String]) {
        var tally = Tally()
        var failures: [String] = []
        for seed in seeds where seed % lanes == lane {
            guard let failure = play(seed, isLogging: false, &tally) else { continue }
            // The same once more, this time writing down what happens.
            let told = failures.isEmpty ? play(seed, isLogging: true, &tally) : failure
            failures.append(told ?? "not repeatable: \(failure)")
            if failures.count == Self.failuresPerLane { break }
        }
        return (tally, failures)
    }

    private static let failuresPerLane = 10

    /// Plays one history and says what went wrong in it.
    static func play(_ seed: UInt64, isLogging: Bool, _ tally: inout Tally) -> String? {
        let temper: History.Temper = seed % 4 == 3 ? .hostile : .rough
        var history = History(seed: seed, temper: temper)
        history.isLogging = isLogging
        tally.histories += 1
        var player = Player(seed: seed, history)
        for step in 0..<ProofSize.stepsPerHistory {
            guard let failure = player.step(&history, &tally) else { continue }
            let changes = history.log.joined(separator: "\n  ")
            return "seed \(seed), \(temper), step \(step): \(failure)\n  \(changes)"
        }
        return nil
    }
}

/// A controller that lives through a history, is watched, compared with its twins and now and then restarted.
private struct Player {
    var controller: ChargeController
    var invariants: Invariants
    var twins: Twins
    var random: SplitMix64

    init(seed: UInt64, _ history: History) {
        controller = Self.fresh(history)
        invariants = Invariants(history)
        twins = Twins(seed: seed)
        random = SplitMix64(seed: seed &+ 0x5EED)
        guard seed % 3 == 0 else { return }
        controller.restore(MemoryTwins.garbage(seed: seed), at: history.now, wall: history.image.wall)
        invariants.restart(isRemembering: true)
    }

    private static func fresh(_ history: History) -> ChargeController {
        var controller = ChargeController(history.settings)
        for pack in history.packs { controller.add(pack) }
        return controller
    }

    mutating func step(_ history: inout History, _ tally: inout Tally) -> String? {
        var missing: String?
        let old = history.readings
        if twins.isTurn() {
            let old = history.image
            history.advance()
            history.apply(to: &controller)
            missing = twins.compare(controller, old, history) ?? twins.order(controller, history)
        } else {
            history.advance()
            history.apply(to: &controller)
        }
        if random.once(in: 2_000) { restart(history) }
        let before = history.temper == .rough && random.once(in: 10) ? invariants.before : nil
        let known = before.map { _ in controller.memory(at: history.now, wall: nil) }
        let verdict = controller.step(history.image, at: history.now)
        if missing == nil, let before, let known {
            let after = controller.memory(at: history.now, wall: nil)
            missing = ShareWatch.check((known, before, old), (after, verdict, history.readings))
        }
        history.hear(verdict)
        tally.count(verdict, packs: history.packs.count)
        // A clock that goes backwards is no fair comparison.
        if missing == nil, history.temper == .rough, random.once(in: 400) {
            missing = MemoryTwins.compare(
                controller, history, wasStopped: invariants.before?.state == .stopped)
        }
        return missing ?? invariants.check(verdict, history)
    }

    private mutating func restart(_ history: History) {
        let memory = controller.memory(at: history.now, wall: history.image.wall)
        controller = Self.fresh(history)
        controller.restore(memory, at: history.now, wall: history.image.wall)
        invariants.restart(isRemembering: true)
    }
}
