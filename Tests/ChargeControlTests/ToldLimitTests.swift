import BatteryModel
import ChargeControl
import Testing

/// What a battery without single cells says, and what it may carry then.
private struct Row: Sendable {
    var name: String
    var isDischarge = false
    var expected: Expected
    var change: @Sendable (inout Sample) -> Void

    init(
        _ name: String, isDischarge: Bool = false, _ expected: Expected,
        _ change: @escaping @Sendable (inout Sample) -> Void
    ) {
        self.name = name
        self.isDischarge = isDischarge
        self.expected = expected
        self.change = change
    }
}

extension Sample {
    /// A battery that tells limits of its own instead of single cells; its cells have 3.300 V on the average.
    fileprivate static var telling: Sample {
        var sample = Sample()
        sample.cells = []
        sample.voltage = 52_800
        (sample.chargeSwitch, sample.dischargeSwitch, sample.mosfet) = (nil, nil, nil)
        (sample.chargeLimit, sample.dischargeLimit, sample.cellOverVoltage) = (nil, nil, nil)
        sample.others = [
            .chargeVoltageLimit: 54_400, .chargeCurrentLimit: 60_000, .dischargeCurrentLimit: 70_000,
        ]
        return sample
    }
}

@Suite("A battery without single cells")
struct ToldLimitTests {
    private static var settings: PackSettings {
        var without = AbsentSources.singleCells
        for source in [AbsentSources.bmsLimit, .switchState, .mosfetTemperature] { without.insert(source) }
        return .pack(without: without)
    }

    private static func bench() -> Bench {
        var bench = Bench([settings], .immediate)
        bench.samples[0] = .telling
        _ = bench.step()
        bench.now = bench.now + .seconds(1)
        return bench
    }

    private static let rows: [Row] = [
        Row(
            "what it tells is used whole",
            Expected(60_000, .toldLimit, next: .packMaximum, pack: 0, input: 60_000, rise: .bms)
        ) { _ in },
        Row("the other direction has its own", isDischarge: true, Expected(70_000, .toldLimit)) { _ in },
        Row("0 A is 0 A", Expected(0, .toldLimit, input: 0)) { $0.others[.chargeCurrentLimit] = 0 },
        Row("a negative limit is none", Expected(0, .toldLimit)) { $0.others[.chargeCurrentLimit] = -1 },
        Row("more than the operator allows is not given", Expected(100_000, .packMaximum)) {
            $0.others[.chargeCurrentLimit] = 500_000
        },
        Row("a CVL of 0 V forbids to charge", Expected(0, .inputMissing)) {
            $0.others[.chargeVoltageLimit] = 0
        },
        Row("and not to discharge", isDischarge: true, Expected(70_000, .toldLimit)) {
            $0.others[.chargeVoltageLimit] = 0
        },
        Row("a CVL beyond any cell forbids to charge", Expected(0, .inputMissing)) {
            $0.others[.chargeVoltageLimit] = 80_001
        },
        Row(
            "the mean of its cells is rounded up where the highest counts",
            Expected(24_200, .highestCell, input: 3_401, rise: .inputBelow(3_400))
        ) {
            $0.voltage = 54_401
            $0.others[.chargeVoltageLimit] = 56_000
        },
        Row(
            "and down where the lowest counts", isDischarge: true,
            Expected(5_000, .toldLimit, next: .lowestCell)
        ) {
            $0.voltage = 49_615
            $0.others[.dischargeCurrentLimit] = 5_000
        },
        Row(
            "a highest cell that it tells counts, with its number",
            Expected(5_000, .highestCell, place: 7, input: 3_425)
        ) {
            $0.others[.highestCell] = 3_425
            $0.others[.highestCellNumber] = 7
        },
        Row("an alarm without a word for its reason stops it", Expected(0, .protection)) {
            $0.protect(.undocumented)
        },
        Row("cells that it counts otherwise stop it", Expected(0, .cellCount, input: 15)) {
            $0.others[.configuredCells] = 15
        },
        Row("a temperature that it tells is followed", Expected(0, .cellTemperature)) {
            $0.temperatures[0] = -50
        },
    ]

