import BatteryModel
import ChargeControl
import Testing

@Suite("Packs in parallel")
struct SharingTests {
    private static func check(_ cycles: [Cycle], _ bench: Bench) {
        let found = Cycle.run(cycles, on: bench)
        #expect(found.isEmpty, Comment(rawValue: found))
    }

    @Test("a 100 Ah pack beside a 280 Ah pack bounds the bank by its share, halved until it was measured")
    func unequal() {
        var settings = ControlSettings.immediate
        settings.bankChargeMilliamps = 1_000_000
        // 50 A of 100 Ah, 140 A of 280 Ah: 190 A together, × 0.5.
        Self.check(
            [
                Cycle(at: 0), Cycle(at: 2_000, charge: Expected(95_000, .packMaximum, pack: 0)),
                Cycle(
                    at: 3_000, change: { $0.samples[1].chargeSwitch = 0 },
                    charge: Expected(50_000, .packMaximum, pack: 0), discharge: Expected(95_000)),
                Cycle(
                    at: 4_000,
                    change: {
                        $0.samples[1].chargeSwitch = 1; $0.samples[0].chargeSwitch = 0
                    }, charge: Expected(140_000, .packMaximum, pack: 1)),
                Cycle(
                    at: 5_000, change: { $0.samples[1].chargeSwitch = 0 },
                    charge: Expected(0, .switchOpen, next: .switchOpen)),
                Cycle(
                    at: 6_000,
                    change: {
                        $0.samples[0].chargeSwitch = 1; $0.samples[1].chargeSwitch = 1;
                        $0.samples[0].temperatures = [-10, 250]
                    }, charge: Expected(0, .cellTemperature, pack: 0)),
            ], Bench([.pack(100, amps: 50), .pack(280, amps: 140)], settings))
    }

    @Test("a configured share wins over the capacity, and the rest divides by capacity")
    func configured() {
        let bench = Bench([.pack(100, share: 600), .pack(100), .pack(300)], .immediate)
        var played = bench
        let verdict = played.step()
        #expect((0..<3).map { verdict[$0].chargeSharePermille } == [600, 100, 300])
        Self.check([Cycle(at: 0), Cycle(at: 2_000, charge: Expected(150_000, .packMaximum, pack: 0))], bench)
    }

    @Test("a lost pack bounds the bank by its last words and keeps the margin")
    func lost() {
        let bench = Bench([.pack(190, amps: 95), .pack(10, amps: 100)], .immediate)
        // 95 A / 0.95 × 0.5 is less than 95 A × 0.9; alone it is the same, for the lost one may still be wired.
        Self.check(
            [
                Cycle(at: 0), Cycle(at: 2_000, charge: Expected(85_500, .packMaximum, pack: 0)),
                Cycle(at: 3_000, change: { $0.isTalking[1] = false }),
                Cycle(
                    at: 20_000, charge: Expected(85_500, .packMaximum, pack: 0), freshness: [.fresh, .lost]),
            ], bench)
        var small = bench
        small.samples[1].chargeLimit = 1_000
        // 0.9 A / 0.05 × 0.5 = 9 A.
        Self.check(
            [
                Cycle(at: 0), Cycle(at: 2_000, charge: Expected(9_000, .bmsLimit, pack: 1)),
                Cycle(at: 3_000, change: { $0.isTalking[1] = false }),
                Cycle(at: 20_000, charge: Expected(9_000, .packLost, pack: 1, rise: .newReading)),
                Cycle(
                    at: 21_000,
                    change: {
                        $0.isTalking[1] = true; $0.samples[1].chargeLimit = 200_000
                    }, charge: Expected(85_500, .packMaximum)),
            ], small)
    }

    /// Two packs of 100 A, 100 Ah and 280 Ah, that carry what `amps` says.
    private static func carrying(_ amps: [Int32]) -> (inout Bench) -> Void {
        { bench in for (index, value) in amps.enumerated() { bench.samples[index].current = value * 1_000 } }
    }

