import BatteryModel
import BusCodec
import Testing

/// Lines quoted from can-utils (`lib.h`, `candump.c`, `canplayer`) and how they are to be read.
@Suite("candump text")
struct CandumpTextTests {
    private func parse(_ line: String) throws(CANFrameTextError) -> CANFrameLine {
        let bytes = Array(line.utf8)
        return try CANFrameLine(parsing: bytes.span)
    }

    private func text(_ buffer: CANFrameLineBuffer) -> String {
        let bytes = buffer.bytes.indices.map { buffer.bytes[$0] }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func frame(
        _ identifier: UInt32, _ bytes: [UInt8], isExtended: Bool = false, kind: CANFrame.Kind = .data
    ) -> CANFrame {
        var frame = CANFrame(
            identifier: identifier, isExtended: isExtended, kind: kind, length: UInt8(bytes.count))
        for (place, byte) in bytes.enumerated() { frame.bytes[place] = byte }
        return frame
    }

    @Test(
        "log lines are the same, read and written",
        arguments: [
            "(1436509052.249713) vcan0 044#2A366C2BBA", "(1436509053.850870) vcan0 12345678#",
            "(1735270496.916858) can0 110#00112233", "(1735279041.257318) can1 104#R",
            "(1735279048.349278) can1 110#R4", "(1469439874.299654) can0 123#R8",
            "(1469439874.299654) can1 104#", "(0.000000) can0 32345678#112233",
            "(1469439874.299654) slcan12 7FF#1122334455667788", "(1469439874.299654) can0 1FFFFFFF#R5",
        ])
    func logRoundTrip(_ line: String) throws {
        var buffer = CANFrameLineBuffer()
        try parse(line).writeLog(into: &buffer)
        #expect(text(buffer) == line)
    }

    @Test(
        "console lines are the same, read and written",
        arguments: [
            "  can0  351   [8]  28 02 F4 01 20 03 E0 01", "  vcan0  12345678   [3]  11 22 33",
            "  can0  12345678   [0]  remote request", "  can0  123   [8]  remote request",
            "  can0  20001111   [7]  C6 23 7B 32 69 98 3C      ERRORFRAME", "  can0  123   [0] ",
            " (1436509052.249713)  can0  351   [2]  28 02", " (000.123456)  can0  351   [2]  28 02",
            "  351   [2]  28 02",
        ])
    func consoleRoundTrip(_ line: String) throws {
        var buffer = CANFrameLineBuffer()
        try parse(line).writeConsole(into: &buffer)
        #expect(text(buffer) == line)
    }

    @Test("the date and the text column are the same, read and written")
    func datesAndText() throws {
        let dated = " (2026-11-21 10:00:00.123456)  can0  351   [2]  28 02"
        var buffer = CANFrameLineBuffer()
        let line = try parse(dated)
        #expect(line.nanoseconds == 1_795_255_200_123_456_000)
        line.writeConsole(into: &buffer, .date)
        #expect(text(buffer) == dated)

        let texted = "  can0  14B0DC51   [8]  4A 94 E8 2A EC 58 55 62   'J..*.XUb'"
        buffer.removeAll()
        try parse(texted).writeConsole(into: &buffer, showsText: true)
        #expect(text(buffer) == texted)
    }

    @Test("every day from 1970 to 2200 is the same, read and written")
    func everyDay() throws {
        for day in stride(from: Int64(0), to: 84_000, by: 7) {
            let line = CANFrameLine(
                frame(1, []), nanoseconds: day * 86_400_000_000_000 + 1_000, interface: ASCIIText("can0"))
            var buffer = CANFrameLineBuffer()
            line.writeConsole(into: &buffer, .date)
            #expect(try CANFrameLine(parsing: buffer.bytes) == line)
        }
    }

    @Test("reads the examples of lib.h")
    func examples() throws {
        let eight: [UInt8] = [0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88]
        var remote = CANFrame(identifier: 0x123, kind: .remote, length: 7)
        #expect(try parse("123#R7").frame == remote)
        remote.length = 0
        #expect(try parse("123#R").frame == remote)
        #expect(try parse("123#R0").frame == remote)
        #expect(try parse("7A1#r").frame == CANFrame(identifier: 0x7A1, kind: .remote, length: 0))
        #expect(try parse("123#").frame == frame(0x123, []))
        #expect(try parse("12345678#").frame == frame(0x1234_5678, [], isExtended: true))
        #expect(try parse("123#00").frame == frame(0x123, [0]))
        #expect(try parse("123#1122334455667788").frame == frame(0x123, eight))
        #expect(try parse("123#11.22.33.44.55.66.77.88").frame == frame(0x123, eight))
        #expect(try parse("123#11.2233.44556677.88").frame == frame(0x123, eight))
        #expect(
            try parse("32345678#112233").frame == frame(0x1234_5678, [0x11, 0x22, 0x33], kind: .error))
    }

