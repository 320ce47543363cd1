import BusCodec
import Testing

/// Lines of the protocol and their meaning.
struct GoldenLine: CustomTestStringConvertible, Sendable {
    let line: String
    let frame: CANFrame
    let source: String
    var testDescription: String { "\(line) (\(source))" }

    static let all = [
        GoldenLine(
            line: "T12ABCDEF2AA55", frame: dataFrame(0x12AB_CDEF, [0xAA, 0x55], extended: true),
            source: "python-can test_slcan"),
        GoldenLine(
            line: "t4563112233", frame: dataFrame(0x456, [0x11, 0x22, 0x33]), source: "python-can test_slcan"),
        GoldenLine(
            line: "r1238", frame: CANFrame(identifier: 0x123, kind: .remote, length: 8),
            source: "python-can test_slcan"),
        GoldenLine(
            line: "R12ABCDEF6",
            frame: CANFrame(identifier: 0x12AB_CDEF, isExtended: true, kind: .remote, length: 6),
            source: "python-can test_slcan"),
        GoldenLine(
            line: "t10021133", frame: dataFrame(0x100, [0x11, 0x33]), source: "LAWICEL manual, command t"),
        GoldenLine(
            line: "T0000010021133", frame: dataFrame(0x100, [0x11, 0x33], extended: true),
            source: "LAWICEL manual, command T"),
        GoldenLine(
            line: "r1002", frame: CANFrame(identifier: 0x100, kind: .remote, length: 2), source: "LAWICEL r"),
        GoldenLine(line: "t1230", frame: dataFrame(0x123, []), source: "no bytes"),
        GoldenLine(
            line: "t3598FFFFFFFFFFFFFFFF", frame: dataFrame(0x359, [UInt8](repeating: 0xFF, count: 8)),
            source: "eight bytes"),
    ]
}

func scan(_ bytes: [UInt8], with scanner: inout SLCANScanner) -> [SLCANScanner.Item] {
    var items: [SLCANScanner.Item] = []
    for byte in bytes { if let item = scanner.receive(byte) { items.append(item) } }
    return items
}

func scan(_ text: String) -> (items: [SLCANScanner.Item], faults: SLCANScanner.Faults) {
    var scanner = SLCANScanner()
    let items = scan(Array(text.utf8), with: &scanner)
    return (items, scanner.faults)
}

func text(_ line: SLCAN.Line?) -> String? {
    line.map { line in String(decoding: line.bytes.indices.map { line.bytes[$0] }, as: UTF8.self) }
}

@Suite("SLCAN lines") struct SLCANTests {
    @Test("a line is read as its frame and written as the same line", arguments: GoldenLine.all)
    func golden(row: GoldenLine) {
        #expect(scan(row.line + "\r").items == [.frame(row.frame, timestamp: nil)])
        #expect(scan(row.line.lowercasedDigits + "\r\n").items == [.frame(row.frame, timestamp: nil)])
        #expect(text(SLCAN.encode(row.frame)) == row.line + "\r")
    }

    @Test("a time stamp of four or eight digits is read") func timestamps() {
        let frame = dataFrame(0x123, [0xDE, 0xAD, 0xBE, 0xEF])
        #expect(scan("t1234DEADBEEF1A2B\r").items == [.frame(frame, timestamp: 0x1A2B)])
        #expect(scan("t1234DEADBEEF00001A2B\r").items == [.frame(frame, timestamp: 0x1A2B)])
    }

    @Test("an error frame has no line") func errorFrame() {
        #expect(SLCAN.encode(CANFrame(identifier: 0x40, kind: .error, length: 8)) == nil)
    }

    @Test("answers are told apart") func answers() {
        let expected: [SLCANScanner.Item] = [
            .acknowledged, .refused, .acknowledged, .acknowledged, .status(SLCANStatus(rawFlags: 0xA4)),
            .version(hardware: 0x10, software: 0x13),
        ]
        let (items, faults) = scan("\r\u{7}z\rZ\rFA4\rV1013\r")
        #expect(items == expected)
        #expect(faults == SLCANScanner.Faults())
    }

