import BatteryModel
import ChargeControl

/// Settings as operators might choose them, inside and at the edge of what is sensible.
///
/// Half of the banks live quickly: what takes a quarter of an hour takes seconds there, or no history would see it.
enum RandomSettings {
    static func bank(_ random: inout SplitMix64, packs: Int32) -> ControlSettings {
        let chemistry: Chemistry = random.once(in: 5) ? .nmc : random.once(in: 6) ? .lto : .lfp
        var settings = ControlSettings(
            chemistry: chemistry, bankChargeMilliamps: random.pick(10_000...600_000),
            bankDischargeMilliamps: random.pick(10_000...600_000))
        if random.once(in: 2) {
            settings.lostAfter = .milliseconds(Int64(random.pick(3_000...30_000)))
            settings.freshFor = .milliseconds(Int64(random.pick(1_000...10_000)))
            settings.silentAfter = .seconds(Int64(random.pick(5...30)))
            settings.holdAfterFall = .seconds(Int64(random.pick(0...40)))
        }
        if !random.once(in: 3) {
            settings.holdAfterFall = .milliseconds(Int64(random.pick(0...3_000)))
            settings.rampMilliampsPerSecond = random.pick(1_000...60_000)
        }
        settings.alarmPolicy = random.once(in: 4) ? .allPacks : .anyPack
        if random.once(in: 3) {
            settings.startWithPacks = random.pick(1...packs)
            settings.startPatience = .seconds(Int64(random.pick(0...30)))
        }
        if random.once(in: 5) { settings.chargeSOC = Curve([.init(900, 1_000), .init(1_000, 100)]) }
        if random.once(in: 5) { settings.dischargeSOC = Curve([.init(50, 0), .init(200, 1_000)]) }
        if random.once(in: 2) { hurry(&settings.stages, &random) }
        wish(&settings.stages, &random)
        supervise(&settings, &random)
        if random.once(in: 8) {
            settings.ceilings = ProtocolCeilings(
                chargeMillivolts: random.pick(30_000...120_000), chargeMilliamps: random.pick(0...400_000),
                dischargeMilliamps: random.pick(0...400_000))
        }
        return settings
    }

    private static func hurry(_ stages: inout StageSettings, _ random: inout SplitMix64) {
        stages.absorptionTime = .seconds(Int64(random.pick(1...60)))
        stages.absorptionPatience = .seconds(Int64(random.pick(2...120)))
        stages.absorptionLongest = .seconds(Int64(random.pick(10...300)))
        stages.absorptionSpreadMillivolts = random.pick(5...60)
        stages.rebulkSettle = .seconds(Int64(random.pick(1...30)))
        stages.rebulkSOCPermille = random.pick(100...900)
        stages.voltageHold = .seconds(Int64(random.pick(0...60)))
        stages.voltageRampMicrovoltsPerSecond = random.pick(1_000...500_000)
        if random.once(in: 3) { stages.fullChargeEvery = .seconds(Int64(random.pick(60...2_000))) }
    }

    private static func wish(_ stages: inout StageSettings, _ random: inout SplitMix64) {
        stages.requestsFullCharge = random.once(in: 2)
        if random.once(in: 6) { stages.socTargetPermille = random.pick(300...1_000) }
        if random.once(in: 5) {
            stages.chargeBy = ChargeBy(
                socPermille: random.pick(400...1_000), minuteOfDay: random.pick(0...1_439))
        }
    }

    private static func supervise(_ settings: inout ControlSettings, _ random: inout SplitMix64) {
        settings.soc.source =
            switch random.next() % 4 {
            case 0: .counted
            case 1: .shunt
            default: .bms
            }
        settings.soc.currentOffsetMilliamps = random.once(in: 3) ? random.pick(-2_000...2_000) : 0
        settings.soc.stepPermillePerTenSeconds = random.once(in: 3) ? random.pick(1...100) : 10
        settings.soc.stuckPermille = random.once(in: 2) ? random.pick(1...50) : 100
        if random.once(in: 2) { settings.soc.emptySettle = .seconds(Int64(random.pick(1...60))) }
        settings.supervision.action =
            switch random.next() % 3 {
            case 0: .alarm
            case 1: .lowerVoltage
            default: .stop
            }
        if random.once(in: 2) {
            settings.supervision.alarmAfter = .seconds(Int64(random.pick(1...10)))
            settings.supervision.actAfter = .seconds(Int64(random.pick(2...30)))
        }
    }

    static func packs(_ random: inout SplitMix64, count: Int32, cells: Int32) -> [PackSettings] {
        let areShared = random.once(in: 5)
        let areEqual = random.once(in: 3)
        let capacity = random.pick(5_000...400_000)
        let current = random.pick(5_000...300_000)
        return (0..<count).map { _ in
            var pack = PackSettings(
                cells: cells, capacityMilliampHours: areEqual ? capacity : random.pick(5_000...400_000),
                chargeMilliamps: areEqual ? current : random.pick(5_000...300_000),
                dischargeMilliamps: areEqual ? current : random.pick(5_000...300_000))
            if areShared, !random.once(in: 4) { pack.sharePermille = random.pick(1...(1_000 / count)) }
            for source in [
                AbsentSources.mosfetTemperature, .cellTemperature, .bmsLimit, .switchState, .alarms,
            ] where random.once(in: 8) { pack.without.insert(source) }
            guard random.once(in: 5) else { return pack }
            // A battery that is heard as an inverter would hear it.
            pack.without.insert(.singleCells)
            if !random.once(in: 4) {
                for source in [AbsentSources.bmsLimit, .switchState, .mosfetTemperature] {
                    pack.without.insert(source)
                }
            }
            return pack
        }
    }
}
