import BatteryModel
import ChargeControl
import Testing

@Suite("The invariants of the contract hold over random histories")
struct InvariantTests {
    /// Histories are dealt out over this many cases, so that they can run side by side.
    static let cases = 16
    static let historiesPerCase = 16
    static let stepsPerHistory = 4_000

    @Test("every step of a rough or hostile history keeps invariants 1 to 6", arguments: 0..<cases)
    func everyStep(number: Int) {
        for history in 0..<Self.historiesPerCase {
            let seed = UInt64(number * Self.historiesPerCase + history)
            guard let failure = Self.play(seed, isLogging: false) else { continue }
            // The same once more, this time writing down what happens.
            let told = Self.play(seed, isLogging: true) ?? "not repeatable: \(failure)"
            Issue.record(Comment(rawValue: told))
            return
        }
    }

    /// Plays one history and says what went wrong in it.
    static func play(_ seed: UInt64, isLogging: Bool) -> String? {
        let temper: History.Temper = seed % 4 == 3 ? .hostile : .rough
        var history = History(seed: seed, temper: temper)
        history.isLogging = isLogging
        var controller = ChargeController(history.settings)
        for pack in history.packs { controller.add(pack) }
        var invariants = Invariants(history)
        var twins = Twins(seed: seed)
        for step in 0..<stepsPerHistory {
            var missing: String?
            if twins.isTurn() {
                let old = history.image
                history.advance()
                missing = twins.compare(controller, old, history)
            } else {
                history.advance()
            }
            let verdict = controller.step(history.image, at: history.now)
            if let failure = missing ?? invariants.check(verdict, history) {
                let changes = history.log.joined(separator: "\n  ")
                return "seed \(seed), \(temper), step \(step): \(failure)\n  \(changes)"
            }
        }
        return nil
    }
}

/// Two steps from the same state at the same time: one with what is known, one with something of it missing.
struct Twins {
    private var random: SplitMix64

    init(seed: UInt64) { random = SplitMix64(seed: ~seed) }

    /// Whether to compare at this step.
    mutating func isTurn() -> Bool { random.once(in: 16) }

    /// Invariant 6: what the twin that knows less may offer more; `nil` if nothing.
    mutating func compare(
        _ controller: ChargeController, _ known: borrowing BankImage, _ history: History
    ) -> String? {
        var less = copy known
        let index = Int(random.pick(0...Int32(history.packs.count - 1)))
        let what = remove(&less, index)
        var full = controller
        var twin = controller
        let more = full.step(known, at: history.now)
        let verdict = twin.step(less, at: history.now)
        // A value that is missing from a pack forbids the bank; a pack that is missing does not. So where a value
        // grows too old in this very step, losing the whole pack instead is the milder thing.
        let isLost = verdict[index].freshness == .lost
        let isExcused = (
            charge: isLost && more[index].charge?.winner.rule == .inputMissing,
            discharge: isLost && more[index].discharge?.winner.rule == .inputMissing
        )
        let isMore =
            verdict.charge.value > more.charge.value && !isExcused.charge
            || verdict.discharge.value > more.discharge.value && !isExcused.discharge
            || verdict.isTransmitting && verdict.chargeVoltage.value > more.chargeVoltage.value
        guard isMore else { return nil }
        return """
            6: without \(what) of pack \(index)
            CCL \(verdict.charge)
             instead of \(more.charge),
            DCL \(verdict.discharge)
             instead of \(more.discharge)
            CVL \(verdict.chargeVoltage) instead of \(more.chargeVoltage)
            """
    }

    private mutating func remove(_ image: inout BankImage, _ index: Int) -> String {
        var pack = image[index]
        defer { image[index] = pack }
        switch random.next() % 16 {
        case 0...2:
            pack = BankImage.Pack()
            return "everything"
        case 3:
            pack.reading.cellMillivolts = nil
            return "the cells"
        case 4:
            pack.reading.alarms = nil
            return "the alarms"
        case 5:
            pack.cycle = nil
            return "the cycle"
        default:
            let field = Self.fields[Int(random.pick(0...Int32(Self.fields.count - 1)))]
            pack.reading[field] = nil
            return "\(field)"
        }
    }

    private static let fields: [PackField] = [
        .packVoltage, .current, .soc, .soh, .temperature1, .temperature2, .temperature3, .mosfetTemperature,
        .chargeSwitch, .dischargeSwitch, .chargeLimit, .dischargeLimit, .cellOverVoltage,
    ]
}
