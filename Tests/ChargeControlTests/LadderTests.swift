import BatteryModel
import ChargeControl
import Testing

@Suite("Start, freshness and silence")
struct LadderTests {
    private static func check(_ cycles: [Cycle], _ bench: Bench) {
        let found = Cycle.run(cycles, on: bench)
        #expect(found.isEmpty, Comment(rawValue: found))
    }

    @Test("nothing is sent until every pack is heard; then the limits rise from 0 by the ramp")
    func start() {
        var bench = Bench([.pack(), .pack()])
        bench.isTalking[1] = false
        Self.check(
            [
                Cycle(
                    at: 0, state: .starting, charge: Expected(0, .starting, rise: .newReading),
                    freshness: [.fresh, .unheard]),
                Cycle(at: 60_000, state: .starting, charge: Expected(0, .starting)),
                Cycle(
                    at: 60_500, change: { $0.isTalking[1] = true }, state: .running,
                    charge: Expected(2_500, .ramp, next: .packMaximum, input: 180_000, rise: .rising)),
                Cycle(at: 61_500, charge: Expected(7_500, .ramp), discharge: Expected(7_500, .ramp)),
                Cycle(at: 95_900, charge: Expected(179_500, .ramp)),
                Cycle(at: 96_900, charge: Expected(180_000, .packMaximum, pack: 0)),
            ], bench)
    }

    @Test("with start_with the bank starts without the missing pack, but not before 30 s")
    func startWith() {
        var settings = ControlSettings.usual
        settings.startWithPacks = 1
        var bench = Bench([.pack(), .pack()], settings)
        bench.isTalking[1] = false
        let nobody = Bench([.pack(), .pack()], settings)
        Self.check(
            [
                Cycle(at: 0, state: .starting),
                Cycle(at: 29_999, state: .starting, charge: Expected(0, .starting)),
                Cycle(
                    at: 30_000, state: .running, freshness: [.fresh, .unheard]),
                Cycle(at: 30_500, charge: Expected(2_505, .ramp)),
            ], bench)
        Self.check(
            [
                Cycle(at: 0, change: { $0.isTalking = [false, false] }, state: .starting),
                Cycle(at: 90_000, state: .starting, charge: Expected(0, .starting)),
            ], nobody)
    }

    @Test("a pack lost before the start bounds the bank after it")
    func lostBeforeStart() {
        var settings = ControlSettings.immediate
        settings.startWithPacks = 1
        var bench = Bench([.pack(), .pack(), .pack()], settings)
        bench.isTalking[1] = false
        bench.samples[2].chargeLimit = 10_000
        Self.check(
            [
                Cycle(at: 0, state: .starting), Cycle(at: 5_000, change: { $0.isTalking[2] = false }),
                Cycle(at: 30_000, state: .running, freshness: [.fresh, .unheard, .lost]),
                Cycle(at: 32_000, charge: Expected(16_200, .packLost, pack: 2, rise: .newReading)),
            ], bench)
    }

    @Test("the ladder turns at exactly 3 s, 10 s and 10 s after the loss")
    func ladder() {
        let second: Int64 = 1_000
        var bench = Bench([.pack()], .immediate)
        bench.period = .milliseconds(100)
        Self.check(
            [
                Cycle(at: 0), Cycle(at: 5 * second, charge: Expected(100_000, .packMaximum)),
                Cycle(at: 5 * second + 1, change: { $0.isTalking[0] = false }, freshness: [.fresh]),
                Cycle(at: 8 * second, freshness: [.fresh], raised: [(.packStale, nil)]),
                Cycle(
                    at: 8 * second + 1, charge: Expected(100_000), freshness: [.stale],
                    raised: [(.packStale, .warning)]),
                Cycle(at: 15 * second, state: .running, charge: Expected(100_000), freshness: [.stale]),
                Cycle(
                    at: 15 * second + 1, state: .bankLost, charge: Expected(0, .bankLost, rise: .newReading),
                    discharge: Expected(0, .bankLost), voltage: Expected(52_800, .bankLost),
                    freshness: [.lost], raised: [(.packLost, .warning), (.bankLost, .protection)]),
                Cycle(at: 25 * second, state: .bankLost),
                Cycle(at: 25 * second + 1, state: .silent, charge: Expected(0, .bankLost)),
                Cycle(
                    at: 40 * second, change: { $0.isTalking[0] = true }, state: .running, freshness: [.fresh],
                    raised: [(.bankLost, nil)]),
                Cycle(
                    at: 42 * second, charge: Expected(100_000, .packMaximum),
                    voltage: Expected(55_200, .bankMaximum)),
            ], bench)
    }

