import BMSDrivers
import BatteryModel
import BusCodec
import Simulators
import Testing

@Suite("A simulated pack") struct PackTests {
    @Test("charging for an hour adds what flowed, and discharging takes it") func socFollowsCurrent() {
        let pack = SimulatedPack(address: 1, socPermille: 500, at: start)
        let charged = advanced(pack, seconds: 3_600, milliamps: 28_000)
        #expect(abs(charged.socPermille - 600) < 0.5)
        let discharged = advanced(pack, seconds: 3_600, milliamps: -28_000)
        #expect(abs(discharged.socPermille - 400) < 0.5)
        #expect(charged.packMillivolts > pack.packMillivolts)
        #expect(discharged.packMillivolts < pack.packMillivolts)
    }

    @Test("a faster simulation counts more charge in the same time") func speed() {
        var pack = SimulatedPack(address: 1, socPermille: 500, at: start)
        pack.speed = 60
        pack.advance(to: start + .seconds(60), milliamps: 28_000)
        #expect(abs(pack.socPermille - 600) < 0.5)
    }

    @Test("charged on and on, the BMS opens its charge switch and says why; discharging releases it")
    func overVoltage() throws {
        var pack = advanced(
            SimulatedPack(address: 1, socPermille: 980, at: start), seconds: 36_000, milliamps: 50_000,
            until: { !$0.isChargeSwitchClosed })
        #expect(!pack.isChargeSwitchClosed && pack.isDischargeSwitchClosed)
        #expect(pack.milliamps == 0, "no current passes an open switch")
        let opened = start + .seconds(36_000)
        let reading = pack.reading(at: opened)
        #expect(reading.alarms?.value.level(of: .cellOverVoltage) == .protection)
        #expect(reading[.chargeSwitch]?.value == 0)
        pack.advance(to: opened, milliamps: 50_000)
        #expect(pack.cellMillivolts(0) < 3_650 && !pack.isChargeSwitchClosed, "released lower than tripped")
        for minute in Int64(1)...60 {
            pack.advance(to: opened + .seconds(60 * minute), milliamps: -20_000)
        }
        #expect(pack.isChargeSwitchClosed)
        #expect(pack.reading(at: opened).alarms?.value.isEmpty == true)
    }

    @Test("discharged on and on, the BMS opens its discharge switch") func underVoltage() {
        let pack = advanced(
            SimulatedPack(address: 1, socPermille: 40, at: start), seconds: 36_000, milliamps: -50_000)
        #expect(!pack.isDischargeSwitchClosed && pack.isChargeSwitchClosed)
    }

    @Test("a cell that is held climbs 20 mV each second, no faster, and comes back the same way")
    func cellClimbs() {
        var pack = SimulatedPack(address: 1, at: start)
        let before = pack.cellMillivolts(4)
        pack.hold(cell: 4, atMillivolts: 3_520)
        for second in Int64(1)...5 { pack.advance(to: start + .seconds(second), milliamps: 0) }
        #expect(abs(pack.cellMillivolts(4) - before - 100) < 0.01)
        pack.advance(to: start + .seconds(60), milliamps: 0)
        #expect(pack.cellMillivolts(4) == 3_520)
        #expect(pack.reading(at: start).cellMillivolts?.value.highest?.index == 4)
        pack.restore()
        pack.advance(to: start + .seconds(61), milliamps: 0)
        #expect(pack.cellMillivolts(4) == 3_500)
        pack.advance(to: start + .seconds(120), milliamps: 0)
        #expect(abs(pack.cellMillivolts(4) - before) < 0.01)
    }

    @Test("a hot power board opens both switches") func mosfetHot() {
        var pack = SimulatedPack(address: 1, at: start)
        pack.hold(mosfetDecicelsius: 1_050)
        pack.advance(to: start + .seconds(30), milliamps: 10_000)
        #expect(pack.isChargeSwitchClosed)
        pack.advance(to: start + .seconds(60), milliamps: 10_000)
        #expect(!pack.isChargeSwitchClosed && !pack.isDischargeSwitchClosed)
        #expect(pack.reading(at: start)[.mosfetTemperature]?.value == 1_050)
    }

