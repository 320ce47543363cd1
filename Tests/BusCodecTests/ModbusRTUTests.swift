import BatteryModel
import BusCodec
import TestSupport
import Testing

/// Modbus RTU against frames of vendors, captures and rules.
@Suite struct ModbusRTUTests {
    typealias Frame = ModbusRTU.Frame

    @Test(arguments: ModbusVector.requests) func `a slave understands every request`(vector: ModbusVector) {
        #expect(step(ModbusRTU.scanRequest, vector.bytes) == "\(vector.frame), \(vector.bytes.count) bytes")
    }

    @Test(arguments: ModbusVector.answers) func `a master understands every answer`(vector: ModbusVector) {
        #expect(step(ModbusRTU.scanAnswer, vector.bytes) == "\(vector.frame), \(vector.bytes.count) bytes")
    }

    @Test(arguments: ModbusVector.requests + ModbusVector.answers.filter { $0.function != .writeOne })
    func `a listener understands both`(vector: ModbusVector) {
        #expect(step(ModbusRTU.scanAny, vector.bytes) == "\(vector.frame), \(vector.bytes.count) bytes")
    }

    @Test(arguments: ModbusVector.requests + ModbusVector.answers)
    func `encoding what was understood gives the same bytes, also behind other bytes`(vector: ModbusVector) {
        var buffer = ByteBuffer<512>()
        let behind: [UInt8] = vector.bytes + [0x55]
        buffer.append(behind.span)
        if encode(vector, into: &buffer) {
            #expect(hexText(array(buffer.bytes)) == hexText(behind + vector.bytes))
        }
    }

    @Test(arguments: ModbusVector.requests + ModbusVector.answers)
    func `a frame is incomplete up to its last byte`(vector: ModbusVector) {
        let isRequest = ModbusVector.requests.contains { $0.bytes == vector.bytes }
        let scan = isRequest ? ModbusRTU.scanRequest : ModbusRTU.scanAnswer
        let early = (0..<vector.bytes.count).filter {
            step(scan, Array(vector.bytes.prefix($0))) != "incomplete"
        }
        #expect(early == [])
    }

    @Test func `requests survive every way of delivery`() {
        let verifier = DripFeedVerifier { bytes, _ in ModbusRTU.scanRequest(bytes) }
        let failures = verifier.failures(in: ModbusVector.requests.map(\.bytes))
        #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
    }

    @Test func `answers survive every way of delivery`() {
        let verifier = DripFeedVerifier { bytes, _ in ModbusRTU.scanAnswer(bytes) }
        let failures = verifier.failures(in: ModbusVector.answers.map(\.bytes))
        #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
    }

    @Test func `a conversation survives every way of delivery`() {
        let verifier = DripFeedVerifier(flipStride: 3) { bytes, _ in ModbusRTU.scanAny(bytes) }
        let samples = zip(ModbusVector.requests, ModbusVector.answers).flatMap { [$0.bytes, $1.bytes] }
        let failures = verifier.failures(in: samples)
        #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
    }

    @Test func `frames of every even number of bytes up to the longest are understood`() {
        var faults: [Int] = []
        var random = SeededRandom(seed: 17)
        for byteCount in stride(from: 2, through: 250, by: 2) {
            var buffer = ByteBuffer<256>()
            let registers = random.bytes(byteCount)
            ModbusRTU.encodeReadAnswer(.readInput, address: 247, data: registers.span, into: &buffer)
            let frame = Frame(address: 247, function: .readInput, kind: .readAnswer(byteCount: byteCount))
            let expected = "\(frame), \(byteCount + 5) bytes"
            if step(ModbusRTU.scanAnswer, array(buffer.bytes)) != expected { faults.append(byteCount) }
        }
        for count in 1...123 {
            let body = hex("01 10 00 00 00") + [UInt8(count), UInt8(2 * count)] + random.bytes(2 * count)
            let crc = Checksum.modbusCRC(body.span)
            let request = body + [UInt8(crc & 0xFF), UInt8(crc >> 8)]
            let kind = Frame.Kind.writeRequest(register: 0, count: UInt16(count))
            let expected = "\(Frame(address: 1, function: .writeMany, kind: kind)), \(request.count) bytes"
            if step(ModbusRTU.scanRequest, request) != expected { faults.append(-count) }
            if step(ModbusRTU.scanAny, request) != expected { faults.append(-1000 - count) }
        }
        #expect(faults == [])
    }