    @Test("status flags mean what the manual says") func status() {
        let status = SLCANStatus(rawFlags: 0b1010_0101)
        #expect(
            status.isReceiveQueueFull && status.isErrorWarning && status.isErrorPassive && status.isBusError)
        #expect(!status.isTransmitQueueFull && !status.isDataOverrun && !status.isArbitrationLost)
        #expect(status.errorFrame?.identifier == 0x84)
        #expect(status.errorFrame?.bytes[1] == 0x3D)
        #expect(SLCANStatus(rawFlags: 0x40).errorFrame == nil)
    }

    @Test(
        "the channel is opened at the bit rates the protocol has",
        arguments: zip([10, 20, 50, 100, 125, 250, 500, 800, 1000], 0...8))
    func openSequence(kilobits: Int, digit: Int) {
        #expect(text(SLCAN.openSequence(bitrateKilobits: kilobits)) == "\r\r\rC\rS\(digit)\rO\r")
    }

    @Test("a bit rate the protocol lacks has no open sequence") func noSuchRate() {
        #expect(SLCAN.openSequence(bitrateKilobits: 83) == nil)
    }

    @Test(
        "what is no line is refused and counted by cause",
        arguments: [
            ("t1239\r", "malformed"), ("t12G0\r", "malformed"), ("t8000\r", "malformed"),
            ("t1232AA\r", "malformed"),
            ("t1231AABB\r", "malformed"), ("T200000000\r", "malformed"), ("t\r", "malformed"),
            ("F1\r", "malformed"),
            ("V10\r", "malformed"), ("d1230\r", "unknown"), ("CANable\r", "unknown"), ("z0\r", "unknown"),
            ("t1230" + String(repeating: "0", count: 60) + "\r", "overlong"), ("\u{1}\r", "garbage"),
        ])
    func faults(line: String, cause: String) {
        let (items, faults) = scan(line)
        #expect(items == [])
        #expect((faults.malformedLines == 1) == (cause == "malformed"))
        #expect((faults.unknownLines == 1) == (cause == "unknown"))
        #expect((faults.overlongLines == 1) == (cause == "overlong"))
        #expect((faults.garbageBytes > 0) == (cause == "garbage" || cause == "overlong"))
        let frame = dataFrame(0x123, [0xAA])
        #expect(
            scan(line + "t1231AA\r").items == [.frame(frame, timestamp: nil)], "the next line counts again")
    }

    @Test("garbage before a frame, and half a frame, do not cost the next frame") func resynchronises() {
        let frame = dataFrame(0x123, [0xAA])
        for garbage in ["\u{0}\u{1B}[2J", "1230\r", "t1234DEAD", "FA", "xyz", "t1234DEADBE\u{7}"] {
            let items = scan(garbage + "t1231AA\r").items.filter { $0 != .refused }
            #expect(items == [.frame(frame, timestamp: nil)], "\(garbage)")
        }
    }

    @Test("any one bit flipped in a frame leaves the next frame whole") func bitFlips() {
        let bytes = Array("t1234DEADBEEF\rT12ABCDEF2AA55\r".utf8)
        let second = GoldenLine.all[0].frame
        for bit in 0..<(14 * 8) {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << UInt8(bit % 8)
            var scanner = SLCANScanner()
            #expect(scan(flipped, with: &scanner).last == .frame(second, timestamp: nil), "bit \(bit)")
        }
    }

    @Test("a scanner that is reset forgets half a line") func reset() {
        var scanner = SLCANScanner()
        _ = scan(Array("FA".utf8), with: &scanner)
        scanner.reset()
        #expect(scan(Array("F00\r".utf8), with: &scanner) == [.status(SLCANStatus(rawFlags: 0))])
    }
}

extension String {
    /// The same line with hex digits in small letters.
    fileprivate var lowercasedDigits: String { prefix(1) + dropFirst().lowercased() }
}
