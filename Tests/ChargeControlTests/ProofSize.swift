import Foundation

/// How much is tried: little with every test run, much when asked.
///
/// `BUSBAR_PROVE=long`, or a number of steps, makes it much; `BUSBAR_PROVE_SEED=n` plays the one history with that seed.
struct ProofSize: Sendable {
    var seeds: Range<UInt64>
    var isLong: Bool

    static let stepsPerHistory = 4_000

    static var asked: ProofSize {
        let environment = ProcessInfo.processInfo.environment
        if let seed = environment["BUSBAR_PROVE_SEED"].flatMap(UInt64.init) {
            return ProofSize(seeds: seed..<seed + 1, isLong: false)
        }
        guard let asked = environment["BUSBAR_PROVE"] else { return ProofSize(seeds: 0..<100, isLong: false) }
        let steps = asked == "long" ? 12_000_000 : Int(asked) ?? 0
        return ProofSize(seeds: 0..<UInt64(max(steps / stepsPerHistory, 1)), isLong: true)
    }
}
