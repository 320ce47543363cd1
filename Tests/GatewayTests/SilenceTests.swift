import BatteryModel
import Foundation
import TestSupport
import Testing

@Suite("From the last good byte to zero on the wire")
struct SilenceTests {
    /// What one silence was like, in milliseconds.
    struct Silence: Sendable {
        var zeroAfter: Int64
        var silentAfter: Int64
    }

    private static let count: UInt64 = 1_000

    @Test("after a silence that begins at any time both limits are 0 within `lost` and one tick")
    func distribution() async throws {
        let environment = ProcessInfo.processInfo.environment
        let isLong = environment["BUSBAR_PROVE"] != nil
        let count = isLong ? Self.count : 100
        // Now and then the line was so bad that the limits were 0 anyway.
        let seeds = 0..<count + count / 20
        let lanes: UInt64 = 4
        let silences = await withTaskGroup(of: [Silence?].self) { group in
            for lane in 0..<lanes {
                group.addTask { seeds.filter { $0 % lanes == lane }.map(Self.silence) }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        let found = silences.compactMap { $0 }
        #expect(found.count >= count)
        let zero = found.map(\.zeroAfter).sorted()
        let silent = found.map(\.silentAfter).sorted()
        print("PROOF silences \(found.count) zero \(Self.figures(zero)) silent \(Self.figures(silent))")
        // `lost` is 10 s and the tick 0.1 s: far less than the period that the contract grants.
        #expect(try #require(zero.last) <= 10_100)
        #expect(try #require(silent.last) <= 20_200)
        // The limits are not given up early either.
        #expect(try #require(zero.first) >= 9_000)
    }

    private static func figures(_ sorted: [Int64]) -> String {
        guard let least = sorted.first, let most = sorted.last else { return "none" }
        return "\(least) \(sorted[sorted.count / 2]) \(sorted[sorted.count * 99 / 100]) \(most)"
    }

    /// Packs talk over a more or less bad line, and then none of them ever again.
    private static func silence(seed: UInt64) -> Silence? {
        var random = SeededRandom(seed: seed ^ 0x511E)
        let schedule = FaultSchedule(seed: seed)
        let line = FaultyLine(seed: seed)
        // A line that is a little bad makes the packs fall silent one after the other.
        let kinds: Set<LineFault.Kind> = [.dropBytes, .flip, .duplicate]
        line.active = schedule.faults.filter { kinds.contains($0.kind) && $0.amount < 50 }
        var plant = VirtualPlant(packs: schedule.packs)
        plant.spoil = { line.spoil($0) }
        plant.run(for: .milliseconds(Int64.random(in: 60_000...70_000, using: &random)))
        for index in plant.packs.indices { plant.packs[index].isSilent = true }
        plant.run(for: .seconds(25))
        guard let last = plant.delivered.last(where: { $0.wholeSince != nil })?.at else { return nil }
        let isZero: (VirtualPlant.Sent) -> Bool = { sent in
            WireWatch.Limits(sent.frame).map { $0.charge == 0 && $0.discharge == 0 } ?? false
        }
        let limits = plant.frames(0x351, since: last)
        guard let zero = limits.first(where: isZero), limits.first.map(isZero) == false,
            let end = plant.output.frames.last
        else { return nil }
        return Silence(
            zeroAfter: (zero.at - last).milliseconds, silentAfter: (end.at - last).milliseconds)
    }
}