    @Test(
        "reads what surrounds a frame",
        arguments: [
            "(1.5) can0 351#2802 R", "(1.500000000) can0 351#2802 T\r\n", "  can0  351   [2]  28 02\n",
            "  can0       351   [2]  28 02", " (1.500000)  can0  RX - -  351   [2]  28 02   '(.'",
            " (1.500000)  can0  TX B E  351   [2]  28 02", "can0 351 [2] 28 02",
        ])
    func surroundings(_ text: String) throws {
        let line = try parse(text)
        #expect(line.frame == frame(0x351, [0x28, 0x02]))
        #expect(line.interface == ASCIIText("can0"))
        if let time = line.nanoseconds { #expect(time == 1_500_000_000) }
    }

    @Test(
        "says what is wrong, and where",
        arguments: [
            ("", .empty), ("   \n", .empty), ("can0", .endsEarly(column: 5)),
            ("(1.0) can0 123##0112233", .notClassic(column: 16)),
            ("  can0  12345678  [03]  11 22 33", .notClassic(column: 19)),
            ("  can0  123   [9]  11", .tooManyBytes(column: 16)),
            ("1234#11", .identifierDigits(column: 1)), ("800#11", .identifierTooLarge(column: 1)),
            ("can0 FFFFFFFF#11", .identifierTooLarge(column: 6)), ("123#1", .endsEarly(column: 6)),
            ("123#112233445566778899", .tooManyBytes(column: 21)), ("12G#11", .unexpected(column: 3)),
            ("123#1Z", .unexpected(column: 6)), ("123#R9", .tooManyBytes(column: 6)),
            ("123#R88", .unexpected(column: 7)), ("123#11 22", .unexpected(column: 8)),
            ("  can0  351   [3]  28 02", .wrongCount(column: 25)),
            ("  can0  351   [1]  28 02", .wrongCount(column: 23)),
            ("  can0  351   [2]  28 2", .wrongCount(column: 23)),
            ("  can0  351   (2)  28 02", .unexpected(column: 15)),
            ("  can0  351   [0]  remote reques", .unexpected(column: 27)),
            ("(12:3) can0 123#", .time(column: 4)), ("(2026-13-01 00:00:00.0) can0 123#", .time(column: 1)),
            ("(99999999999.0) can0 123#", .time(column: 1)), ("(1.0 can0 123#", .time(column: 5)),
        ] as [(String, CANFrameTextError)])
    func errors(_ line: String, _ expected: CANFrameTextError) {
        #expect(throws: expected) { try parse(line) }
    }

    @Test("random frames are the same, written and read in both forms")
    func random() throws {
        var generator = SplitMix(state: 4)
        for _ in 0..<5_000 {
            let line = CANFrameLine(
                randomFrame(&generator),
                nanoseconds: .random(in: 0...4_000_000_000_000_000, using: &generator) * 1_000,
                interface: ASCIIText("can0"))
            var log = CANFrameLineBuffer()
            line.writeLog(into: &log)
            #expect(try CANFrameLine(parsing: log.bytes) == line)
            var console = CANFrameLineBuffer()
            let isDated = generator.next() & 1 == 0
            line.writeConsole(
                into: &console, isDated ? .date : .seconds, showsText: generator.next() & 1 == 0)
            #expect(try CANFrameLine(parsing: console.bytes) == line)
        }
    }

    private func randomFrame(_ generator: inout SplitMix) -> CANFrame {
        let kind: CANFrame.Kind = [.data, .data, .remote, .error].randomElement(using: &generator) ?? .data
        let isExtended = kind != .error && generator.next() & 1 == 0
        let mask: UInt32 = isExtended || kind == .error ? 0x1FFF_FFFF : 0x7FF
        var frame = CANFrame(
            identifier: UInt32(truncatingIfNeeded: generator.next()) & mask, isExtended: isExtended,
            kind: kind, length: .random(in: 0...8, using: &generator))
        if kind != .remote {
            for place in 0..<Int(frame.length) {
                frame.bytes[place] = .random(in: 0...255, using: &generator)
            }
        }
        return frame
    }

    @Test("no line of noise makes it stumble")
    func noise() {
        var generator = SplitMix(state: 8)
        let alphabet = Array("(). #[]0123456789ABCDEFRrTXcan-:'\n\t\u{7F}".utf8)
        for _ in 0..<50_000 {
            let count = Int.random(in: 0...60, using: &generator)
            let line = (0..<count).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
            _ = try? CANFrameLine(parsing: line.span)
        }
    }
}
