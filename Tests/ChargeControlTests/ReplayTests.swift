import BatteryModel
import ChargeControl
import Testing

@Suite("Histories that run twice")
struct ReplayTests {
    @Test("the same history gives the same verdicts, reasons and alarms", arguments: 0..<8)
    func replay(seed: UInt64) {
        let first = Self.verdicts(1_000 + seed)
        let second = Self.verdicts(1_000 + seed)
        let differing = zip(first, second).enumerated().first { $1.0 != $1.1 }
        #expect(differing == nil, "seed \(1_000 + seed), step \(differing?.offset ?? 0)")
        #expect(first.count == second.count)
    }

    private static func verdicts(_ seed: UInt64) -> [Essence] {
        var history = History(seed: seed, temper: seed % 2 == 0 ? .rough : .hostile)
        var controller = ChargeController(history.settings)
        for pack in history.packs { controller.add(pack) }
        return (0..<500).map { _ in
            history.advance()
            return Essence(controller.step(history.image, at: history.now), count: history.packs.count)
        }
    }

    /// What a second controller allows, to which the silent pack says its last words for ever.
    ///
    /// It lets every limit rise at once: what it allows is what the bank could have had. No current flows, because the
    /// two would measure different shares.
    @Test("a pack that falls silent never leaves the bank more than its last words allowed", arguments: 0..<8)
    func silence(number: Int) {
        for history in 0..<20 {
            guard let failure = Self.fallSilent(UInt64(5_000 + number * 20 + history)) else { continue }
            Issue.record(Comment(rawValue: failure))
            return
        }
    }

    private static func fallSilent(_ seed: UInt64) -> String? {
        var random = SplitMix64(seed: seed)
        var history = History(seed: seed, temper: .rough)
        var controller = ChargeController(history.settings)
        for pack in history.packs { controller.add(pack) }
        for _ in 0..<random.pick(100...800) {
            history.advance()
            _ = controller.step(atRest(history.image, history), at: history.now)
        }
        let silent = Int(random.pick(0...Int32(history.packs.count - 1)))
        var last = history.readings[silent]
        last[.current]?.value = 0
        guard controller.step(atRest(history.image, history), at: history.now)[silent].freshness == .fresh
        else { return nil }
        var immediate = history.settings
        immediate.holdAfterFall = .zero
        immediate.rampMilliampsPerSecond = .max
        var talking = ChargeController(immediate)
        for pack in history.packs { talking.add(pack) }
        var image = atRest(history.image, history)
        for step in 0..<400 {
            image.packs[silent].reading = last
            let verdict = controller.step(image, at: history.now)
            image.packs[silent].reading = renewed(last, at: history.now)
            let possible = talking.step(image, at: history.now)
            // The other controller has to have begun, and to have got over its first rise.
            // What it heard first it had nothing to compare with, and may have believed a jump.
            let isMisled = history.packs.indices.contains { possible[$0].isDoubted }
            if step > 1, verdict.isTransmitting, possible.state == .running, !isMisled {
                // For a full charge that is due the wanted SOC is let go; the other controller does not know of it.
                let wantsOther =
                    possible.charge.winner.rule == .socTarget && verdict.stage.isFullChargeDue
                    && !possible.stage.isFullChargeDue
                let charge =
                    wantsOther
                    ? nil : compare(verdict.charge, possible.charge, history.settings.bankChargeMilliamps)
                let failure =
                    charge
                    ?? compare(verdict.discharge, possible.discharge, history.settings.bankDischargeMilliamps)
                if let failure { return "seed \(seed), pack \(silent) silent for \(step) steps: \(failure)" }
            }
            history.advance()
            image = atRest(history.image, history)
        }
        return nil
    }

    /// The same image without any current.
    private static func atRest(_ image: BankImage, _ history: History) -> BankImage {
        var image = image
        for index in history.packs.indices { image.packs[index].reading[.current]?.value = 0 }
        return image
    }

    private static func compare(_ limit: Limit, _ possible: Limit, _ maximum: Int32) -> String? {
        let rises: [LimitRule] = [
            .ramp, .hold, .stale, .inputMissing, .connectRefused, .packLost, .bankVoltage, .chargeBy,
        ]
        if rises.contains(possible.winner.rule) { return nil }
        return limit.value > possible.value ? "\(limit) although at most \(possible)" : nil
    }

    /// The same words once more.
    private static func renewed(_ reading: PackReading, at now: Instant) -> PackReading {
        var reading = reading
        for raw in 0..<UInt8(PackField.count) {
            guard let field = PackField(rawValue: raw) else { continue }
            reading[field]?.at = now
        }
        reading.cellMillivolts?.at = now
        reading.alarms?.at = now
        return reading
    }
}
