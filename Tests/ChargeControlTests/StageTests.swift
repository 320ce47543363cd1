import BatteryModel
import ChargeControl
import Testing

@Suite("Stages of the charge")
struct StageTests {
    private static func check(_ cycles: [StageCycle], _ settings: ControlSettings = .usual) {
        let found = StageCycle.run(cycles, on: Bench([.pack()], settings))
        #expect(found.isEmpty, Comment(rawValue: found))
    }

    /// All cells at a voltage, and the state of charge.
    private static func cells(_ millivolts: UInt16, soc: Int32 = 950) -> (inout Bench) -> Void {
        { bench in
            bench.samples[0].setCells(millivolts)
            bench.samples[0].soc = soc
        }
    }

    private static let minute: Int64 = 60_000

    @Test("bulk, fifteen minutes of absorption, a ramp to float, and charging again below 80 %")
    func wholeCharge() {
        let float: Int64 = 903_000
        Self.check([
            StageCycle(at: 1_000, change: Self.cells(3_400), stage: .bulk, voltage: 55_200),
            StageCycle(at: 2_000, change: Self.cells(3_444), stage: .bulk),
            StageCycle(at: 3_000, change: Self.cells(3_445), stage: .absorption, voltage: 55_200),
            StageCycle(at: float - 1_000, stage: .absorption),
            StageCycle(at: float, stage: .float, voltage: 55_200, soc: 1_000),
            // A millivolt a second, for the bank comes down with it.
            StageCycle(at: float + 60_000, change: Self.cells(3_440), voltage: 55_140),
            StageCycle(at: float + 61_000, change: Self.cells(3_370)),
            StageCycle(at: float + 1_200_000, voltage: 54_000, rule: .stage),
            // 20 A for an hour of 100 Ah, and CVL begins to climb.
            StageCycle(at: float + 1_201_000, change: { $0.samples[0].current = -20_000 }, stage: .float),
            StageCycle(at: float + 1_201_000 + 3_580_000, stage: .float),
            StageCycle(at: float + 1_201_000 + 3_640_000, stage: .rebulk, rule: .ramp),
        ])
    }

    @Test("cells that are apart restart the quarter of an hour, and half an hour is enough without balancing")
    func cellsApart() {
        let apart = { (bench: inout Bench) in
            bench.samples[0].setCells(3_450)
            bench.samples[0].cells[2] = 3_436
        }
        Self.check([
            StageCycle(at: 0), StageCycle(at: 1_000, change: Self.cells(3_450), stage: .absorption),
            StageCycle(at: 10 * Self.minute, change: apart),
            StageCycle(at: 11 * Self.minute, change: Self.cells(3_450)),
            StageCycle(at: 16 * Self.minute, stage: .absorption),
            StageCycle(at: 26 * Self.minute + 2_000, stage: .float),
        ])
        Self.check([
            StageCycle(at: 0), StageCycle(at: 1_000, change: apart, stage: .absorption),
            StageCycle(at: 30 * Self.minute, stage: .absorption),
            StageCycle(at: 30 * Self.minute + 2_000, stage: .float),
        ])
    }

    @Test("a BMS that balances keeps the bank in absorption, but not for ever")
    func balancing() {
        let balancing = { (bench: inout Bench) in
            bench.samples[0].setCells(3_450)
            bench.samples[0].cells[2] = 3_430
            bench.samples[0].balancing = 1
            bench.samples[0].soc = 990
        }
        Self.check([
            StageCycle(at: 0), StageCycle(at: 1_000, change: balancing, stage: .absorption),
            StageCycle(at: 239 * Self.minute, stage: .absorption),
            StageCycle(at: 240 * Self.minute + 2_000, stage: .float),
        ])
    }

    @Test("a cloud ends absorption, and it begins anew")
    func cloud() {
        Self.check([
            StageCycle(at: 0), StageCycle(at: 1_000, change: Self.cells(3_450), stage: .absorption),
            StageCycle(at: 10 * Self.minute, change: Self.cells(3_420), stage: .absorption),
            StageCycle(at: 11 * Self.minute, change: Self.cells(3_410), stage: .bulk),
            StageCycle(at: 12 * Self.minute, change: Self.cells(3_450), stage: .absorption),
            StageCycle(at: 26 * Self.minute, stage: .absorption),
            StageCycle(at: 27 * Self.minute + 2_000, stage: .float),
        ])
    }

