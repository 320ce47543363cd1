import BMSDrivers
import BatteryModel
import ChargeControl
import Gateway
import Reporting
import Testing

@Suite("Settings of the BMS, seen by the gateway")
struct SettingTests {
    /// Packs whose settings may be written, a minute after the start.
    static func plant(packs: Int = 1, settingsWritable: Bool = true) -> VirtualPlant {
        var plant = VirtualPlant(packs: packs, settingsWritable: settingsWritable)
        for index in 0..<packs {
            plant.packs[index].reading[.balanceStart] = Reading(3_400, at: plant.now)
            plant.packs[index].reading[.designCapacity] = Reading(280_000, at: plant.now)
            plant.packs[index].reading[.dischargeLimit] = Reading(150_000, at: plant.now)
        }
        plant.run(for: .seconds(60))
        return plant
    }

    static func set(
        _ plant: inout VirtualPlant, _ field: PackField, _ value: Int32, pack: Int = 0,
        isRehearsal: Bool = false
    ) -> CommandOutcome {
        let change = SettingChange(pack: pack, field: field, value: value)
        let command = GatewayCommand([.set(change, isRehearsal: isRehearsal)], by: "anna")
        return plant.core.carryOut(command, at: plant.now)
    }

    static func events(_ plant: VirtualPlant) -> [String] {
        let snapshot = plant.snapshot
        return snapshot.log.events.map { Wording(snapshot).event($0) }.filter {
            $0.hasPrefix("setting ") || $0.contains("configuration") || $0.contains("balances from")
        }
    }

