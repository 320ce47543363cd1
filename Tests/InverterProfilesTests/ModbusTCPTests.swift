import BatteryModel
import BusCodec
import InverterProfiles
import Testing

/// The framing of Modbus TCP.
///
/// G: MODBUS Messaging on TCP/IP Implementation Guide V1.0b, section 3.1.3, and Modbus application protocol V1.1b3;
/// "-": from the rules alone.
@Suite("Modbus TCP")
struct ModbusTCPTests {
    @Test(
        "a server finds every request",
        arguments: [
            ("15 01 00 00 00 06 FF 03 00 04 00 01", 0x1501, 0xFF, 3, .readRequest(register: 4, count: 1)),
            (
                "00 01 00 00 00 06 01 03 9C 86 00 40", 1, 1, 3,
                .readRequest(register: 40_070, count: 64)
            ),
            ("00 02 00 00 00 06 01 06 9C D8 00 05", 2, 1, 6, .writeRequest(register: 40_152, count: 1)),
            (
                "00 03 00 00 00 09 01 10 9C 90 00 01 02 00 C8", 3, 1, 16,
                .writeRequest(register: 40_080, count: 1)
            ),
            ("00 04 00 00 00 02 01 07", 4, 1, 7, nil),
        ] as [(String, UInt16, UInt8, UInt8, ModbusRTU.Frame.Kind?)])
    func requests(
        _ text: String, _ transaction: UInt16, _ unit: UInt8, _ function: UInt8, _ kind: ModbusRTU.Frame.Kind?
    ) {
        let bytes = bytes(text)
        guard case .item(let frame, bytes.count) = ModbusTCP.scanRequest(bytes.span) else {
            Issue.record("not found")
            return
        }
        #expect(
            frame == ModbusTCP.Frame(transaction: transaction, unit: unit, function: function, kind: kind))
        for length in 0..<bytes.count {
            let head = Array(bytes.prefix(length))
            if case .incomplete = ModbusTCP.scanRequest(head.span) { continue }
            Issue.record("\(length) bytes are no whole request")
        }
    }

    @Test(
        "a client finds every answer",
        arguments: [
            ("15 01 00 00 00 05 FF 03 02 00 05", 3, .readAnswer(byteCount: 2)),
            ("00 01 00 00 00 03 01 83 02", 3, .exception(code: 2)),
            ("00 02 00 00 00 06 01 06 9C D8 00 05", 6, .writeAnswer(register: 40_152, count: 1)),
            ("00 03 00 00 00 06 01 10 9C 90 00 01", 16, .writeAnswer(register: 40_080, count: 1)),
        ] as [(String, UInt8, ModbusRTU.Frame.Kind)])
    func answers(_ text: String, _ function: UInt8, _ kind: ModbusRTU.Frame.Kind) {
        let bytes = bytes(text)
        guard case .item(let frame, bytes.count) = ModbusTCP.scanAnswer(bytes.span) else {
            Issue.record("not found")
            return
        }
        #expect(frame.function == function && frame.kind == kind)
    }

    @Test(
        "a damaged frame is none",
        arguments: [
            "00 01 00 01 00 06 01 03 9C 86 00 40", "00 01 00 00 00 07 01 03 9C 86 00 40 00",
            "00 01 00 00 00 01 01 03 9C 86 00 40", "00 01 00 00 01 00 01 03 9C 86 00 40",
            "00 03 00 00 00 09 01 10 9C 90 00 02 02 00 C8", "00 03 00 00 00 02 01 10",
        ])
    func damaged(_ text: String) {
        guard case .noise = ModbusTCP.scanRequest(bytes(text).span) else {
            Issue.record("taken for a request")
            return
        }
    }

    @Test("an answer repeats the number and the unit of its question")
    func repeats() {
        for (question, expected) in [
            ("12 34 00 00 00 06 01 03 9C 40 00 02", "12 34 00 00 00 07 01 03 04 53 75 6E 53"),
            ("AB CD 00 00 00 06 FF 04 9C 40 00 01", "AB CD 00 00 00 05 FF 04 02 53 75"),
            ("00 02 00 00 00 06 01 03 00 00 00 02", "00 02 00 00 00 03 01 83 02"),
            ("00 02 00 00 00 06 01 03 9C 40 00 7E", "00 02 00 00 00 03 01 83 03"),
            ("00 02 00 00 00 06 01 03 9C 40 00 00", "00 02 00 00 00 03 01 83 03"),
            ("00 04 00 00 00 02 01 07", "00 04 00 00 00 03 01 87 01"),
            ("00 05 00 00 00 06 01 06 9C 99 00 07", "00 05 00 00 00 06 01 06 9C 99 00 07"),
            ("00 06 00 00 00 09 01 10 9C 90 00 01 02 00 C8", "00 06 00 00 00 03 01 90 03"),
            ("00 07 00 00 00 06 02 03 9C 40 00 02", "00 07 00 00 00 03 02 83 0B"),
            ("00 09 00 00 00 06 00 03 9C 40 00 01", "00 09 00 00 00 05 00 03 02 53 75"),
            ("00 08 00 00 00 07 01 10 9C 99 00 00 00", "00 08 00 00 00 03 01 90 03"),
        ] {
            #expect(reply(to: question) == expected)
        }
    }

    @Test("a stream is cut the same however it arrives, also behind bytes that are no header")
    func pieces() {
        let stream = bytes(
            "FF 11 22 00 01 00 00 00 06 01 03 9C 86 00 40 00 04 00 00 00 02 01 07 00 02 00 00 00 06 01 06 9C D8 00 05"
        )
        for size in 1...stream.count {
            var scanner = StreamScanner<1_024>()
            var found: [UInt16] = []
            for start in stride(from: 0, to: stream.count, by: size) {
                let piece = Array(stream[start..<min(start + size, stream.count)])
                scanner.received(piece.span, grammar: { head, _ in ModbusTCP.scanRequest(head) }) {
                    _, frame in
                    found.append(frame.transaction)
                }
            }
            #expect(found == [1, 4, 2] && scanner.noise.total == 3)
        }
    }

    @Test("random bytes do not stop it")
    func noise() {
        var generator = SplitMix(state: 11)
        for _ in 0..<20_000 {
            let length = Int.random(in: 0...300, using: &generator)
            var bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
            // A header that fits, so that bodies are looked at.
            if length > 8 {
                bytes.replaceSubrange(2..<6, with: [0, 0, 0, UInt8.random(in: 0...255, using: &generator)])
                bytes[7] = [3, 4, 6, 16, 0x83, 7][Int.random(in: 0..<6, using: &generator)]
            }
            _ = SerialFraming.modbusTCP.scanQuestion(bytes.span)
            _ = SerialFraming.modbusTCP.scanAnswer(bytes.span)
            var payload = SerialPayload()
            SerialFraming.modbusTCP.readPayload(of: bytes.span, into: &payload)
            #expect(payload.count <= max(0, length - 9))
        }
    }

    @Test("the inverter side is understood over a network as on a line")
    func sides() throws {
        let profile = SunSpecBattery.profile
        let talk = try #require(profile.serial?.overTCP)
        var generator = SplitMix(state: 9)
        let bank = BankReading.random(using: &generator)
        let heard = try SerialProfileTests.converse(profile, talk, bank, ProfileOptions())
        let same = try SerialProfileTests.converse(
            profile, #require(profile.serial), bank, ProfileOptions())
        #expect(heard.numbers == same.numbers)
        var question = SerialBuffer()
        talk.framing.write(
            SerialQuestion(code: 40_070, count: 64), to: 1, transaction: 1, into: &question)
        #expect(hexadecimal(question) == "00 01 00 00 00 06 01 03 9C 86 00 40")
        #expect(PylontechRS485.profile.serial?.overTCP == nil)
    }

    private func reply(to text: String) -> String {
        var generator = SplitMix(state: 3)
        let line = SerialLine(SunSpecBattery.profile, overTCP: true)
        return line?.answer(text, .random(using: &generator))?.bytes ?? "no question"
    }
}
