import BatteryModel
import ChargeControl
import Testing

/// One rule by itself: what the pack says, and what its own limit must be in one direction.
private struct Row: Sendable {
    var name: String
    var isDischarge = false
    var settings = PackSettings.pack()
    var change: @Sendable (inout Sample) -> Void
    var expected: Expected

    init(
        _ name: String, isDischarge: Bool = false, without: AbsentSources = .none,
        _ expected: Expected, _ change: @escaping @Sendable (inout Sample) -> Void
    ) {
        self.name = name
        self.isDischarge = isDischarge
        settings.without = without
        self.change = change
        self.expected = expected
    }
}

@Suite("Each rule by itself")
struct RuleTests {
    private static let rules: [Row] = [
        Row("nothing limits", Expected(100_000, .packMaximum, pack: 0, rise: .configuration)) { _ in },
        Row(
            "nine tenths of the BMS's limit",
            Expected(45_000, .bmsLimit, next: .packMaximum, pack: 0, input: 50_000, rise: .bms)
        ) {
            $0.chargeLimit = 50_000
        },
        Row("the other direction's limit is not looked at", Expected(100_000, .packMaximum)) {
            $0.dischargeLimit = 0
        },
        Row("discharge limit", isDischarge: true, Expected(9_000, .bmsLimit, input: 10_000, rise: .bms)) {
            $0.dischargeLimit = 10_000
        },
        Row("a negative limit is none", Expected(0, .bmsLimit, input: -1)) { $0.chargeLimit = -1 },
        Row("the smallest number is none", Expected(0, .bmsLimit, input: .min)) { $0.chargeLimit = .min },
        Row("the greatest number limits nothing", Expected(100_000, .packMaximum, next: .bmsLimit)) {
            $0.chargeLimit = .max
        },
        Row("charge switch open", Expected(0, .switchOpen, next: .packMaximum, pack: 0, rise: .switchClosed))
        {
            $0.chargeSwitch = 0
        },
        Row("charge switch open leaves discharging", isDischarge: true, Expected(100_000, .packMaximum)) {
            $0.chargeSwitch = 0
        },
        Row("discharge switch open", isDischarge: true, Expected(0, .switchOpen, rise: .switchClosed)) {
            $0.dischargeSwitch = 0
        },
        Row(
            "highest cell",
            Expected(25_000, .highestCell, pack: 0, place: 7, input: 3400, rise: .inputBelow(3375))
        ) {
            $0.cells[6] = 3400
        },
        Row(
            "lowest cell", isDischarge: true,
            Expected(25_000, .lowestCell, pack: 0, place: 3, input: 3100, rise: .inputAbove(3190))
        ) {
            $0.cells[2] = 3100
        },
        Row(
            "absolute maximum",
            Expected(
                0, .absoluteMaximumCell, next: .highestCell, place: 1, input: 3600, rise: .inputBelow(3600))
        ) { $0.setCells(3600) },
        Row("warm end", Expected(50_000, .cellTemperature, place: 2, input: 450, rise: .inputBelow(400))) {
            $0.temperatures = [250, 450]
        },
        Row("cold end", Expected(25_000, .cellTemperature, place: 1, input: 20, rise: .inputAbove(50))) {
            $0.temperatures = [20, 250]
        },
        Row("both ends: the worse wins", Expected(25_000, .cellTemperature, place: 2, input: 500)) {
            $0.temperatures = [50, 500]
        },
        Row("frost forbids charging", Expected(0, .cellTemperature, input: -10)) { $0.temperatures = [-10] },
        Row(
            "frost allows some discharging", isDischarge: true, Expected(22_500, .cellTemperature, input: -10)
        ) {
            $0.temperatures = [-10]
        },
        Row("MOSFET", Expected(25_000, .mosfetTemperature, pack: 0, input: 800, rise: .inputBelow(700))) {
            $0.mosfet = 800
        },
        Row("MOSFET both ways", isDischarge: true, Expected(12_500, .mosfetTemperature, input: 850)) {
            $0.mosfet = 850
        },
        Row("wrong number of cells", Expected(0, .cellCount, pack: 0, input: 15, rise: .configuration)) {
            $0.cells = Array(repeating: 3300, count: 15)
        },
        Row("wrong number of cells, discharge", isDischarge: true, Expected(0, .cellCount, input: 17)) {
            $0.cells = Array(repeating: 3300, count: 17)
        },
        Row("no MOSFET temperature", Expected(0, .inputMissing, pack: 0, rise: .reported)) {
            $0.mosfet = nil
        },
        Row(
            "60 mV before the BMS cuts the current begins to fall",
            Expected(75_000, .nearProtection, pack: 0, place: 3, input: 3_350, rise: .inputBelow(3_340))
        ) {
            $0.cellOverVoltage = 3_400
            $0.cells[2] = 3_350
        },
        Row("20 mV before it nothing flows", Expected(0, .nearProtection, input: 3_380)) {
            $0.cellOverVoltage = 3_400
            $0.cells[2] = 3_380
        },
        Row(
            "the low end, discharging", isDischarge: true,
            Expected(50_000, .nearProtection, place: 9, input: 3_290, rise: .inputAbove(3_350))
        ) {
            $0.others[.cellUnderVoltage] = 3_200
            $0.cells[8] = 3_290
        },
        Row(
            "warm, close to what the BMS allows for charging",
            Expected(50_000, .nearProtection, place: 2, input: 370, rise: .inputBelow(350))
        ) {
            $0.others[.chargeOverTemperature] = 400
            $0.temperatures = [250, 370]
        },
        Row("cold, close to it", Expected(40_000, .nearProtection, place: 1, input: 115)) {
            $0.others[.chargeUnderTemperature] = 100
            $0.temperatures = [115, 250]
        },
        Row("the MOSFETs, both ways", isDischarge: true, Expected(57_100, .nearProtection, input: 630)) {
            $0.others[.mosfetOverTemperature] = 700
            $0.mosfet = 630
        },
        Row("a protection that no BMS can have is none", Expected(100_000, .packMaximum)) {
            $0.others[.mosfetOverTemperature] = 9_999
            $0.others[.chargeOverTemperature] = .min
        },
        Row(
            "cells far apart", isDischarge: true,
            Expected(75_000, .imbalance, pack: 0, input: 400, rise: .inputBelow(300))
        ) {
            $0.cells[0] = 3_220
            $0.cells[1] = 3_620
        },
        Row("no BMS limit", Expected(0, .inputMissing, rise: .reported)) { $0.chargeLimit = nil },
        Row("no BMS limit in the other direction", Expected(100_000, .packMaximum)) {
            $0.dischargeLimit = nil
        },
        Row("no switch state", Expected(0, .inputMissing)) { $0.chargeSwitch = nil },
        Row("no alarms", Expected(0, .inputMissing)) { $0.alarms = nil },
        Row("without MOSFET temperature", without: .mosfetTemperature, Expected(100_000, .packMaximum)) {
            $0.mosfet = nil
        },
        Row("without BMS limit", without: .bmsLimit, Expected(100_000, .packMaximum)) {
            $0.chargeLimit = nil
        },
        Row("without switch state", without: .switchState, Expected(100_000, .packMaximum)) {
            $0.chargeSwitch = nil
        },
        Row("without alarms", without: .alarms, Expected(100_000, .packMaximum)) { $0.alarms = nil },
        Row("without cell temperature", without: .cellTemperature, Expected(100_000, .packMaximum)) {
            $0.temperatures = []
        },
        Row("without excuses only what is absent", without: .bmsLimit, Expected(9_000, .bmsLimit)) {
            $0.chargeLimit = 10_000
        },
    ]

