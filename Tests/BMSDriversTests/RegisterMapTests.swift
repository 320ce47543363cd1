import BMSDrivers
import BatteryModel
import BusCodec
import TestSupport
import Testing

/// What drivers have in common that read registers, shown with those that do.
@Suite("BMS drivers that read Modbus registers")
struct RegisterMapTests {
    private static let reading = PackReading.sample(address: 1)

    private static func answer(_ driver: BMSDriver, to request: String) -> String {
        var buffer = AnswerBuffer()
        driver.answer(hex(request).span, reading, &buffer)
        return hexText(buffer.array)
    }

    private static func request(
        _ function: ModbusRTU.Function, address: UInt8 = 1, register: UInt16, count: UInt16
    ) -> String {
        var buffer = RequestBuffer()
        ModbusRTU.encodeRead(function, address: address, register: register, count: count, into: &buffer)
        return hexText(buffer.array)
    }

    @Test("the battery answers a part of what it would answer whole")
    func partOfBlock() {
        let whole = hex(
            Self.answer(PaceModbus.driver, to: Self.request(.readHolding, register: 0, count: 13)))
        let part = hex(Self.answer(PaceModbus.driver, to: Self.request(.readHolding, register: 1, count: 2)))
        #expect(whole.count == 31 && part.count == 9 && part[3..<7] == whole[5..<9])
        let last = hex(Self.answer(PaceModbus.driver, to: Self.request(.readHolding, register: 12, count: 1)))
        #expect(last.count == 7 && last[3..<5] == whole[27..<29])
    }

    @Test(
        "what it does not have it refuses, and it cannot be written",
        arguments: [
            ("no such register", "01 03 00 0D 00 01 15 C9", "01 83 02 C0 F1"),
            ("behind the end of a block", "01 03 00 0C 00 02 04 08", "01 83 02 C0 F1"),
            ("no register", "01 03 00 00 00 00 45 CA", "01 83 02 C0 F1"),
            ("another function", "01 04 00 00 00 0D 31 CF", "01 84 02 C2 C1"),
            ("a write of one", "01 06 00 3D 0D AC 1C EB", "01 86 01 83 A0"),
            ("a write of many", "01 10 00 C8 00 01 02 00 00 B6 18", "01 90 01 8D C0"),
            ("another pack", "02 03 00 00 00 0D 84 3C", ""),
            ("a damaged question", "01 03 00 00 00 0D 84 0E", ""),
            ("bits, which it does not know", "01 01 00 00 00 0D FD CF", ""),
        ])
    func refusals(_ why: String, _ request: String, _ answer: String) {
        #expect(Self.answer(PaceModbus.driver, to: request) == answer, "\(why)")
    }

    @Test("bits are answered as they are asked for, or not at all")
    func bits() {
        let whole = Self.answer(SeplosV3.driver, to: Self.request(.readCoils, register: 0x1200, count: 0x90))
        #expect(hex(whole).count == 23)
        let part = Self.answer(SeplosV3.driver, to: Self.request(.readCoils, register: 0x1208, count: 8))
        #expect(part == "01 81 02 C1 91")
    }

    @Test("an answer to another question, or of another length, is refused and changes nothing")
    func foreignAnswers() {
        let driver = SeplosV3.driver
        let answers = (0..<driver.pollCount).map { driver.answers($0, 1, Self.reading) }
        for poll in 0..<driver.pollCount {
            for (other, answer) in answers.enumerated() where answer.count != answers[poll].count {
                var reading = PackReading()
                #expect(throws: AnswerError.self, "\(other) for \(poll)") {
                    try driver.decode(answer.span, poll, PackReading.sampleTime, &reading)
                }
                #expect(reading[.packVoltage] == nil && reading.alarms == nil && reading.identity == nil)
            }
        }
    }

    @Test("no two alarm bits of a driver lie in the same place", arguments: DriverTableTests.drivers)
    func alarmPlaces(_ named: DriverTableTests.NamedDriver) {
        var places: [[Int]] = []
        named.driver.visitFacts { fact in
            guard case .alarm(let bit) = fact else { return }
            places.append([Int(bit.container), Int(bit.byte), Int(bit.bit)])
        }
        #expect(Set(places).count == places.count)
    }

    @Test(
        "a line asks a pack all questions, and whoever listens understands the same",
        arguments: [false, true])
    func line(isListening: Bool) throws {
        let driver = SeplosV3.driver
        var now = Instant(nanoseconds: 0)
        var asking = PackLine(at: now)
        var listening = PackLine(isListening: true, at: now)
        _ = asking.add(address: 1, driver: driver, interval: .seconds(1), at: now)
        _ = listening.add(address: 1, driver: driver, interval: .seconds(1), at: now)
        for _ in 0..<200 {
            switch asking.step(at: now) {
            case .send:
                let request = asking.outgoing
                asking.sent(at: now)
                _ = listening.received(request.bytes, at: now)
                var buffer = AnswerBuffer()
                driver.answer(request.bytes, Self.reading, &buffer)
                now = now + .milliseconds(30)
                _ = asking.received(buffer.bytes, at: now)
                _ = listening.received(buffer.bytes, at: now)
            case .wait: now = now + .milliseconds(10)
            }
            _ = listening.step(at: now)
        }
        let heard = isListening ? listening[0].reading : asking[0].reading
        #expect(heard.cells == Self.reading.cells && heard.alarms != nil && heard.identity != nil)
        for field in [
            PackField.current, .soc, .chargeSwitch, .chargeCurrentLimit, .cellOverVoltage, .mosfetTemperature,
        ] {
            #expect(heard[field]?.value == Self.reading[field]?.value, "\(field.name)")
        }
        #expect(asking.noise.total == 0 && listening.noise.total == 0 && asking.unexpectedAnswers == 0)
    }
}
