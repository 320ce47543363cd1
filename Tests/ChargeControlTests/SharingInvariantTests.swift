import BatteryModel
import ChargeControl
import Testing

@Suite("Packs of different size share a current by resistance and voltage")
struct SharingInvariantTests {
    /// Two to four packs that divide every current: each takes a fixed part, plus what its voltage makes flow.
    private struct Bank {
        var bench: Bench
        var random: SplitMix64
        /// The most each pack may carry, in milliamps.
        var limits: [Int32] = []
        /// The part of the bank's current that each takes.
        var parts: [Double] = []
        /// What flows between the packs when the bank rests, in milliamps; the sum is 0.
        var offsets: [Double] = []

        init(seed: UInt64, hasOffsets: Bool) {
            var random = SplitMix64(seed: seed)
            let count = Int(random.pick(2...4))
            var packs: [PackSettings] = []
            var settings = ControlSettings.immediate
            settings.bankChargeMilliamps = 1_000_000
            settings.bankDischargeMilliamps = 1_000_000
            for _ in 0..<count {
                let ampHours = random.pick(50...300)
                let amps = ampHours * random.pick(300...700) / 1_000
                packs.append(.pack(ampHours, amps: amps))
                limits.append(amps * 1_000)
                parts.append(Double(ampHours) * Double(random.pick(700...1_300)))
                offsets.append(Double(ampHours) * Double(hasOffsets ? random.pick(-30...30) : 0))
            }
            let whole = parts.reduce(0, +)
            parts = parts.map { $0 / whole }
            let rest = offsets.reduce(0, +)
            for index in offsets.indices { offsets[index] -= rest * parts[index] }
            bench = Bench(packs, settings)
            self.random = random
        }

        /// The current through a pack when the bank carries so many milliamps.
        func current(of pack: Int, bank: Double) -> Double { bank * parts[pack] + offsets[pack] }

        mutating func carry(_ milliamps: Double, packs: Range<Int>) {
            for pack in packs { bench.samples[pack].current = Int32(current(of: pack, bank: milliamps)) }
        }
    }

    @Test("no pack is charged with more than it may, however the current comes and goes", arguments: 0..<300)
    func neverTooMuch(_ seed: Int) {
        var bank = Bank(seed: UInt64(seed), hasOffsets: true)
        var told: Double = 0
        var part = 0.1
        for second in 0..<3_000 {
            if bank.random.once(in: 120) { part = Double(bank.random.pick(5...30)) / 100 }
            if bank.random.once(in: 200) { part = 1 }
            bank.carry(told * part, packs: bank.limits.indices)
            bank.bench.now = bank.bench.now + .seconds(1)
            for pack in bank.limits.indices {
                let now = bank.current(of: pack, bank: told * part)
                guard now > Double(bank.limits[pack]) else { continue }
                Issue.record("pack \(pack) has \(now) of \(bank.limits[pack]) mA after \(second) s")
                return
            }
            told = Double(bank.bench.step().charge.value)
        }
    }

    @Test("nor has it more than it may when the current turns, whatever it had before", arguments: 0..<300)
    func neverTooMuchAtTheTurn(_ seed: Int) {
        var bank = Bank(seed: UInt64(seed) + 2_000, hasOffsets: false)
        // Its voltage keeps one pack back, by up to three tenths of what it may have.
        let held = Int(bank.random.pick(0...Int32(bank.limits.count - 1)))
        let back = Double(bank.limits[held]) * Double(bank.random.pick(0...30)) / 100
        for pack in bank.limits.indices {
            let others = 1 - bank.parts[held]
            bank.offsets[pack] = pack == held ? -back : back * bank.parts[pack] / others
        }
        var told = (charge: 0.0, discharge: 0.0)
        let turnAt = Int(bank.random.pick(60...900))
        for second in 0..<turnAt {
            bank.carry(told.charge * Double(min(second, 60)) / 60, packs: bank.limits.indices)
            bank.bench.now = bank.bench.now + .seconds(1)
            let verdict = bank.bench.step()
            told = (Double(verdict.charge.value), Double(verdict.discharge.value))
        }
        let drawn = abs(bank.current(of: held, bank: -told.discharge))
        #expect(drawn <= Double(bank.limits[held]), "\(drawn) of \(bank.limits[held]) mA")
    }

    @Test("a bank whose limit begins small is measured all the same and then used", arguments: 0..<100)
    func neverTooLittle(_ seed: Int) {
        var bank = Bank(seed: UInt64(seed) + 3_000, hasOffsets: false)
        var told = 0.0
        for _ in 0..<1_800 {
            bank.carry(told, packs: bank.limits.indices)
            bank.bench.now = bank.bench.now + .seconds(1)
            told = Double(bank.bench.step().charge.value)
        }
        // What all packs could take together, were they known exactly and nothing kept back.
        let most = zip(bank.limits, bank.parts).map { Double($0) / $1 }.min() ?? 0
        #expect(told >= most * 0.85, "\(told) of \(most) mA")
    }

    @Test(
        "nobody is taken to carry more than he does, though the packs are read one after the other",
        arguments: 0..<40)
    func neverSuspected(_ seed: Int) {
        var bank = Bank(seed: UInt64(seed) + 1_000, hasOffsets: false)
        let count = bank.limits.count
        let whole = Double(bank.limits.reduce(0, +))
        var stated: [Double] = []
        var milliamps = 0.0
        for second in 0..<1_500 {
            if second > 60, bank.random.once(in: 20) {
                milliamps = whole * Double(bank.random.pick(20...60)) / 100
            }
            // One pack in each step says what it carries now; the others have not been asked again.
            for pack in 0..<count { bank.bench.isTalking[pack] = pack == second % count || second < 5 }
            bank.carry(milliamps, packs: second % count..<second % count + 1)
            bank.bench.now = bank.bench.now + .milliseconds(500)
            let verdict = bank.bench.step()
            let shares = (0..<count).map { Double(verdict[$0].chargeSharePermille) / 1_000 }
            if second == 50 { stated = shares }
            guard second > 60 else { continue }
            for pack in 0..<count where shares[pack] > max(stated[pack], bank.parts[pack]) * 1.12 + 0.002 {
                Issue.record(
                    "pack \(pack) is taken to carry \(shares[pack]), truly \(bank.parts[pack]), after \(second) steps"
                )
                return
            }
        }
    }
}
