import BatteryModel
import TestSupport
import Testing

/// The minimum of what the rules allow, and who said it.
@Suite struct LimitTests {
    @Test func `winner and runner-up are the two smallest, of equals the ones heard first`() {
        var random = SeededRandom(seed: 11)
        var faults: [String] = []
        for _ in 0..<2_000 {
            let count = Int.random(in: 1...9, using: &random)
            let reasons = (0..<count).map { order in
                LimitReason(.bmsLimit, limit: .random(in: -2...4, using: &random), pack: order, rise: .bms)
            }
            var limit = Limit(reasons[0])
            for reason in reasons.dropFirst() { limit.apply(reason) }
            let expected = reasons.enumerated().sorted {
                ($0.element.limit, $0.offset) < ($1.element.limit, $1.offset)
            }
            if limit.winner != expected[0].element || limit.value != expected[0].element.limit {
                faults.append("winner of \(reasons.map(\.limit))")
            }
            if limit.runnerUp != expected.dropFirst().first?.element {
                faults.append("runner-up of \(reasons.map(\.limit))")
            }
        }
        #expect(faults == [])
    }
}
