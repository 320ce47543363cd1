import BatteryModel
import ChargeControl
import Testing

@Suite("State of charge of the bank")
struct SOCTests {
    /// A moment, what changes then, and the state of charge that must be said.
    struct Moment {
        var at: Int64
        var change: (inout Bench) -> Void = { _ in }
        var permille: Int32?
        var bound: SOCVerdict.Bound?
        var alarms: [AlarmKind] = []
    }

    private static func check(
        _ moments: [Moment], _ packs: [PackSettings] = [.pack()], _ soc: SOCSettings = SOCSettings()
    ) {
        var settings = ControlSettings.usual
        settings.soc = soc
        var bench = Bench(packs, settings)
        for moment in moments {
            bench.advance(to: moment.at)
            moment.change(&bench)
            let verdict = bench.step()
            let here = Comment("at \(moment.at / 1_000) s: \(verdict.soc)")
            if let permille = moment.permille { #expect(verdict.soc.permille == permille, here) }
            if let bound = moment.bound { #expect(verdict.soc.bound == bound, here) }
            for alarm in moment.alarms { #expect(verdict.alarms.level(of: alarm) == .warning, here) }
            #expect(verdict.bank[.soc]?.value == verdict.soc.permille, here)
        }
    }

    private static func soc(_ permille: Int32, pack: Int = 0) -> (inout Bench) -> Void {
        { $0.samples[pack].soc = permille }
    }

    private static func cells(_ millivolts: UInt16) -> (inout Bench) -> Void {
        { $0.samples[0].setCells(millivolts) }
    }

    @Test("packs count by their capacity, and one that leaves moves it a percent in ten seconds")
    func weighted() {
        Self.check(
            [
                Moment(
                    at: 0,
                    change: { bench in
                        bench.samples[0].soc = 400
                        bench.samples[1].soc = 800
                    }, permille: 700, bound: .source),
                Moment(at: 1_000, change: { $0.isTalking[1] = false }),
                Moment(at: 10_000, permille: 700, bound: .source),
                Moment(at: 12_000, permille: 698, bound: .slewing),
                Moment(at: 22_000, permille: 688, bound: .slewing),
                Moment(at: 23_000, change: { $0.isTalking[1] = true }, permille: 689),
                Moment(at: 33_000, permille: 699, bound: .slewing),
                Moment(at: 34_000, permille: 700, bound: .source),
            ], [.pack(100), .pack(300)])
    }

    @Test("100 % is said after absorption and not before, and ends when a percent is gone")
    func full() {
        Self.check([
            Moment(at: 0, change: Self.soc(1_000), permille: 990, bound: .notFullYet),
            Moment(at: 1_000, change: Self.cells(3_450)),
            Moment(at: 900_000, permille: 990, bound: .notFullYet),
            Moment(at: 901_000, permille: 1_000, bound: .full),
            // 1 A of 100 Ah is a percent in an hour; the BMS still says 100 %.
            Moment(at: 902_000, change: { $0.samples[0].current = -10_000 }),
            Moment(at: 902_000 + 355_000, permille: 1_000, bound: .full),
            Moment(at: 902_000 + 375_000, permille: 990, bound: .notFullYet),
        ])
    }

    @Test("0 % is said when a cell has been at its floor for a minute, and not because the BMS says so")
    func empty() {
        Self.check([
            Moment(at: 0, change: Self.soc(0), permille: 10, bound: .notEmptyYet),
            Moment(at: 1_000, change: Self.cells(2_900)),
            Moment(at: 59_000, permille: 10, bound: .notEmptyYet),
            Moment(at: 61_000, permille: 0, bound: .empty),
            Moment(at: 62_000, change: Self.cells(3_000), permille: 1, bound: .slewing),
            Moment(at: 71_000, permille: 10, bound: .notEmptyYet),
            // Sagging under a load for half a minute is not empty.
            Moment(at: 72_000, change: Self.cells(2_890)),
            Moment(at: 102_000, change: Self.cells(3_000)), Moment(at: 103_000, change: Self.cells(2_890)),
            Moment(at: 140_000, permille: 10),
        ])
    }

    @Test("a BMS whose state of charge stands still while a tenth of its capacity flows is counted for")
    func stuck() {
        let settings = SOCSettings()
        Self.check(
            [
                Moment(
                    at: 0,
                    change: { bench in
                        bench.samples[0].soc = 870
                        bench.samples[0].current = -100_000
                    }, permille: 870),
                Moment(at: 360_000, permille: 870, bound: .source),
                Moment(at: 362_000, alarms: [.socStuck]),
                // It then goes on falling by what flows: 100 A of 100 Ah are a percent in 36 s.
                Moment(at: 720_000, permille: 670, alarms: [.socStuck]),
                Moment(at: 721_000, change: Self.soc(640)),
                Moment(at: 780_000, permille: 640, bound: .source),
            ], [.pack()], settings)
    }

    @Test("at its ends a counter may stand still")
    func ends() {
        var bench = Bench([.pack()], .usual)
        bench.samples[0].soc = 1_000
        bench.samples[0].current = 50_000
        bench.advance(to: 3_600_000)
        #expect(bench.step().alarms.level(of: .socStuck) == nil)
    }

    @Test("an own count takes the efficiency and the offset of the sensor into account")
    func counted() {
        var settings = SOCSettings()
        settings.source = .counted
        settings.chargeEfficiencyPermille = 900
        settings.currentOffsetMilliamps = 1_000
        Self.check(
            [
                Moment(at: 0, change: { $0.samples[0].current = 51_000 }, permille: 500),
                // 50 A for 6 min are 5 Ah; nine tenths of it stay.
                Moment(at: 360_000, permille: 545, bound: .source),
                Moment(at: 361_000, change: { $0.samples[0].current = -49_000 }),
                Moment(at: 721_000, permille: 494),
                // The BMS says something else; nobody listens.
                Moment(at: 722_000, change: Self.soc(700)), Moment(at: 740_000, permille: 492),
            ], [.pack()], settings)
    }

    @Test("a shunt counts while it is heard, and the packs when it is not")
    func shunt() {
        var settings = SOCSettings()
        settings.source = .shunt
        let says = { (permille: Int32) -> (inout Bench) -> Void in
            { bench in
                let at = bench.now
                bench.image.shunt = BankImage.Shunt(
                    current: Reading(7_000, at: at), soc: Reading(permille, at: at))
            }
        }
        Self.check(
            [
                Moment(at: 0, change: says(620), permille: 620, bound: .source),
                Moment(at: 9_000, permille: 620),
                Moment(at: 11_000, permille: 619, bound: .slewing, alarms: [.shuntLost]),
                Moment(at: 200_000, permille: 500, bound: .source, alarms: [.shuntLost]),
            ], [.pack()], settings)
        var bench = Bench()
        says(620)(&bench)
        #expect(bench.step().bank[.current]?.value == 7_000)
    }

    @Test("with a pack that says nothing, or no pack at all, nobody can say")
    func unknown() {
        var bench = Bench()
        _ = bench.step()
        bench.isTalking[0] = false
        bench.advance(to: 12_000)
        let verdict = bench.step()
        #expect(verdict.soc.permille == nil && verdict.soc.bound == .unknown)
        #expect(verdict.bank[.soc] == nil)
    }
}
