import BatteryModel
import BusCodec
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

    /// A minute in which every inverter is heard and falls silent, the last one hears somebody else on a bad link, and
    /// then the packs are lost.
    private func troubled(_ others: [GatewayConfiguration.Inverter]) -> StatusDocument {
        var plant = VirtualPlant(packs: 1, others: others)
        let last = others.last?.bus ?? 1
        for inverter in others {
            plant.core.received(CANFrame(identifier: 0x305, length: 8), bus: inverter.bus, at: plant.now)
        }
        plant.run(for: .seconds(30))
        plant.isInverterSilent = true
        for _ in 0..<20 {
            let error = CANFrame(identifier: 0x20, kind: .error, length: 8)
            for _ in 0..<5 { plant.core.received(error, bus: last, at: plant.now) }
            plant.run(for: .seconds(1))
        }
        plant.packs[0].isSilent = true
        plant.run(for: .seconds(12))
        var other = CANFrame(identifier: 0x355, length: 8)
        other.bytes[0] = 99
        plant.core.received(other, bus: last, at: plant.now)
        plant.run(for: .milliseconds(10))
        return status(plant)
    }

    @Test("one inverter is called the inverter")
    func oneInverter() {
        let document = troubled([])
        let events = document.events.map(\.text)
        for sentence in [
            "inverter heard", "inverter has fallen silent", "frame 0x355 is not sent: soc is not known",
            "somebody else speaks to the inverter as a battery, with 0x355",
            "protection: a second battery speaks to the inverter (the bank)",
        ] {
            #expect(events.contains(sentence), "\(sentence) in \(events)")
        }
        #expect(events.contains { $0.hasPrefix("the link to the inverter is poor: ") })
        let alarms = document.bank.alarms.map(\.words)
        for words in ["inverter silent", "a second battery speaks to the inverter"] {
            #expect(alarms.contains(words), "\(words) in \(alarms)")
        }
    }

    @Test("one of several inverters is called by its protocol and its link")
    func severalInverters() {
        let document = troubled([.init(bus: 2, profile: VictronGX.profile)])
        let events = document.events.map(\.text)
        let (first, second) = ("inverter pylontech-lv-can on inverter", "inverter victron-can on 2")
        for sentence in [
            "\(first) heard", "\(second) heard", "\(first) has fallen silent", "\(second) has fallen silent",
            "frame 0x355 is not sent to \(first): soc is not known",
            "frame 0x355 is not sent to \(second): soc is not known",
            "somebody else speaks to \(second) as a battery, with 0x355",
            "protection: a second battery speaks to an inverter (the bank)",
        ] {
            #expect(events.contains(sentence), "\(sentence) in \(events)")
        }
        #expect(events.contains { $0.hasPrefix("the link to \(second) is poor: ") })
        #expect(!events.contains { $0.hasPrefix("the link to \(first)") })
        let alarms = document.bank.alarms.map(\.words)
        for words in [
            "\(first) silent", "\(second) silent", "many frames to \(second) fail",
            "a second battery speaks to \(second)",
        ] {
            #expect(alarms.contains(words), "\(words) in \(alarms)")
        }
        let summary = StatusView(columns: 1_000).summary(document)
        #expect(summary.contains(" | \(first) silent, "), "\(summary)")
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