    @Test("after the bank was lost the limits wait for the hold and rise by the ramp")
    func recovery() {
        Self.check(
            [
                Cycle(at: 0),
                Cycle(at: 60_000, change: { $0.isTalking[0] = false }, charge: Expected(100_000)),
                Cycle(
                    at: 80_000, change: { $0.isTalking[0] = true }, state: .running,
                    charge: Expected(0, .hold)),
                Cycle(at: 108_000, charge: Expected(0, .hold)),
                Cycle(at: 109_000, charge: Expected(5_000, .ramp)),
                Cycle(at: 110_000, charge: Expected(10_000, .ramp)),
            ], Bench())
    }

    /// (freshness bound set, cycle of the line, age, step), all in milliseconds.
    @Test("fresh is twice the line's cycle, at least the setting and at most 10 s")
    func slowLine() {
        let table: [(Int64, Int64?, Int64, Freshness)] = [
            (3_000, nil, 3_000, .fresh), (3_000, nil, 3_001, .stale), (3_000, 2_000, 4_000, .fresh),
            (3_000, 2_000, 4_001, .stale), (3_000, 1_000, 3_000, .fresh), (3_000, 8_000, 10_000, .fresh),
            (3_000, 8_000, 10_001, .lost), (1_000, 100, 1_000, .fresh), (1_000, 100, 1_001, .stale),
            (3_000, .max, 3_001, .fresh), (3_000, nil, -1, .lost), (3_000, nil, 0, .fresh),
        ]
        var found = ""
        for (fresh, cycle, age, expected) in table {
            var settings = ControlSettings.immediate
            settings.freshFor = .milliseconds(fresh)
            var bench = Bench([.pack()], settings)
            _ = bench.step()
            bench.image.packs[0].cycle = cycle.map {
                $0 == .max ? Interval(nanoseconds: .max) : .milliseconds($0)
            }
            bench.isTalking[0] = false
            bench.now = Bench.instant(age)
            let verdict = bench.step()
            if verdict[0].freshness != expected {
                found += "\(fresh) \(String(describing: cycle)) \(age): \(verdict[0].freshness)\n"
            }
        }
        #expect(found.isEmpty, Comment(rawValue: found))
    }

    @Test("one part from the future makes the pack lost, and a single value from the future counts as absent")
    func future() {
        let fields: [(PackField, Freshness)] = [
            (.packVoltage, .lost), (.current, .lost), (.soc, .lost), (.temperature1, .fresh),
            (.chargeSwitch, .lost),
            (.mosfetTemperature, .fresh), (.chargeLimit, .fresh),
        ]
        var found = ""
        for (field, expected) in fields {
            var bench = Bench([.pack()], .immediate)
            _ = bench.step()
            bench.now = bench.now + .seconds(1)
            bench.image.packs[0].reading = bench.samples[0].reading(at: bench.now)
            bench.image.packs[0].reading[field]?.at = bench.now + .milliseconds(1)
            bench.isTalking[0] = false
            let verdict = bench.step()
            if verdict[0].freshness != expected { found += "\(field): \(verdict[0].freshness)\n" }
            if field != .temperature1, verdict.charge.value != 0 { found += "\(field): \(verdict.charge)\n" }
        }
        #expect(found.isEmpty, Comment(rawValue: found))
    }

    @Test("a machine that slept finds the bank lost, and sends zeros before it falls silent")
    func suspended() {
        Self.check(
            [
                Cycle(at: 0),
                Cycle(at: 60_000, change: { $0.isTalking[0] = false }, charge: Expected(100_000)),
                Cycle(
                    at: 3_600_000, isLeap: true, state: .bankLost, charge: Expected(0, .bankLost),
                    discharge: Expected(0, .bankLost)),
                Cycle(at: 3_609_999, state: .bankLost), Cycle(at: 3_610_000, state: .silent),
            ], Bench())
    }

    @Test("while a pack is stale its limits may fall but not rise")
    func stale() {
        var bench = Bench([.pack()], .immediate)
        bench.samples[0].mosfet = 800
        let young = { (bench: inout Bench, mosfet: Int32) in
            bench.isTalking[0] = false
            bench.image.packs[0].reading[.mosfetTemperature] = Reading(mosfet, at: bench.now)
        }
        Self.check(
            [
                Cycle(at: 0), Cycle(at: 2_000, charge: Expected(25_000, .mosfetTemperature)),
                Cycle(
                    at: 6_000, change: { young(&$0, 300) }, isLeap: true,
                    charge: Expected(25_000, .stale, rise: .newReading), freshness: [.stale]),
                Cycle(
                    at: 7_000, change: { young(&$0, 850) }, isLeap: true,
                    charge: Expected(12_500, .mosfetTemperature)),
                Cycle(at: 8_000, change: { young(&$0, 300) }, isLeap: true, charge: Expected(12_500, .stale)),
            ], bench)
    }
}