    @Test("on the way to float CVL waits for the bank, and nothing is charged meanwhile")
    func settling() {
        Self.check([
            StageCycle(at: 0), StageCycle(at: 1_000, change: Self.cells(3_450), stage: .absorption),
            StageCycle(at: 901_000, stage: .float, voltage: 55_200),
            // The bank stays at 55.2 V: after 48 mV it is waited for.
            StageCycle(
                at: 17 * Self.minute, stage: .float, voltage: 55_200, charge: 0, chargeRule: .floatSettling),
            StageCycle(at: 18 * Self.minute, change: Self.cells(3_430), voltage: 55_021, charge: 0),
            StageCycle(at: 40 * Self.minute, voltage: 54_900, charge: 0, chargeRule: .floatSettling),
            StageCycle(at: 41 * Self.minute, change: Self.cells(3_375), voltage: 54_000, rule: .stage),
            StageCycle(at: 42 * Self.minute, voltage: 54_000, chargeRule: .packMaximum),
        ])
    }

    @Test(
        "charging begins again for a low cell, cells far apart or an overdue full charge, not for a load",
        arguments: [
            ("low", 3_300, 3_300, StageCycle.Stage.rebulk), ("not low", 3_301, 3_301, .float),
            ("apart", 3_350, 3_270, .rebulk), ("not apart", 3_350, 3_271, .float),
        ] as [(String, UInt16, UInt16, StageCycle.Stage)])
    func chargingAgain(name: String, high: UInt16, low: UInt16, stage: StageCycle.Stage) {
        let change = { (bench: inout Bench) in
            bench.samples[0].setCells(high)
            bench.samples[0].cells[7] = low
        }
        let start: Int64 = 50 * Self.minute
        Self.check([
            StageCycle(at: 0), StageCycle(at: 1_000, change: Self.cells(3_450)),
            StageCycle(at: 16 * Self.minute, change: Self.cells(3_370), stage: .float),
            StageCycle(at: start, change: change, stage: .float),
            StageCycle(at: start + 30_000, change: Self.cells(3_350), stage: .float),
            StageCycle(at: start + 40_000, change: change, stage: .float),
            StageCycle(at: start + 102_000, stage: stage),
        ])
    }

    @Test("after fourteen days the bank is charged fully again, and the inverter is asked if that is wanted")
    func fullChargeDue() {
        var settings = ControlSettings.usual
        settings.stages.fullChargeEvery = .seconds(3_600)
        settings.stages.requestsFullCharge = true
        let isAsked = { (verdict: BankVerdict) in verdict.bank[.fullCharge]?.value == 1 }
        Self.check(
            [
                StageCycle(at: 0), StageCycle(at: 1_000, change: Self.cells(3_450)),
                StageCycle(at: 16 * Self.minute, change: Self.cells(3_350), stage: .float),
                StageCycle(at: 74 * Self.minute, stage: .float, holds: { !isAsked($0) }),
                StageCycle(at: 76 * Self.minute, stage: .rebulk, holds: isAsked),
                StageCycle(at: 77 * Self.minute, change: Self.cells(3_450), stage: .absorption),
                StageCycle(at: 93 * Self.minute, stage: .float, holds: { !isAsked($0) }),
            ], settings)
    }

    @Test("a wanted state of charge holds the charge until five percent are gone")
    func target() {
        var settings = ControlSettings.immediate
        settings.stages.socTargetPermille = 800
        Self.check(
            [
                StageCycle(at: 1_000, change: Self.cells(3_330, soc: 790), stage: .bulk),
                StageCycle(at: 3_000, stage: .bulk, charge: 100_000),
                StageCycle(at: 20_000, change: Self.cells(3_330, soc: 800), stage: .bulk),
                StageCycle(
                    at: 40_000, stage: .hold, voltage: 55_200, charge: 0, chargeRule: .socTarget),
                StageCycle(at: 41_000, change: Self.cells(3_330, soc: 755)),
                StageCycle(at: 200_000, change: Self.cells(3_330, soc: 740), stage: .hold, charge: 0),
                StageCycle(at: 230_000, stage: .bulk, charge: 100_000),
            ], settings)
    }

    @Test("a wish for a time of day slows the charge down, and asks for one when time gets short")
    func chargeBy() {
        var settings = ControlSettings.immediate
        settings.stages.chargeBy = ChargeBy(socPermille: 900, minuteOfDay: 6 * 60)
        // 40 % of 100 Ah missing, 10 h left: 4 A and a tenth, but never less than 2 % of 300 A.
        let at = { (hour: Int64) -> (inout Bench) -> Void in
            { $0.image.wall = WallTime(unixSeconds: hour * 3_600) }
        }
        let isAsked = { (verdict: BankVerdict) in verdict.bank[.forceChargeSoon]?.value == 1 }
        Self.check(
            [
                StageCycle(at: 1_000, change: Self.cells(3_330, soc: 500)),
                StageCycle(at: 3_000, charge: 100_000),
                StageCycle(
                    at: 4_000, change: at(20), charge: 6_000, chargeRule: .chargeBy, holds: { !isAsked($0) }),
                StageCycle(at: 5_000, change: at(4), charge: 22_000, chargeRule: .chargeBy),
                StageCycle(at: 6_000, change: at(5), charge: 44_000, holds: { !isAsked($0) }),
                StageCycle(
                    at: 7_000, change: { $0.image.wall = WallTime(unixSeconds: 5 * 3_600 + 2_400) },
                    charge: 100_000, holds: isAsked),
                StageCycle(at: 8_000, change: Self.cells(3_330, soc: 900)),
                StageCycle(at: 600_000, change: at(20), charge: 100_000),
            ], settings)
    }