    @Test("a sensor that is broken off is not reported, and not as zero") func sensorMissing() {
        var pack = SimulatedPack(address: 1, at: start)
        pack.missingSensors = [.temperature2]
        let reading = pack.reading(at: start)
        #expect(reading[.temperature2] == nil && reading[.temperature1] != nil)
        #expect(reading.alarms?.value.level(of: .temperatureSensorFault) == .warning)
    }

    @Test("the same seed gives the same pack, another one another") func seeds() {
        let cells = { (seed: UInt64) in
            SimulatedPack(address: 1, seed: seed, at: start).reading(at: start).cellMillivolts
        }
        #expect(cells(7) == cells(7))
        #expect(cells(7) != cells(8))
    }

    @Test("every field that the rows of a JK-PB carry is reported") func complete() {
        let reading = SimulatedPack(address: 1, at: start).reading(at: start)
        for rows in [
            JKPB.statusRows.indices.map { JKPB.statusRows[$0] },
            JKPB.settingsRows.indices.map { JKPB.settingsRows[$0] },
            JKPB.aboutRows.indices.map { JKPB.aboutRows[$0] },
        ] {
            for row in rows {
                switch row.meaning {
                case .number(let field), .information(let field), .sensor(let field, _), .copy(let field):
                    #expect(reading[field] != nil, "\(field.name)")
                case .identity(let field):
                    #expect((reading.identity?.value[field].count ?? 0) > 0, "\(field)")
                default: break
                }
            }
        }
        #expect(reading.identity.map { JKFirmware.proven($0.value) != nil } == true)
    }

    @Test("what is reported is what a JK-PB driver reads, field by field", arguments: [0, 1, 15] as [UInt8])
    func survivesTheWire(address: UInt8) throws {
        var pack = SimulatedPack(address: address, at: start)
        pack.hold(cell: 2, atMillivolts: 3_660)
        for second in Int64(1)...30 { pack.advance(to: start + .seconds(second), milliamps: 40_000) }
        let sent = pack.reading(at: start)
        var read = PackReading()
        for poll in [2, 1, 0] {
            var request = RequestBuffer()
            var answer = AnswerBuffer()
            JKPB.driver.request(poll, address, &request)
            JKPB.driver.answer(request.bytes, sent, &answer)
            try JKPB.driver.decode(answer.bytes, poll, start, &read)
        }
        // What other BMS tell by themselves stands in no register of a JK-PB.
        let told: Set<PackField> = [
            .chargeVoltageLimit, .chargeCurrentLimit, .dischargeCurrentLimit, .highestCell, .lowestCell,
        ]
        for number in 0..<PackField.count {
            let field = try #require(PackField(rawValue: UInt8(number)))
            if !told.contains(field), let value = sent[field] {
                #expect(read[field] == value, "\(field.name)")
            }
        }
        #expect(read.cellMillivolts == sent.cellMillivolts && read.wireMilliohms == sent.wireMilliohms)
        #expect(read.alarms == sent.alarms && read.identity == sent.identity)
        #expect(read.alarms?.value.level(of: .cellOverVoltage) == .protection)
    }
}

@Suite("A simulated bank") struct BankTests {
    @Test("packs of equal charge share the current about equally") func shares() {
        var bank = SimulatedBank([
            SimulatedPack(address: 1, at: start), SimulatedPack(address: 2, at: start),
        ])
        bank.advance(to: start + .seconds(1), wantedMilliamps: 60_000)
        #expect(abs(bank.milliamps - 60_000) <= 2)
        for pack in bank.packs { #expect(abs(pack.milliamps - 30_000) < 5_000) }
    }

    @Test("a pack whose switch is open leaves its part to the others") func openSwitch() {
        var bank = SimulatedBank(SimulatedPack.row(count: 3, at: start))
        bank.packs[1].settings[.chargeEnabled] = 0
        bank.advance(to: start + .seconds(1), wantedMilliamps: 60_000)
        #expect(bank.packs[1].milliamps <= 0)
        #expect(abs(bank.milliamps - 60_000) <= 3)
        for index in bank.packs.indices { bank.packs[index].settings[.chargeEnabled] = 0 }
        bank.advance(to: start + .seconds(2), wantedMilliamps: 60_000)
        #expect(bank.milliamps == 0)
    }

    @Test("the cells of a bank add up to the voltage of its packs") func sum() {
        let reading = SimulatedPack(address: 1, at: start).reading(at: start)
        #expect(reading.cellMillivolts?.value.sum == reading[.packVoltage]?.value)
    }
}