    @Test("shares are measured while a tenth of the capacity flows, and the larger one is remembered")
    func measured() {
        var settings = ControlSettings.immediate
        settings.bankChargeMilliamps = 1_000_000
        settings.bankDischargeMilliamps = 1_000_000
        Self.check(
            [
                Cycle(at: 0),
                // By capacity 26.3 and 73.7 %: half of 100 A / 0.737 is less than 0.9 × 100 A.
                Cycle(at: 2_000, charge: Expected(90_000, .packMaximum, pack: 1)),
                // 38 A are a tenth; nothing is learned from less.
                Cycle(at: 9_000, change: Self.carrying([18, 18]), charge: Expected(90_000)),
                // Equal currents: each carries half, and is trusted with twice as much: 2 × 30 A / 0.5.
                Cycle(at: 10_000, change: Self.carrying([30, 30])),
                Cycle(at: 12_000, charge: Expected(120_000)),
                // What a charge has shown is not known of what is drawn: 0.9 × 100 A, as before.
                Cycle(at: 12_500, discharge: Expected(90_000, .packMaximum, pack: 1)),
                // 100 A / 0.5 × 0.9.
                Cycle(at: 13_000, change: Self.carrying([60, 60])),
                Cycle(at: 15_000, charge: Expected(180_000)),
                // Too little to measure: the larger of measured and stated counts. 100 A / 0.737 × 0.9.
                Cycle(at: 16_000, change: Self.carrying([1, 1])),
                Cycle(at: 18_000, charge: Expected(122_142, .packMaximum, pack: 1)),
                // A share that turns out larger counts at once: 100 A / 0.75 × 0.9.
                Cycle(at: 19_000, change: Self.carrying([-30, -90])),
                Cycle(at: 21_000, discharge: Expected(119_999, .packMaximum, pack: 1)),
            ], Bench([.pack(100, amps: 100), .pack(280, amps: 100)], settings))
    }

    @Test("what a large current has shown is not unlearned from a small one until it is long ago")
    func littleCurrent() {
        var settings = ControlSettings.immediate
        settings.bankChargeMilliamps = 1_000_000
        var cycles = [
            Cycle(at: 0), Cycle(at: 2_000, change: Self.carrying([60, 60])),
            Cycle(at: 5_000, charge: Expected(180_000)),
            Cycle(at: 6_000, change: Self.carrying([30, 15])), Cycle(at: 10_000, charge: Expected(180_000)),
        ]
        // Half as much as 120 A is seen to be left of it after a quarter of an hour: 60 A × 2 no longer bind.
        cycles += (1...20).map { Cycle(at: 10_000 + Int64($0) * 60_000) }
        // 30 of 45 A, and of 100 A twice 30: 60 A / 0.667.
        cycles.append(Cycle(at: 1_300_000, charge: Expected(90_000, .packMaximum, pack: 0)))
        Self.check(cycles, Bench([.pack(100, amps: 100), .pack(280, amps: 100)], settings))
    }

    @Test("currents against each other flow between the packs and teach nothing")
    func circulating() {
        var settings = ControlSettings.immediate
        settings.bankChargeMilliamps = 1_000_000
        Self.check(
            [
                Cycle(at: 0), Cycle(at: 2_000, change: Self.carrying([-20, 90])),
                Cycle(at: 6_000, charge: Expected(90_000, .packMaximum)),
            ], Bench([.pack(100, amps: 100), .pack(280, amps: 100)], settings))
    }