    @Test("a setting is written once, read back, and told with who, what, old, new and result")
    func written() throws {
        var plant = Self.plant(packs: 2)
        #expect(Self.set(&plant, .balanceStart, 3_420, pack: 1) == .done)
        #expect(plant.snapshot.settingRecord?.outcome == nil)
        plant.run(for: .seconds(3))
        let record = try #require(plant.snapshot.settingRecord)
        #expect(record.outcome == .written)
        #expect(record.old == 3_400 && record.by == "anna" && record.number == 1)
        #expect(plant.writes.map { "\($0.pack) \($0.field.name) \($0.value)" } == ["1 balance_start 3420"])
        #expect(
            Self.events(plant) == [
                "setting balance_start of pack 1 from 3.400 V to 3.420 V by anna: being written",
                "setting balance_start of pack 1 from 3.400 V to 3.420 V by anna: written, confirmed and read back",
            ])
        plant.run(for: .seconds(130))
        #expect(plant.writes.count == 1)
    }

    @Test("a rehearsal sends nothing and leaves no trace")
    func rehearsal() {
        var plant = Self.plant()
        #expect(Self.set(&plant, .balanceStart, 3_420, isRehearsal: true) == .done)
        #expect(
            Self.set(&plant, .balanceStart, 9_000, isRehearsal: true)
                == .notWritten(.outOfRange(1_200...4_250)))
        plant.run(for: .seconds(5))
        #expect(plant.writes.isEmpty)
        #expect(plant.snapshot.settingRecord == nil)
        #expect(Self.events(plant).isEmpty)
    }

    @Test("a pack that confirms and forgets is told, and so is one that falls silent")
    func notKept() {
        var plant = Self.plant()
        plant.packs[0].forgetsWrites = true
        #expect(Self.set(&plant, .balanceStart, 3_420) == .done)
        plant.run(for: .seconds(4))
        #expect(plant.snapshot.settingRecord?.outcome == .notKept(found: 3_400, wasConfirmed: true))
        plant.packs[0].isSilent = true
        #expect(Self.set(&plant, .balanceStart, 3_430) == .done)
        plant.run(for: .seconds(12))
        #expect(plant.snapshot.settingRecord?.outcome == .unknown)
        #expect(plant.writes.count == 1)
    }

    /// What is refused, and why.
    struct Refused: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var field: PackField
        var value: Int32
        var pack = 0
        var why: SettingRefusal
    }

    static let refused: [Refused] = [
        Refused(
            testDescription: "no such pack", field: .balanceStart, value: 3_420, pack: 7, why: .unknownPack),
        Refused(testDescription: "no proven way", field: .canProtocol, value: 2, why: .notWritable),
        Refused(testDescription: "a measurement", field: .soc, value: 500, why: .notWritable),
        Refused(
            testDescription: "out of range", field: .cellOverVoltage, value: 4_351,
            why: .outOfRange(1_200...4_350)),
        Refused(
            testDescription: "a protection below the charge voltage", field: .cellOverVoltage, value: 3_450,
            why: .contradicts(
                Contradiction(.overVoltageTooLow, .cellOverVoltage, found: 3_450, wanted: 3_450))),
        Refused(
            testDescription: "a protection later than the cells bear", field: .cellOverVoltage, value: 4_000,
            why: .contradicts(
                Contradiction(.overVoltageTooHigh, .cellOverVoltage, found: 4_000, wanted: 3_700))),
    ]

    @Test("what must not be written is refused before a byte is sent", arguments: refused)
    func refuse(_ row: Refused) {
        var plant = Self.plant()
        #expect(Self.set(&plant, row.field, row.value, pack: row.pack) == .notWritten(row.why))
        plant.run(for: .seconds(3))
        #expect(plant.writes.isEmpty)
        #expect(plant.events { if case .settingRefused = $0 { true } else { false } }.count == 1)
    }

    @Test("what is set already is not written again, and that is no news")
    func alreadySet() {
        var plant = Self.plant()
        #expect(Self.set(&plant, .balanceStart, 3_400) == .notWritten(.alreadySet))
        plant.run(for: .seconds(3))
        #expect(plant.writes.isEmpty)
        #expect(Self.events(plant).isEmpty)
    }

    @Test("nothing is written unless the configuration allows it, the pack is fresh, and nobody else writes")
    func guarded() {
        var locked = Self.plant(settingsWritable: false)
        #expect(Self.set(&locked, .balanceStart, 3_420) == .notWritten(.notAllowed))
        var plant = Self.plant(packs: 2)
        #expect(Self.set(&plant, .balanceStart, 3_420) == .done)
        #expect(Self.set(&plant, .balanceStart, 3_420, pack: 1) == .notWritten(.busy))
        plant.run(for: .seconds(5))
        plant.packs[0].isSilent = true
        plant.run(for: .seconds(5))
        #expect(Self.set(&plant, .balanceStart, 3_430) == .notWritten(.notFresh))
        #expect(plant.writes.count == 1)
    }

    @Test("a contradiction is told once when it begins and once when it ends, with what to change")
    func contradictions() throws {
        var plant = Self.plant()
        #expect(Self.events(plant).isEmpty)
        plant.packs[0].reading[.balanceStart] = Reading(3_500, at: plant.now)
        plant.run(for: .seconds(130))
        plant.packs[0].reading[.balanceStart] = Reading(3_510, at: plant.now)
        plant.run(for: .seconds(65))
        #expect(
            Self.events(plant) == [
                "info: the BMS of pack 0 balances from 3.500 V per cell, the bank is charged to 3.450 V per cell; "
                    + "lower the voltage in the BMS, or its cells drift apart"
            ])
        let status = StatusDocument(plant.snapshot, version: "0", at: plant.now)
        #expect(status.packs[0].contradictions.map(\.name) == ["balance_start"])
        #expect(
            StatusView().lines(status).contains {
                $0 == "Settings  1 note on what the BMS are set to: 'busbar settings'"
            })
        #expect(Self.set(&plant, .balanceStart, 3_400) == .done)
        plant.run(for: .seconds(3))
        #expect(Self.events(plant).last?.hasPrefix("over: the BMS of pack 0 balances from 3.510 V") == true)
        #expect(plant.snapshot.contradictions[0][.balanceStart] == nil)
    }

    @Test("a warning stands in the status in full, and a protocol is called by its name")
    func words() throws {
        var plant = Self.plant()
        plant.packs[0].reading[.cellOverVoltage] = Reading(3_450, at: plant.now)
        plant.packs[0].reading[.canProtocol] = Reading(4, at: plant.now)
        plant.run(for: .seconds(65))
        let status = StatusDocument(plant.snapshot, version: "0", at: plant.now)
        let lines = StatusView(columns: 400).lines(status).filter { $0.hasPrefix("Settings") }
        #expect(
            lines == [
                "Settings  the BMS of pack 0 stops charging at 3.450 V per cell, the bank is charged to 3.450 V per cell; "
                    + "lower the charge voltage in the configuration, or raise the cell over-voltage protection in the BMS as far as the cells bear",
                "Settings  1 note on what the BMS are set to: 'busbar settings'",
            ])
        let document = SettingsDocument(plant.snapshot, at: plant.now)
        #expect(
            document.packs[0].contradictions.last?.words
                == "pack 0 is set to CAN protocol 4 (Victron CAN-bus BMS 2017-07-17); Busbar itself speaks pylontech-lv-can"
        )
        let again = try SettingsDocument(json: document.json())
        #expect(again == document)
        let row = try #require(document.packs[0].settings.first { $0.name == "balance_start" })
        #expect(
            row.text == "3.400 V" && row.configured == "3.450 V" && row.lowest == 1_200
                && row.highest == 4_250)
        #expect(document.packs[0].settings.first { $0.name == "can_protocol" }?.lowest == nil)
        #expect(document.packs[0].isWritable)
    }

    @Test("every refusal, outcome and contradiction has its own words")
    func distinct() {
        let remedies = Set(Contradiction.Kind.allCases.map { Wording.remedy($0) })
        #expect(remedies.count == Contradiction.Kind.count - 2, "both currents have one")
        let wording = Wording(packs: ["A"], buses: [])
        let sentences = Set(
            Contradiction.Kind.allCases.map {
                wording.contradiction(Contradiction($0, .cellOverVoltage, found: 1, wanted: 2), pack: 0)
            })
        #expect(sentences.count == Contradiction.Kind.count - 1, "cells and chemistry differ in their values")
    }
}