    @Test("is given what it tells, and less where a rule says so", arguments: rows.indices)
    func rules(_ index: Int) {
        let row = Self.rows[index]
        var bench = Self.bench()
        // A jump is doubted otherwise.
        for _ in 0..<4 {
            row.change(&bench.samples[0])
            bench.now = bench.now + .seconds(1)
            _ = bench.step()
        }
        let verdict = bench.step()[0]
        #expect(
            row.expected.difference(from: row.isDischarge ? verdict.discharge : verdict.charge, row.name)
                == "")
    }

    @Test(
        "that ceases to tell one of its limits, or lets it grow old, gets nothing",
        arguments: [PackField.chargeVoltageLimit, .chargeCurrentLimit, .dischargeCurrentLimit, .highestCell],
        [true, false])
    func missing(_ field: PackField, isAbsent: Bool) {
        var bench = Self.bench()
        bench.samples[0].others[.highestCell] = 3_310
        #expect(bench.step().charge.value == 60_000)
        let old = bench.image.packs[0].reading[field]
        bench.samples[0].others[field] = nil
        for _ in 0..<11 {
            bench.now = bench.now + .seconds(1)
            bench.image.packs[0].reading = bench.samples[0].reading(at: bench.now)
            if !isAbsent { bench.image.packs[0].reading[field] = old }
            bench.isTalking[0] = false
            let verdict = bench.step()
            if isAbsent { #expect(verdict.charge.value == 0 && verdict.discharge.value == 0) }
        }
        let verdict = bench.step()
        #expect(verdict.state != .running && verdict.members == 0)
        #expect(verdict.charge.value == 0 && verdict.discharge.value == 0)
        #expect(verdict.alarms.level(of: .bankLost) == .protection)
    }

    @Test("has the CVL that it tells, and one that cannot be meant leaves CVL where it was")
    func chargeVoltage() {
        var bench = Self.bench()
        var verdict = bench.step()
        #expect(
            Expected(54_400, .toldLimit, input: 54_400).difference(from: verdict.chargeVoltage, "CVL") == "")
        bench.samples[0].others[.chargeVoltageLimit] = 47_999
        bench.now = bench.now + .seconds(1)
        verdict = bench.step()
        #expect(Expected(54_400, .inputMissing).difference(from: verdict.chargeVoltage, "CVL") == "")
        #expect(verdict.alarms.level(of: .inputMissing) == .protection)
        bench.samples[0].others[.chargeVoltageLimit] = 53_000
        bench.now = bench.now + .seconds(1)
        #expect(bench.step().chargeVoltage.value == 53_000)
    }

    @Test("whose highest cell lies under the mean is not believed", arguments: [3_220, 3_240])
    func contradiction(highest: Int32) {
        var bench = Self.bench()
        for _ in 0..<20 {
            bench.samples[0].others[.highestCell] = highest
            bench.now = bench.now + .seconds(1)
            _ = bench.step()
        }
        // 2 % of 3.300 V are 66 mV.
        #expect((bench.step().charge.value > 0) == (highest == 3_240))
    }

    @Test("tells the places of its cells only if it knows them")
    func places() {
        var bench = Self.bench()
        let verdict = bench.step()
        #expect(verdict.bank[.highestCell]?.value == 3_300 && verdict.bank[.highestCellNumber] == nil)
        #expect(verdict.bank[.highestTemperature]?.value == 260)
        #expect(verdict.bank[.highestTemperatureNumber] == nil && verdict.bank[.cellSpread] == nil)
    }

    @Test(
        "may tell any number at all without harm",
        arguments: [Int32.min, -1, 0, 1, 65_536, .max], [Int32.min, -1, 0, 1, 65_536, .max])
    func anyNumber(_ high: Int32, _ low: Int32) {
        for voltage in [Int32.min, 0, 52_800, .max] {
            var bench = Self.bench()
            bench.samples[0].voltage = voltage
            bench.samples[0].others[.highestCell] = high
            bench.samples[0].others[.lowestCell] = low
            // The first two are doubted.
            for _ in 0..<5 {
                bench.now = bench.now + .seconds(1)
                _ = bench.step()
            }
            let verdict = bench.step()
            #expect(verdict.charge.value == 0 && verdict.discharge.value == 0)
        }
    }
}