    @Test("each percent that has come in does not turn the limit; a quarter less is needed for that")
    func chargeBySteps() {
        var settings = ControlSettings.immediate
        settings.stages.chargeBy = ChargeBy(socPermille: 900, minuteOfDay: 6 * 60)
        let night = { (bench: inout Bench) in
            bench.samples[0].setCells(3_330)
            bench.samples[0].soc = 500
            bench.image.wall = WallTime(unixSeconds: 3 * 3_600)
        }
        Self.check(
            [
                StageCycle(at: 1_000, change: night), StageCycle(at: 6_000, charge: 14_666),
                StageCycle(at: 7_000, change: Self.cells(3_330, soc: 510)),
                StageCycle(at: 20_000, charge: 14_666, chargeRule: .chargeBy),
                StageCycle(at: 60_000, change: { $0.samples[0].soc = 550 }),
                StageCycle(at: 100_000, charge: 14_666),
                StageCycle(at: 160_000, change: { $0.samples[0].soc = 610 }),
                StageCycle(at: 400_000, charge: 10_963),
            ], settings)
    }

    @Test("cells above the charge voltage pull CVL down at once, and it comes back a millivolt a second")
    func overshoot() {
        let over = { (bench: inout Bench) in
            bench.samples[0].setCells(3_420)
            bench.samples[0].cells[4] = 3_480
            bench.samples[0].cells[5] = 3_460
        }
        // 14 × 3.420 + 3.480 + 3.460 = 54.820 V, less 30 and 10 mV.
        Self.check([
            StageCycle(at: 0),
            StageCycle(at: 1_000, change: over, voltage: 54_780, rule: .overshoot),
            StageCycle(at: 2_000, change: Self.cells(3_420), voltage: 54_780, rule: .hold),
            StageCycle(at: 60_000, voltage: 54_780),
            StageCycle(at: 62_000, voltage: 54_782, rule: .ramp),
            StageCycle(at: 162_000, voltage: 54_882),
            // The bank itself is higher: CVL is not left under it.
            StageCycle(at: 163_000, change: Self.cells(3_448), voltage: 55_168),
        ])
        // Never under float, however far the cells stand out.
        Self.check([
            StageCycle(at: 0),
            StageCycle(
                at: 1_000,
                change: { bench in
                    bench.samples[0].setCells(3_300)
                    bench.samples[0].cells[4] = 3_590
                }, voltage: 54_000, rule: .overshoot),
        ])
    }
}

/// One named moment of a charge, and what must be so then; what is `nil` is not looked at.
struct StageCycle {
    typealias Stage = ChargeStage

    var at: Int64
    var change: (inout Bench) -> Void = { _ in }
    var stage: ChargeStage?
    var voltage: Int32?
    var rule: LimitRule?
    var charge: Int32?
    var chargeRule: LimitRule?
    var soc: Int32?
    var holds: (BankVerdict) -> Bool = { _ in true }

    static func run(_ cycles: [StageCycle], on bench: Bench) -> String {
        var bench = bench
        var found = ""
        for cycle in cycles {
            bench.advance(to: cycle.at)
            cycle.change(&bench)
            let verdict = bench.step()
            let here = "at \(cycle.at / 1_000) s: "
            if let stage = cycle.stage, verdict.stage.stage != stage {
                found += here + "\(verdict.stage), expected \(stage)\n"
            }
            if cycle.voltage.map({ $0 != verdict.chargeVoltage.value }) ?? false
                || cycle.rule.map({ $0 != verdict.chargeVoltage.winner.rule }) ?? false
            {
                found += here + "CVL \(verdict.chargeVoltage), expected \(cycle.voltage ?? 0)\n"
            }
            if cycle.charge.map({ $0 != verdict.charge.value }) ?? false
                || cycle.chargeRule.map({ $0 != verdict.charge.winner.rule }) ?? false
            {
                found += here + "CCL \(verdict.charge), expected \(cycle.charge ?? -1)\n"
            }
            if let soc = cycle.soc, verdict.soc.permille != soc { found += here + "SOC \(verdict.soc)\n" }
            if !cycle.holds(verdict) { found += here + "something else does not hold\n" }
        }
        return found
    }
}