    @Test("each rule sets its limit with reason, place, input and rise condition")
    func rules() {
        var found = ""
        for row in Self.rules {
            var bench = Bench([row.settings], .immediate)
            row.change(&bench.samples[0])
            let verdict = bench.step()
            let limit = row.isDischarge ? verdict[0].discharge : verdict[0].charge
            found += row.expected.difference(from: limit, row.name)
        }
        #expect(found.isEmpty, Comment(rawValue: found))
    }

    @Test("a pack comes close to a protection with a warning, and the warning stays a little longer")
    func warnings() {
        var bench = Bench([.pack()], .immediate)
        let level = { (millivolts: UInt16) -> AlarmLevel? in
            bench.samples[0].setCells(millivolts)
            bench.advance(to: (bench.now - Bench.start).milliseconds + 5_000)
            return bench.step().alarms.level(of: .cellOverVoltage)
        }
        #expect(level(3_590) == nil)
        #expect(level(3_591) == .warning)
        #expect(level(3_585) == .warning)
        #expect(level(3_580) == nil)
    }

    @Test("a curve over the state of charge limits a pack where the operator has given one")
    func stateOfCharge() {
        var settings = ControlSettings.immediate
        settings.chargeSOC = Curve([.init(800, 1_000), .init(1_000, 200)])
        settings.dischargeSOC = Curve([.init(100, 0), .init(300, 1_000)])
        var bench = Bench([.pack()], settings)
        bench.samples[0].soc = 900
        var verdict = bench.step()
        #expect(
            Expected(60_000, .soc, pack: 0, input: 900, rise: .inputBelow(800))
                .difference(from: verdict[0].charge, "charge").isEmpty)
        #expect(verdict[0].discharge?.value == 100_000)
        bench = Bench([.pack()], settings)
        bench.samples[0].soc = 200
        verdict = bench.step()
        #expect(
            Expected(50_000, .soc, rise: .inputAbove(300)).difference(from: verdict[0].discharge, "").isEmpty)
    }

    @Test("every rule of a bank can be asked for, and those that do not limit say so")
    func asked() {
        var bench = Bench([.pack()], .immediate)
        bench.advance(to: 3_000)
        let verdict = bench.step()
        let rules = bench.controller.currentRules(.charge)
        let said = (0..<rules.count).compactMap { rules[$0].reason?.limit }
        #expect(said.min() == verdict.charge.value && rules.count > said.count)
        var own: [LimitRule] = []
        bench.controller.visitRules(ofPack: 0, .charge) { entry in
            own.append(entry.rule)
            if entry.rule == .packMaximum { #expect(entry.reason?.limit == 100_000) }
        }
        #expect(own.contains(.nearProtection) && own.contains(.cellTemperature))
        #expect(bench.controller.chargeVoltageRules.count > 3)
    }

    /// Which protections forbid what; the others forbid nothing by themselves.
    @Test("every protection forbids the direction it belongs to, and a warning forbids nothing")
    func protections() {
        let both: [AlarmKind] = [
            .mosfetOverTemperature, .cellCountMismatch, .currentSensorFault, .internalCommunication,
            .batteryOverTemperature, .temperatureSensorFault,
        ]
        let charge: [AlarmKind] = [
            .cellOverVoltage, .packOverVoltage, .chargeOverCurrent, .chargeShortCircuit,
            .chargeOverTemperature,
            .chargeUnderTemperature, .chargeSwitchFault,
        ]
        let discharge: [AlarmKind] = [
            .cellUnderVoltage, .packUnderVoltage, .dischargeOverCurrent, .dischargeShortCircuit,
            .dischargeOverTemperature, .dischargeUnderTemperature, .dischargeSwitchFault,
        ]
        var found = ""
        for raw in 0..<UInt8(AlarmKind.count) {
            guard let kind = AlarmKind(rawValue: raw) else { continue }
            for level in [AlarmLevel.warning, .protection] {
                var bench = Bench([.pack()], .immediate)
                bench.samples[0].alarms?.raise(kind, level)
                let verdict = bench.step()
                let isFull = level == .warning
                let mayCharge = isFull || !(both + charge).contains(kind)
                let mayDischarge = isFull || !(both + discharge).contains(kind)
                if (verdict[0].charge?.value != 0) != mayCharge { found += "\(kind) \(level): charge\n" }
                if (verdict[0].discharge?.value != 0) != mayDischarge {
                    found += "\(kind) \(level): discharge\n"
                }
            }
        }
        #expect(found.isEmpty, Comment(rawValue: found))
    }

    /// (input, thousandths) of the contract's curves and between their corners.
    @Test("the LFP curves give the contract's numbers")
    func curves() {
        let settings = ControlSettings.usual
        let table: [(String, Curve, [(Int32, Int32)])] = [
            (
                "highest cell", settings.highestCell,
                [
                    (.min, 1_000), (3375, 1_000), (3376, 970), (3400, 250), (3425, 50), (3450, 5), (3475, 2),
                    (3499, 0), (3500, 0), (.max, 0),
                ]
            ),
            (
                "lowest cell", settings.lowestCell,
                [
                    (.min, 0), (2800, 0), (2900, 5), (3000, 50), (3050, 150), (3100, 250), (3190, 1_000),
                    (.max, 1_000),
                ]
            ),
            (
                "charge temperature", settings.chargeTemperature,
                [
                    (.min, 0), (0, 0), (10, 125), (20, 250), (50, 500), (100, 1_000), (400, 1_000),
                    (450, 500),
                    (500, 250), (525, 125), (550, 0), (.max, 0),
                ]
            ),
            (
                "discharge temperature", settings.dischargeTemperature,
                [
                    (-100, 0), (0, 250), (50, 500), (100, 1_000), (400, 1_000), (450, 500), (500, 250),
                    (550, 0),
                ]
            ),
            (
                "MOSFET", settings.mosfetTemperature,
                [(.min, 1_000), (700, 1_000), (750, 625), (800, 250), (850, 125), (900, 0), (.max, 0)]
            ),
        ]
        var found = ""
        for (name, curve, points) in table {
            for (input, permille) in points where curve.permille(at: input) != permille {
                found += "\(name) at \(input): \(curve.permille(at: input)), not \(permille)\n"
            }
        }
        let crooked: [[Curve.Point]] = [
            [], [.init(1, 0), .init(1, 5)], [.init(2, 0), .init(1, 5)], [.init(0, 1_001)], [.init(0, -1)],
            (0..<9).map { .init($0, 0) },
        ]
        for points in crooked where Curve(points.span) != nil { found += "accepted \(points)\n" }
        let steep: InlineArray<2, Curve.Point> = [.init(.min, 1_000), .init(.max, 0)]
        if Curve(steep)?.permille(at: 0) != 499 { found += "the widest curve\n" }
        #expect(found.isEmpty, Comment(rawValue: found))
    }
}
