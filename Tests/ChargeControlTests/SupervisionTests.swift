import BatteryModel
import ChargeControl
import Testing

@Suite("The inverter is watched too")
struct SupervisionTests {
    /// A bank whose charge limit is 20 A, and a current that flows all the same.
    private static func bench(_ action: SupervisionSettings.Action, charging amps: Int32) -> Bench {
        var settings = ControlSettings.immediate
        settings.bankChargeMilliamps = 20_000
        settings.supervision.action = action
        var bench = Bench([.pack()], settings)
        bench.samples[0].current = 1_000
        bench.advance(to: 3_000)
        bench.samples[0].current = amps * 1_000
        return bench
    }

    private static func level(_ bench: inout Bench, _ kind: AlarmKind) -> AlarmLevel? {
        bench.step().alarms.level(of: kind)
    }

    @Test("2 A or 5 % beyond a limit are tolerated, more for ten seconds is an alarm", arguments: [22, 23])
    func tolerance(amps: Int32) {
        var bench = Self.bench(.alarm, charging: amps)
        bench.advance(to: 11_500)
        #expect(Self.level(&bench, .limitsIgnored) == nil)
        bench.advance(to: 13_000)
        #expect(Self.level(&bench, .limitsIgnored) == (amps == 23 ? .protection : nil))
        bench.samples[0].current = 5_000
        bench.advance(to: 15_000)
        #expect(Self.level(&bench, .limitsIgnored) == nil)
    }

    @Test(
        "an inverter that takes twelve seconds to follow a limit that falls is not accused, one of twenty is")
    func ramps() {
        for (seconds, isAccused) in [(12, false), (20, true)] as [(Int64, Bool)] {
            var bench = Bench([.pack()], .immediate)
            bench.samples[0].current = 80_000
            bench.advance(to: 60_000)
            bench.samples[0].chargeSwitch = 0
            var wasAccused = false
            for second in 0..<40 as Range<Int64> {
                bench.advance(to: 60_000 + second * 1_000)
                let part = Double(max(seconds - second, 0)) / Double(seconds)
                bench.samples[0].current = Int32(80_000 * part)
                wasAccused = wasAccused || Self.level(&bench, .limitsIgnored) != nil
            }
            #expect(wasAccused == isAccused, "\(seconds) s")
        }
    }

    @Test("ignored for a minute, CVL comes down to the bank's voltage and returns when the inverter obeys")
    func lowersVoltage() {
        var bench = Self.bench(.lowerVoltage, charging: 40)
        bench.advance(to: 60_500)
        #expect(bench.step().chargeVoltage.value == 55_200)
        bench.advance(to: 64_000)
        var verdict = bench.step()
        #expect(verdict.chargeVoltage.value == 52_800 && verdict.chargeVoltage.winner.rule == .limitsIgnored)
        bench.samples[0].current = 5_000
        bench.advance(to: 120_000)
        #expect(bench.step().chargeVoltage.value == 52_800)
        bench.advance(to: 200_000)
        verdict = bench.step()
        #expect(verdict.chargeVoltage.value > 52_800 && verdict.chargeVoltage.winner.rule == .ramp)
        #expect(verdict.state == .running)
    }

    @Test(
        "whoever ignores the limits again soon has to obey for twice as long, and the alarm stands meanwhile")
    func relapse() {
        var bench = Self.bench(.lowerVoltage, charging: 40)
        for (round, seconds) in [60, 120, 240].enumerated() {
            bench.samples[0].current = 40_000
            bench.advance(to: bench.milliseconds + 70_000)
            var verdict = bench.step()
            #expect(verdict.chargeVoltage.winner.rule == .limitsIgnored, "\(round)")
            bench.samples[0].current = 5_000
            bench.advance(to: bench.milliseconds + Int64(seconds) * 1_000 - 5_000)
            verdict = bench.step()
            #expect(verdict.chargeVoltage.winner.rule == .limitsIgnored, "\(round)")
            #expect(verdict.alarms.level(of: .limitsIgnored) == .protection)
            bench.advance(to: bench.milliseconds + 10_000)
            verdict = bench.step()
            #expect(verdict.chargeVoltage.winner.rule != .limitsIgnored, "\(round)")
            #expect(verdict.alarms.level(of: .limitsIgnored) == nil)
        }
    }

    @Test("if that does not help, nothing is sent until somebody acknowledges")
    func stops() {
        var bench = Self.bench(.stop, charging: 40)
        bench.advance(to: 120_500)
        #expect(bench.step().isTransmitting)
        bench.advance(to: 125_000)
        #expect(bench.step().state == .stopped)
        bench.samples[0].current = 0
        bench.advance(to: 4_000_000)
        let verdict = bench.step()
        #expect(verdict.state == .stopped && verdict.charge.value == 0 && verdict.discharge.value == 0)
        #expect(verdict.charge.winner.rise == .acknowledged)
        bench.controller.acknowledge()
        #expect(bench.step().state == .running)
    }

    @Test("discharging beyond DCL has no voltage to lower: after a minute nothing is sent")
    func discharge() {
        var bench = Self.bench(.stop, charging: -320)
        bench.advance(to: 60_500)
        #expect(bench.step().isTransmitting)
        bench.advance(to: 65_000)
        #expect(bench.step().state == .stopped)
    }

    @Test("0.4 V above CVL for ten seconds is an alarm", arguments: [3_475, 3_476] as [UInt16])
    func overVoltage(cell: UInt16) {
        var bench = Bench([.pack()], .immediate)
        bench.advance(to: 2_000)
        bench.samples[0].setCells(cell)
        bench.advance(to: 10_500)
        #expect(Self.level(&bench, .voltageIgnored) == nil)
        bench.advance(to: 13_000)
        #expect(Self.level(&bench, .voltageIgnored) == (cell == 3_476 ? .protection : nil))
    }

    @Test("somebody else who speaks as the battery forbids both directions until he has been silent for 10 s")
    func secondBattery() {
        var bench = Bench([.pack()], .immediate)
        bench.advance(to: 5_000)
        bench.image.otherTalkerAt = bench.now
        var verdict = bench.step()
        #expect(verdict.charge.value == 0 && verdict.discharge.value == 0)
        #expect(verdict.charge.winner.rule == .secondBattery)
        #expect(verdict.alarms.level(of: .secondBattery) == .protection)
        bench.advance(to: 15_000)
        #expect(bench.step().charge.value == 0)
        bench.advance(to: 18_000)
        verdict = bench.step()
        #expect(verdict.charge.value > 0 && verdict.alarms.level(of: .secondBattery) == nil)
    }

    @Test("while the current is not known, nobody is accused")
    func unknownCurrent() {
        var bench = Self.bench(.stop, charging: 40)
        bench.advance(to: 10_000)
        bench.isTalking[0] = false
        bench.advance(to: 200_000)
        #expect(bench.step().state == .silent)
    }
}

extension Bench {
    /// The time since the start, in milliseconds.
    fileprivate var milliseconds: Int64 { (now - Bench.start).milliseconds }
}