    @Test("a pack that carries more than it may brings the bank down in proportion")
    func overCurrent() {
        var settings = ControlSettings.immediate
        settings.bankChargeMilliamps = 1_000_000
        Self.check(
            [
                Cycle(at: 0), Cycle(at: 2_000, change: Self.carrying([50, 50])),
                Cycle(at: 5_000, charge: Expected(180_000)),
                // 150 A through one of them: 190 A × 100 / 150; it moved too fast to be a measured share.
                Cycle(
                    at: 6_000, change: Self.carrying([150, 40]),
                    charge: Expected(126_666, .packOverCurrent, pack: 0, input: 150_000)),
                // A second later it is steady and measured: 100 A / 0.789 × 0.9.
                Cycle(at: 7_000, charge: Expected(113_999, .packMaximum, pack: 0)),
                // The others still say so when it falls silent.
                Cycle(at: 8_000, change: { $0.isTalking[0] = false }),
                Cycle(at: 25_000, charge: Expected(90_000), freshness: [.lost, .fresh]),
            ], Bench([.pack(), .pack()], settings))
    }

    @Test("a lost pack whose neighbour opens its switch is given its larger share")
    func lostBesideOpen() {
        var bench = Bench([.pack(), .pack(), .pack()], .immediate)
        bench.samples[2].chargeLimit = 20_000
        // 18 A of a third: 48.6 A; of a half: 32.4 A.
        Self.check(
            [
                Cycle(at: 0), Cycle(at: 2_000, charge: Expected(48_600, .bmsLimit, pack: 2)),
                Cycle(at: 3_000, change: { $0.isTalking[2] = false }),
                Cycle(at: 20_000, charge: Expected(48_600, .packLost, pack: 2)),
                Cycle(
                    at: 21_000, change: { $0.samples[0].chargeSwitch = 0 },
                    charge: Expected(32_400, .packLost, pack: 2)),
            ], bench)
    }

    @Test("a cell at its absolute maximum stops the bank, whatever else its pack says")
    func absoluteMaximum() {
        let hot = { (sample: inout Sample) in
            sample.cells[8] = 3_600
        }
        let changes: [(String, (inout Bench) -> Void)] = [
            ("believed", { _ in }), ("charge switch open", { $0.samples[1].chargeSwitch = 0 }),
            (
                "both switches open",
                {
                    $0.samples[1].chargeSwitch = 0; $0.samples[1].dischargeSwitch = 0
                }
            ),
            ("no current reported", { $0.samples[1].current = nil }),
            ("no cell sensor", { $0.samples[1].temperatures = [] }),
            ("contradicting the pack voltage", { $0.samples[1].voltage = 40_000 }),
        ]
        var found = ""
        for (name, change) in changes {
            found += Cycle.run(
                [
                    Cycle(at: 0), Cycle(at: 2_000, charge: Expected(180_000)),
                    Cycle(
                        at: 3_000,
                        change: {
                            hot(&$0.samples[1]); change(&$0)
                        }, charge: Expected(0)),
                    Cycle(at: 9_000, charge: Expected(0)),
                ], on: Bench([.pack(), .pack()], .immediate), name)
        }
        #expect(found.isEmpty, Comment(rawValue: found))
    }

    @Test("packs more than 1.5 V apart stop both directions until they have agreed for 10 s")
    func refused() {
        var bench = Bench([.pack(), .pack()], .immediate)
        bench.samples[1].setCells(3_205)
        Self.check(
            [
                Cycle(at: 0),
                Cycle(
                    at: 2_000, charge: Expected(0, .connectRefused, rise: .voltagesAgree),
                    discharge: Expected(0, .connectRefused), raised: [(.connectRefused, .protection)]),
                Cycle(
                    at: 3_000, change: { $0.samples[1].setCells(3_207) }, charge: Expected(0, .connectRefused)
                ),
                Cycle(at: 12_999, charge: Expected(0, .connectRefused)),
                Cycle(at: 13_000, raised: [(.connectRefused, nil)]),
                Cycle(at: 15_000, charge: Expected(180_000), discharge: Expected(180_000)),
                Cycle(at: 16_000, change: { $0.samples[1].voltage = 51_300 }, charge: Expected(180_000)),
                Cycle(
                    at: 17_000,
                    change: {
                        $0.samples[1].setCells(3_206); $0.samples[1].voltage = 51_299
                    }, charge: Expected(0, .connectRefused)),
                Cycle(
                    at: 18_000,
                    change: {
                        $0.samples[1].voltage = nil; $0.isTalking[1] = false
                    }, charge: Expected(0)),
                Cycle(at: 60_000, charge: Expected(0, .connectRefused), freshness: [.fresh, .lost]),
            ], bench)
    }