    @Test(arguments: ModbusVector.bits) func `who asks for bits understands them`(vector: ModbusVector) {
        let bytes = vector.bytes
        let isRequest = if case .readRequest = vector.kind { true } else { false }
        let (own, other): (ModbusRTU.Sides, ModbusRTU.Sides) =
            isRequest ? (.requests, .answers) : (.answers, .requests)
        for sides in [own, .both] {
            let scan: (Span<UInt8>) -> ScanStep<Frame> = { ModbusRTU.scan($0, accepting: sides, bits: true) }
            #expect(step(scan, bytes) == "\(vector.frame), \(bytes.count) bytes")
            #expect((0..<bytes.count).allSatisfy { step(scan, Array(bytes.prefix($0))) == "incomplete" })
            #expect(step({ ModbusRTU.scan($0, accepting: sides) }, bytes) == "noStart")
        }
        let misread = step({ ModbusRTU.scan($0, accepting: other, bits: true) }, bytes)
        #expect(!misread.hasSuffix("bytes"), "\(misread)")
        var buffer = ByteBuffer<512>()
        if encode(vector, into: &buffer) { #expect(array(buffer.bytes) == bytes) }
    }

    @Test func `questions for bits and their answers survive every way of delivery`() {
        let verifier = DripFeedVerifier { bytes, _ in ModbusRTU.scan(bytes, accepting: .both, bits: true) }
        let failures = verifier.failures(in: ModbusVector.bits.map(\.bytes))
        #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
    }

    struct Refused: Sendable {
        var why: String
        var bytes: String
        var request: String
        var answer: String
        var either: String
    }

    static let refused: [Refused] = [
        Refused(why: "nothing", bytes: "", request: "incomplete", answer: "incomplete", either: "incomplete"),
        Refused(why: "address 248", bytes: "F8 03", request: "noStart", answer: "noStart", either: "noStart"),
        Refused(why: "function 1", bytes: "01 01", request: "noStart", answer: "noStart", either: "noStart"),
        Refused(
            why: "refused function 1", bytes: "01 81", request: "noStart", answer: "noStart",
            either: "noStart"),
        Refused(
            why: "a master refuses", bytes: "01 83", request: "noStart", answer: "incomplete",
            either: "incomplete"),
        Refused(
            why: "no registers", bytes: "01 03 00", request: "incomplete", answer: "noStart",
            either: "incomplete"),
        Refused(
            why: "half a register", bytes: "01 03 03", request: "incomplete", answer: "noStart",
            either: "incomplete"),
        Refused(
            why: "too long", bytes: "01 04 FC", request: "incomplete", answer: "noStart", either: "incomplete"
        ),
        Refused(
            why: "read request, CRC wrong", bytes: "01 03 00 15 00 01 95 CF", request: "checksum",
            answer: "noStart", either: "checksum"),
        Refused(
            why: "read answer, CRC wrong", bytes: "01 03 02 00 42 38 74", request: "incomplete",
            answer: "checksum", either: "incomplete"),
        Refused(
            why: "read answer, CRC swapped", bytes: "01 03 02 00 42 75 38 00", request: "checksum",
            answer: "checksum", either: "checksum"),
        Refused(
            why: "write request, byte count not twice the count", bytes: "01 10 00 20 00 02 03",
            request: "noStart", answer: "incomplete", either: "incomplete"),
        Refused(
            why: "write request, more than fits a frame", bytes: "01 10 00 20 00 7C F8 00",
            request: "noStart", answer: "checksum", either: "checksum"),
        Refused(
            why: "write request of no register", bytes: "01 10 00 20 00 00 00 00", request: "noStart",
            answer: "checksum", either: "checksum"),
        Refused(
            why: "write request, CRC wrong", bytes: "01 10 16 0A 00 01 02 00 00 D1 3C", request: "checksum",
            answer: "checksum", either: "checksum"),
        Refused(
            why: "single write, CRC wrong", bytes: "11 06 00 01 00 03 9A 9C", request: "checksum",
            answer: "checksum", either: "checksum"),
        Refused(
            why: "exception, CRC wrong", bytes: "01 83 02 C0 F0", request: "noStart", answer: "checksum",
            either: "checksum"),
    ]

    @Test(arguments: refused) func `what is no frame is named by its cause`(row: Refused) {
        let bytes = hex(row.bytes)
        #expect(step(ModbusRTU.scanRequest, bytes) == row.request, "\(row.why)")
        #expect(step(ModbusRTU.scanAnswer, bytes) == row.answer, "\(row.why)")
        #expect(step(ModbusRTU.scanAny, bytes) == row.either, "\(row.why)")
    }

    /// Modbus over serial line V1.02, section 2.5.1.1, with characters of ten bits.
    @Test(arguments: [
        (Int32(1_200), Int64(29_166)), (9_600, 3_645), (19_200, 1_822), (19_201, 1_750), (115_200, 1_750),
        (0, 35_000_000),
    ])
    func `a silence is 3.5 characters, above 19200 baud 1.75 ms`(baud: Int32, microseconds: Int64) {
        #expect(ModbusRTU.silence(atBaud: baud) == .microseconds(microseconds))
    }

    private func encode(_ vector: ModbusVector, into buffer: inout ByteBuffer<512>) -> Bool {
        let (function, address) = (vector.function, vector.address)
        switch vector.kind {
        case .readRequest(let register, let count):
            ModbusRTU.encodeRead(function, address: address, register: register, count: count, into: &buffer)
        case .writeRequest(let register, let count):
            guard function == .writeMany, count == 1 else { return false }
            let value = UInt16(vector.bytes[7]) << 8 | UInt16(vector.bytes[8])
            ModbusRTU.encodeWriteMany(address: address, register: register, value: value, into: &buffer)
        case .readAnswer(let byteCount):
            let registers = vector.bytes.span.extracting(3..<3 + byteCount)
            ModbusRTU.encodeReadAnswer(function, address: address, data: registers, into: &buffer)
        case .writeAnswer(let register, let count):
            guard function == .writeMany else { return false }
            ModbusRTU.encodeWriteAnswer(address: address, register: register, count: count, into: &buffer)
        case .exception(let code):
            ModbusRTU.encodeException(function.rawValue, address: address, code: code, into: &buffer)
        }
        return true
    }
}

/// A step in a word.
func step<Item>(_ scan: (Span<UInt8>) -> ScanStep<Item>, _ bytes: [UInt8]) -> String {
    switch scan(bytes.span) {
    case .incomplete: "incomplete"
    case .noise(let cause): "\(cause)"
    case .item(let item, let length): "\(item), \(length) bytes"
    }
}
