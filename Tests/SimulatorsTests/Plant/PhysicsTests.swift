import BatteryModel
import Simulators
import Testing

@Suite("The physics of a pack") struct PhysicsTests {
    /// A pack after a time of one current, in steps of a second.
    private func after(
        _ seconds: Int64, _ milliamps: Int32, _ pack: SimulatedPack, each: (SimulatedPack) -> Void = { _ in }
    ) -> SimulatedPack {
        var pack = pack
        for second in 1...max(seconds, 1) {
            pack.advance(to: start + .seconds(second), milliamps: milliamps)
            each(pack)
        }
        return pack
    }

    /// A pack with wide limits, so that nothing but physics happens.
    private func pack(
        soc: Int32 = 500, traits: PackTraits = PackTraits(), bmsMilliamps: Int32 = 200_000
    ) -> SimulatedPack {
        var pack = SimulatedPack(address: 1, socPermille: soc, traits: traits, at: start)
        pack.settings[.chargeLimit] = bmsMilliamps
        pack.settings[.dischargeLimit] = bmsMilliamps
        return pack
    }

    @Test("what goes in at the terminals is stored or becomes heat", arguments: [80_000, -80_000] as [Int32])
    func energy(milliamps: Int32) {
        let before = pack()
        var milliwattHours = 0.0
        var lost = 0.0
        let amps = Double(milliamps) / 1_000
        let charged = after(3_600, milliamps, before) { pack in
            milliwattHours += pack.terminalMillivolts * amps / 3_600
            lost += amps * amps * pack.resistanceMicroohms / 1_000 / 3_600
        }
        let stored = charged.storedMilliwattHours - before.storedMilliwattHours
        #expect(abs(milliwattHours - lost - stored) < abs(milliwattHours) / 1_000)
    }

    @Test("at 100 A the cells warm by a few degrees an hour, and cool again") func heat() {
        let warm = after(3_600, 100_000, pack(soc: 200))
        // 40 W into 86 kJ/K, hardly any of it given off yet.
        #expect((10...25).contains(warm.cellDecicelsius - 220))
        var cold = warm
        cold.advance(to: start + .seconds(60 * 3_600), milliamps: 0)
        #expect(abs(cold.cellDecicelsius - 220) < 3)
    }

    @Test("in the cold a cell resists more") func coldResistance() {
        var cold = pack()
        cold.soak(atDecicelsius: 0)
        var warm = pack()
        warm.soak(atDecicelsius: 250)
        let lead = Double(cold.traits.leadMicroohms)
        let factor = (cold.resistanceMicroohms - lead) / (warm.resistanceMicroohms - lead)
        #expect((1.9...2.1).contains(factor))
    }

    @Test("too much current opens the switch after its delay, and it closes again after its time")
    func overCurrent() {
        let limited = pack(bmsMilliamps: 60_000)
        let patient = after(29, 70_000, limited)
        #expect(patient.isChargeSwitchClosed && patient.milliamps == 70_000)
        let open = after(32, 70_000, limited)
        #expect(!open.isChargeSwitchClosed && open.isDischargeSwitchClosed && open.milliamps == 0)
        let reading = open.reading(at: start)
        #expect(reading.alarms?.value.level(of: .chargeOverCurrent) == .protection)
        #expect((58...60).contains(reading[.chargeOverCurrentRelease]?.value ?? 0))
        #expect(after(95, 70_000, limited).isChargeSwitchClosed)
        #expect(after(299, -70_000, limited).isDischargeSwitchClosed)
        #expect(!after(302, -70_000, limited).isDischargeSwitchClosed)
    }

    @Test("cold opens the charge switch and warmth closes it") func cold() {
        var pack = pack()
        pack.soak(atDecicelsius: 0)
        pack.advance(to: start + .seconds(1), milliamps: 10_000)
        #expect(!pack.isChargeSwitchClosed && pack.isDischargeSwitchClosed)
        pack.soak(atDecicelsius: 80)
        pack.advance(to: start + .seconds(2), milliamps: 10_000)
        #expect(pack.isChargeSwitchClosed)
    }

