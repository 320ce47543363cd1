import BatteryModel
import ChargeControl
import Testing

@Suite("What cannot be is not believed")
struct PlausibilityTests {
    /// A row of values, a second apart; the limit after each.
    private struct Row: Sendable {
        var name: String
        var isDischarge = false
        var before: @Sendable (inout Sample) -> Void = { _ in }
        var after: @Sendable (inout Sample) -> Void
        var limits: [Int32]
        var isLost: [Bool] = []
    }

    private static let rows: [Row] = [
        Row(
            name: "a cell falling back too fast is believed at the third reading",
            before: { $0.cells[0] = 3_600 }, after: { $0.cells[0] = 3_199 }, limits: [0, 0, 100_000]),
        Row(
            name: "a cell that falls half as fast is believed at the second", before: { $0.cells[0] = 3_450 },
            after: { $0.cells[0] = 3_249 }, limits: [500, 100_000]),
        Row(
            name: "200 mV are no jump", before: { $0.cells[0] = 3_450 }, after: { $0.cells[0] = 3_250 },
            limits: [100_000]),
        Row(
            name: "a cell shooting up acts at once", before: { $0.cells[0] = 3_200 },
            after: { $0.cells[0] = 3_450 }, limits: [500, 500, 500]),
        Row(
            name: "a cell breaking down acts at once", isDischarge: true, after: { $0.cells[0] = 3_000 },
            limits: [5_000, 5_000, 5_000]),
        Row(
            name: "cooling too fast is believed at the third reading", before: { $0.temperatures = [500] },
            after: { $0.temperatures = [299] }, limits: [25_000, 25_000, 100_000]),
        Row(
            name: "10 °C are no jump", before: { $0.temperatures = [450] },
            after: { $0.temperatures = [350] }, limits: [100_000]),
        Row(
            name: "warming too fast acts at once", after: { $0.temperatures = [250, 500] },
            limits: [25_000, 25_000, 25_000]),
        Row(
            name: "a cell above 5 V stops charging and is never believed", after: { $0.cells[0] = 5_001 },
            limits: [0, 0, 0], isLost: [false, false, true]),
        Row(
            name: "a cell below 1 V stops discharging and is never believed", isDischarge: true,
            after: { $0.cells[0] = 999 }, limits: [0, 0, 0], isLost: [false, false, true]),
        Row(
            name: "cells that contradict the pack voltage are never believed", after: { $0.voltage = 51_000 },
            limits: [100_000, 100_000, 0, 0], isLost: [false, false, true, true]),
        Row(
            name: "2 % are no contradiction", after: { $0.voltage = 51_800 },
            limits: [100_000, 100_000, 100_000], isLost: [false, false, false]),
        Row(
            name: "an impossible SOC ages away", after: { $0.soc = 1_001 }, limits: [100_000, 100_000, 0],
            isLost: [false, false, true]),
        Row(
            name: "an absent cell makes the cells contradict the pack",
            after: {
                $0.voltage = 52_800; $0.cells[5] = nil
            }, limits: [100_000, 100_000, 0], isLost: [false, false, true]),
        Row(
            name: "a cell that is absent from the sum too is the wrong count", after: { $0.cells[5] = nil },
            limits: [0, 0]),
        Row(
            name: "a sensor that goes missing allows nothing", after: { $0.temperatures[0] = nil },
            limits: [0, 0, 0]),
        Row(
            name: "no cells at all lose the pack",
            after: {
                $0.cells = []; $0.voltage = 52_800
            }, limits: [0, 0], isLost: [true, true]),
    ]

    @Test("a jump is doubted for two readings, the safe side acts at once, the impossible is never believed")
    func jumps() {
        var found = ""
        for row in Self.rows {
            var bench = Bench([.pack()], .immediate)
            row.before(&bench.samples[0])
            for _ in 0..<3 {
                _ = bench.step()
                bench.now = bench.now + .seconds(1)
            }
            row.after(&bench.samples[0])
            for (index, limit) in row.limits.enumerated() {
                let verdict = bench.step()
                let said = row.isDischarge ? verdict.discharge : verdict.charge
                if said.value != limit {
                    found += "\(row.name), reading \(index + 1): \(said), not \(limit)\n"
                }
                if index < row.isLost.count, (verdict[0].freshness == .lost) != row.isLost[index] {
                    found += "\(row.name), reading \(index + 1): \(verdict[0].freshness)\n"
                }
                bench.now = bench.now + .seconds(1)
            }
        }
        #expect(found.isEmpty, Comment(rawValue: found))
    }

    @Test("a jump is named while it is doubted, and the old value keeps its age")
    func aging() {
        var bench = Bench([.pack()], .immediate)
        _ = bench.step()
        bench.now = bench.now + .seconds(3)
        bench.samples[0].cells[0] = 3_950
        let verdict = bench.step()
        #expect(verdict[0].isDoubted && verdict.alarms.level(of: .implausible) == .warning)
        #expect(verdict[0].age == .seconds(3) && verdict.charge.value == 0)
    }

    @Test("a sensor that warms while another is not renewed is noticed")
    func oneSensorStands() {
        var bench = Bench([.pack()], .immediate)
        for _ in 0..<3 {
            _ = bench.step()
            bench.now = bench.now + .seconds(1)
        }
        let old = bench.image.packs[0].reading[.temperature1]
        bench.isTalking[0] = false
        bench.image.packs[0].reading = bench.samples[0].reading(at: bench.now)
        bench.image.packs[0].reading[.temperature1] = old
        bench.image.packs[0].reading[.temperature2] = Reading(330, at: bench.now)
        _ = bench.step()
        bench.image.packs[0].reading[.temperature2] = Reading(430, at: bench.now + .milliseconds(500))
        bench.now = bench.now + .milliseconds(500)
        #expect(bench.step()[0].charge?.value == 70_000)
    }

    @Test("every field at every extreme, in every combination of two, is survived")
    func extremes() {
        let extremes: [Int32] = [.min, -1, 0, .max]
        var steps = 0
        for first in 0..<UInt8(PackField.count) {
            for second in [
                PackField.packVoltage, .temperature1, .temperature2, .soc, .cellOverVoltage, .chargeLimit,
            ] {
                guard let first = PackField(rawValue: first) else { continue }
                var bench = Bench([.pack(), .pack()], .immediate)
                bench.isTalking = [false, false]
                for a in extremes {
                    for b in extremes {
                        for pack in 0..<2 {
                            bench.image.packs[pack].reading = bench.samples[pack].reading(at: bench.now)
                        }
                        bench.image.packs[0].reading[first]?.value = a
                        bench.image.packs[1].reading[second]?.value = b
                        bench.now = bench.now + .milliseconds(100)
                        let verdict = bench.step()
                        steps += verdict.charge.value >= 0 && verdict.chargeVoltage.value >= 48_000 ? 1 : 0
                    }
                }
            }
        }
        #expect(steps == PackField.count * 6 * 16)
    }
}
