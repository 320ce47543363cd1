import BatteryModel
import ChargeControl
import Gateway
import InverterProfiles
import LinuxIO
import Reporting
import Testing

@Suite("What a person or a program is told")
struct ReportingTests {
    private func status(_ plant: VirtualPlant) -> StatusDocument {
        let snapshot = Snapshot(
            core: plant.core, buses: [], framesPerSecond: [6], startedAt: Instant(nanoseconds: 1_000_000_000),
            worstLatency: .microseconds(350), at: plant.now)
        return StatusDocument(snapshot, version: "0", at: plant.now)
    }

    @Test("the document survives JSON and says which rule set a limit and what would raise it")
    func document() throws {
        var plant = VirtualPlant(packs: 2)
        plant.run(for: .seconds(60))
        let made = status(plant)
        let read = try StatusDocument(json: made.json())
        #expect(try read.json() == made.json())
        let ccl = try #require(read.bank.ccl)
        // Nine tenths of 100 A, for two packs, less a tenth because shares are never exactly known.
        #expect(ccl.value == 162 && ccl.unit == "A")
        #expect(ccl.reason == "the BMS of pack 0 is set to 100.000 A")
        #expect(ccl.risesWhen == "the setting in the BMS is raised")
        #expect(read.packs.count == 2)
        #expect(read.packs[1].cellVolts.count == 16)
        #expect(read.packs[0].values["pack_voltage"]?.value == 52.8)
        #expect(read.packs[0].values["temperature_5"] == nil, "what was not reported is left out")
    }

    @Test("overruns are shown, and a stall instead of the state it hides")
    func overrunsAndStall() throws {
        var plant = VirtualPlant(packs: 1)
        plant.run(for: .seconds(60))
        let snapshot = Snapshot(
            core: plant.core, buses: [], framesPerSecond: [6], startedAt: Instant(nanoseconds: 0),
            worstLatency: .zero, overruns: 3, worstCycle: .microseconds(120_400), at: plant.now)
        let well = StatusView().lines(StatusDocument(snapshot, version: "0", at: plant.now))
        #expect(well.contains { $0.hasPrefix("Cycles") && $0.hasSuffix("longest 120.4 ms, 3 overruns") })
        #expect(Wording.service(snapshot).hasPrefix("running: 1 pack, CCL "))
        let stalled = StatusDocument(
            snapshot, version: "0", stalledSince: plant.now, at: plant.now + .seconds(4))
        #expect(try StatusDocument(json: stalled.json()).stalledSeconds == 4)
        let lines = StatusView().lines(stalled)
        #expect(lines[0].contains("STALLED") && !lines[0].contains("RUNNING"))
        #expect(lines.contains { $0.contains("no cycle was finished for 4.0 s") })
    }

    @Test("a lost pack shows no old values")
    func lostPackShowsNothing() {
        var plant = VirtualPlant(packs: 2)
        plant.run(for: .seconds(30))
        plant.packs[1].isSilent = true
        plant.run(for: .seconds(20))
        let lines = StatusView(columns: 200).lines(status(plant))
        let line = lines.first { $0.hasPrefix("1 ") } ?? ""
        #expect(line.contains("lost"))
        #expect(!line.contains("52.8"))
        #expect(lines.contains { $0.contains("warning: pack lost (pack 1)") })
    }

    @Test("the picture names state, limits, reasons and the inverter")
    func picture() {
        var plant = VirtualPlant(packs: 1)
        plant.run(for: .seconds(60))
        let picture = StatusView(columns: 200).lines(status(plant)).joined(separator: "\n")
        for part in [
            "RUNNING", "55.0 %", "52.80 V", "10.0 A", "CVL  55.2 V", "CCL  90.0 A", "DCL  135.0 A",
            "rises when", "pylontech-lv-can V1.2", "sending 6 frames/s", "3.300 V #1",
        ] {
            #expect(picture.contains(part), "\(part)")
        }
        let narrow = StatusView(columns: 40).lines(status(plant))
        #expect(narrow.allSatisfy { $0.count <= 40 })
    }

    @Test("a measured value that the protocol has no number for is shown with what is said instead")
    func capped() throws {
        var plant = VirtualPlant(packs: 3, profile: GrowattLV.profile)
        plant.run(for: .seconds(60))
        let document = try StatusDocument(json: status(plant).json())
        let capacity = try #require(document.inverters[0].capped.first { $0.name == "capacity" })
        #expect(capacity.value == 840 && capacity.said == 655.35 && capacity.unit == "Ah")
        #expect(capacity.words == "capacity is said as 655.350 Ah, the protocol has no number for 840.000 Ah")
        #expect(!document.inverters[0].isExperimental)
        let picture = StatusView(columns: 200).lines(document)
        #expect(picture.contains("          " + capacity.words))
        #expect(!picture.joined().contains("experimental"))
    }

    @Test("an experimental profile is called so, and alarms that stand and that it cannot tell are named")
    func hidden() throws {
        var plant = VirtualPlant(packs: 2, profile: PytesNative.profile)
        plant.run(for: .seconds(60))
        #expect(status(plant).inverters[0].hiddenAlarms.isEmpty)
        plant.packs[1].isSilent = true
        plant.run(for: .seconds(20))
        let document = try StatusDocument(json: status(plant).json())
        #expect(document.inverters[0].hiddenAlarms.map(\.name) == ["pack_lost"])
        let picture = StatusView(columns: 200).lines(document)
        #expect(picture.contains("          not visible to this inverter: warning: pack lost"))
        #expect(picture.contains("          experimental: not proven with a real inverter and battery yet"))
        #expect(document.inverters[0].isExperimental)
        // No sign of life of such an inverter is known, so nobody waits for one.
        #expect(document.inverters[0].silentAfterSeconds == nil)
        #expect(picture.contains { $0.contains("not waited for, never heard") })
    }

    @Test("every alarm has a name of its own and words")
    func alarmNames() {
        let kinds = (0..<UInt8(AlarmKind.count)).compactMap(AlarmKind.init(rawValue:))
        #expect(kinds.count == AlarmKind.count)
        #expect(Set(kinds.map(Wording.alarmName)).count == AlarmKind.count)
        #expect(!kinds.map(Wording.alarmName).contains("unknown"))
    }

    @Test(
        "numbers are shown in the unit people read",
        arguments: [
            (Int32(53_214), Unit.millivolts, "53.214 V"), (-50, .decicelsius, "-5.0 °C"),
            (5, .milliamps, "0.005 A"),
            (1_000, .permille, "100.0 %"), (1, .onOff, "on"), (-1, .bits, "0xFFFFFFFF"), (12, .count, "12"),
            (.min, .millivolts, "-2147483.648 V"),
        ])
    func quantities(value: Int32, unit: Unit, text: String) {
        #expect(Wording.quantity(value, unit) == text)
    }
}