    @Test("the balancer brings cells together", arguments: [PackTraits.Balancer.active, .passive])
    func balancing(balancer: PackTraits.Balancer) {
        var traits = PackTraits()
        traits.offsetMillivolts = 0
        traits.balancer = balancer
        var wide = pack(soc: 985, traits: traits)
        wide.weaken(WeakCell(index: 3, socOffsetPermille: 10))
        wide.advance(to: start, milliamps: 0)
        #expect(wide.isBalancing)
        let before = wide.highestCellMillivolts - wide.lowestCellMillivolts
        let later = after(3_600, 0, wide)
        #expect(later.highestCellMillivolts - later.lowestCellMillivolts < before - 5)
        var off = wide
        off.settings[.balancerEnabled] = 0
        let same = after(3_600, 0, off)
        #expect(abs(same.highestCellMillivolts - same.lowestCellMillivolts - before) < 0.1)
    }

    @Test("a cell with less capacity is first full and first empty, one that leaks falls behind")
    func weakCell() {
        var weak = pack(soc: 500)
        weak.weaken(WeakCell(index: 7, capacityPermille: 900))
        #expect(after(4 * 3_600, 32_000, weak).reading(at: start).cellMillivolts?.value.highest?.index == 7)
        #expect(after(4 * 3_600, -30_000, weak).reading(at: start).cellMillivolts?.value.lowest?.index == 7)
        var leaking = pack(soc: 500)
        leaking.weaken(WeakCell(index: 2, leakMilliamps: 5_000))
        let later = after(8 * 3_600, 0, leaking)
        #expect(later.reading(at: start).cellMillivolts?.value.lowest?.index == 2)
    }

    @Test("the SOC counter is the BMS's own: wrong, drifting or stuck, and set right when full")
    func counter() {
        var traits = PackTraits()
        traits.socErrorPermille = 80
        traits.socDriftMilliamps = -2_000
        let wrong = pack(soc: 500, traits: traits)
        #expect(wrong.reading(at: start)[.soc]?.value == 580)
        #expect(abs(after(3_600, 0, wrong).counterPermille - 573) < 1)
        var stuck = wrong
        stuck.stickSOC(true)
        #expect(after(3_600, 50_000, stuck).reading(at: start)[.soc]?.value == 580)
        let full = after(3_600, 10_000, pack(soc: 995, traits: traits))
        #expect(full.reading(at: start)[.soc]?.value ?? 0 >= 990)
    }
}

@Suite("The physics of a bank") struct BankPhysicsTests {
    @Test("current divides by resistance") func division() {
        var traits = PackTraits()
        traits.offsetMillivolts = 0
        traits.leadMicroohms = 0
        var doubled = traits
        doubled.resistancePermille = 2_000
        var bank = SimulatedBank([
            SimulatedPack(address: 1, traits: traits, at: start),
            SimulatedPack(address: 1, traits: doubled, at: start),
        ])
        bank.advance(to: start + .seconds(1), wantedMilliamps: 60_000)
        #expect(abs(Double(bank.packs[0].milliamps) / Double(bank.packs[1].milliamps) - 2) < 0.02)
    }

    @Test("a pack that is unplugged carries nothing, whatever it would like to") func unplugged() {
        var bank = SimulatedBank(SimulatedPack.row(count: 3, at: start))
        bank.packs[1].isUnplugged = true
        bank.advance(to: start + .seconds(1), wantedMilliamps: 60_000)
        #expect(bank.packs[1].milliamps == 0 && abs(bank.milliamps - 60_000) <= 3)
        #expect(bank.source(isCharging: true)?.microohms ?? 0 > 2_500)
    }

    @Test("packs of unlike charge exchange current until they agree") func exchange() {
        var bank = SimulatedBank([
            SimulatedPack(address: 1, socPermille: 150, at: start),
            SimulatedPack(address: 2, socPermille: 300, at: start),
        ])
        bank.advance(to: start + .seconds(1), wantedMilliamps: 0)
        #expect(bank.packs[0].milliamps > 5_000 && abs(bank.milliamps) <= 2)
        for minute in Int64(1)...1_200 { bank.advance(to: start + .seconds(60 * minute), wantedMilliamps: 0) }
        #expect(bank.packs[0].socPermille > 190)
        #expect(bank.packs[0].milliamps < 5_000)
    }
}
