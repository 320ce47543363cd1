import BMSDrivers
import BatteryModel
import BusCodec
import Testing

@Suite struct JKDecodeTests {
    let status = bytes(JKFrames.statusB1)

    @Test("every bit of the alarm word raises its alarm", arguments: UInt32(0)..<32)
    func alarmBit(_ bit: UInt32) throws {
        let word: [UInt8] = (0..<4).map { UInt8(truncatingIfNeeded: (UInt32(1) << bit) >> UInt32(8 * $0)) }
        let reading = try decoded(record(status, with: word, at: 0xA0), JKQuestion.status)
        let levels: [UInt32: AlarmLevel] = [0: .warning, 18: .info, 21: .warning, 22: .warning, 23: .warning]
        let kinds: [AlarmKind] = [
            .wireResistance, .mosfetOverTemperature, .cellCountMismatch, .currentSensorFault,
            .cellOverVoltage,
            .packOverVoltage, .chargeOverCurrent, .chargeShortCircuit, .chargeOverTemperature,
            .chargeUnderTemperature, .internalCommunication, .cellUnderVoltage, .packUnderVoltage,
            .dischargeOverCurrent, .dischargeShortCircuit, .dischargeOverTemperature, .chargeSwitchFault,
            .dischargeSwitchFault, .positionLost, .undocumented, .dischargeSwitchFault,
            .batteryOverTemperature,
            .temperatureSensorFault, .parallelLimiterFault,
        ]
        var expected = AlarmSet()
        if bit >= 24 {
            expected.raise(.undocumented, .info)
        } else if bit != 19 {
            expected.raise(kinds[Int(bit)], levels[bit] ?? .protection)
        }
        #expect(reading.alarms?.value == expected)
        #expect(reading.value(.alarmWord).map(UInt32.init(bitPattern:)) == 1 << bit)
    }

    @Test("the default password of a healthy pack is not an alarm")
    func password() throws {
        let reading = try decoded(status, JKQuestion.status)
        #expect(reading.value(.alarmWord) == 0x0008_0000)
        #expect(reading.alarms?.value.isEmpty == true)
    }

    @Test("a present cell that reads 0 is 0 mV, an absent cell is not there")
    func presence() throws {
        let dead = try decoded(record(status, with: [0, 0], at: 4), JKQuestion.status)
        #expect(dead.cellMillivolts?.value[2] == 0)
        #expect(dead.cellMillivolts?.value.lowest?.value == 0)
        #expect(dead.cellMillivolts?.value.count == 16)
        let gone = try decoded(record(status, with: [0xFB, 0xFF], at: 0x40), JKQuestion.status)
        #expect(gone.cellMillivolts?.value[2] == nil)
        #expect(gone.wireMilliohms?.value[2] == nil)
        #expect(gone.cellMillivolts?.value.count == 15)
    }

    @Test("an absent sensor, and a pack without cells, replace what was known before")
    func absence() throws {
        let before = try decoded(status, JKQuestion.status)
        var bare = record(status, with: [0b1110_0011], at: 0xD0)
        bare = record(bare, with: [0, 0, 0, 0], at: 0x40)
        bare = record(bare, with: [0x46, 0x70], at: 0xF0)
        let after = try decoded(bare, JKQuestion.status, at: at(10), after: before)
        #expect(after.value(.mosfetTemperature) == 189)
        #expect(after.value(.temperature1) == 169)
        #expect(after.value(.temperature2) == nil)
        #expect(after.value(.temperature3) == nil)
        #expect(after.value(.temperature4) == 169)
        #expect(after.value(.sensorsPresent) == 0b1_0011)
        #expect(after.cellMillivolts == nil)
        #expect(after.wireMilliohms == nil)
    }

    static let impossible: [(name: StaticString, offset: Int, bytes: [UInt8])] = [
        ("SOC", 0xA7, [101]),
        ("SOCSOH", 0xB8, [200]),
        ("CellVol", 0x06, [0xFF, 0xFF]),
        ("BatVol", 0x90, [0xFF, 0xFF, 0xFF, 0xFF]),
        ("BatCurrent", 0x98, [0, 0, 0, 0x80]),
        ("TempBat2", 0x9E, [0xFF, 0x7F]),
        ("Charge", 0xC0, [2]),
        ("Discharge", 0xC1, [0xFF]),
        ("SOCFullChargeCap", 0xAC, [0, 0, 0, 0x40]),
    ]

    @Test(
        "one impossible number refuses the whole answer and leaves the reading as it was",
        arguments: impossible)
    func refusal(_ row: (name: StaticString, offset: Int, bytes: [UInt8])) throws {
        let before = try decoded(status, JKQuestion.status)
        var reading = before
        do {
            let changed = record(status, with: row.bytes, at: row.offset)
            try JKPB.driver.decode(changed.span, JKQuestion.status, at(1), &reading)
            Issue.record("believed")
        } catch AnswerError.signal(.outOfRange(let signal, _)) {
            #expect(signal == SignalName(row.name))
        }
        #expect(reading.values == before.values)
        #expect(reading.cells == before.cells)
    }

    @Test("a number that is only informative is left out where it is impossible")
    func information() throws {
        var changed = record(status, with: [0xFF, 0xFF, 0xFF, 0xFF], at: 0xB4)
        changed = record(changed, with: [0xFF], at: 0x48)
        let reading = try decoded(changed, JKQuestion.status)
        #expect(reading.value(.throughput) == nil)
        #expect(reading.value(.highestCellNumber) == nil)
        #expect(reading.value(.soc) == 650)
    }

    @Test("a register answer of another length is refused")
    func wrongLength() {
        let answer = bytes("01 03 0A 00 00 C0 29 00 00 00 00 00 00 90 24")
        #expect(throws: AnswerError.wrongLength(needed: 133, got: 15)) {
            try decoded(answer, JKQuestion.pack)
        }
    }

    @Test("an answer of another kind is refused")
    func wrongKind() {
        #expect(throws: AnswerError.wrongStructure) { try decoded(status, JKQuestion.settings) }
        #expect(throws: AnswerError.wrongStructure) { try decoded(status, JKQuestion.cells) }
        #expect(throws: AnswerError.wrongStructure) {
            try decoded(bytes(JKFrames.limitsM7), JKQuestion.status)
        }
        #expect(throws: AnswerError.wrongStructure) { try decoded(status, 99) }
        #expect(throws: AnswerError.wrongStructure) { try decoded([], JKQuestion.status) }
        #expect(throws: AnswerError.wrongStructure) { try decoded(bytes("01 83 02 C0 F1"), JKQuestion.cells) }
    }

    @Test("no single wrong bit of a record is believed")
    func bitFlips() {
        let record = Array(status.prefix(300))
        for bit in 0..<(300 * 8) {
            var damaged = record
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: AnswerError.self) { try decoded(damaged, JKQuestion.status) }
        }
    }

    @Test("no single wrong bit of a register answer is believed")
    func registerBitFlips() {
        let answer = bytes(JKFrames.limitsM7)
        for bit in 0..<(answer.count * 8) {
            var damaged = answer
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: AnswerError.self) { try decoded(damaged, JKQuestion.limits) }
        }
    }
}