    @Test("a pack with both switches open may stand at any voltage")
    func apart() {
        var bench = Bench([.pack(), .pack()], .immediate)
        bench.samples[1].setCells(3_100)
        bench.samples[1].chargeSwitch = 0
        bench.samples[1].dischargeSwitch = 0
        Self.check([Cycle(at: 0), Cycle(at: 2_000, charge: Expected(100_000, .packMaximum, pack: 0))], bench)
    }

    @Test("a protection goes out at once, or as a warning until every pack protects")
    func alarmPolicy() {
        var settings = ControlSettings.immediate
        let cycles = { (first: AlarmLevel) in
            [
                Cycle(at: 0, raised: [(.cellOverVoltage, nil)]),
                Cycle(
                    at: 1_000, change: { $0.samples[1].protect(.cellOverVoltage) },
                    raised: [(.cellOverVoltage, first)]),
                Cycle(
                    at: 2_000, change: { $0.samples[0].protect(.cellOverVoltage) },
                    charge: Expected(0, .protection), raised: [(.cellOverVoltage, .protection)]),
            ]
        }
        Self.check(cycles(.protection), Bench([.pack(), .pack()], settings))
        settings.alarmPolicy = .allPacks
        Self.check(cycles(.warning), Bench([.pack(), .pack()], settings))
    }

    @Test("what is said about the bank: extremes with their places, sums and means")
    func description() {
        var bench = Bench([.pack(100), .pack(300)], .immediate)
        bench.samples[0].cells[4] = 3_320
        bench.samples[1].cells[15] = 3_290
        bench.samples[0].soc = 400
        bench.samples[1].temperatures = [nil, 310, 90]
        let verdict = bench.step()
        let expected: [(BankField, Int32)] = [
            (.highestCell, 3_320), (.highestCellNumber, 5), (.highestCellPack, 1), (.lowestCell, 3_290),
            (.lowestCellNumber, 16), (.lowestCellPack, 2), (.highestTemperature, 310),
            (.lowestTemperature, 90),
            (.soc, 475), (.highestSOC, 500), (.lowestSOC, 400), (.current, 2_000), (.capacity, 400_000),
            (.packs, 2), (.packsOffline, 0),
            (.voltage, 52_805), (.chargeEnabled, 0), (.dischargeVoltageLimit, 46_400),
        ]
        let found = expected.filter { verdict.bank[$0.0]?.value != $0.1 }
            .map { "\($0.0): \(verdict.bank[$0.0]?.value as Any), not \($0.1)" }
        #expect(found.isEmpty)
    }

    @Test("the fullest and the emptiest pack are looked for among those in the bank")
    func socOfPacks() {
        var bench = Bench([.pack(100), .pack(300)], .immediate)
        bench.samples[1].soc = 900
        let both = bench.step()
        #expect(both.bank[.highestSOC]?.value == 900 && both.bank[.lowestSOC]?.value == 500)
        bench.advance(to: 20_000)
        bench.isTalking[1] = false
        bench.advance(to: 40_000)
        let one = bench.step()
        #expect(one.members == 1)
        #expect(one.bank[.highestSOC]?.value == 500 && one.bank[.lowestSOC]?.value == 500)
        bench.isTalking = [false, false]
        bench.advance(to: 60_000)
        let none = bench.step()
        #expect(none.bank[.highestSOC] == nil && none.bank[.lowestSOC] == nil)
    }
}
