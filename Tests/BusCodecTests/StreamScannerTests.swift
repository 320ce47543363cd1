import BusCodec
import TestSupport
import Testing

/// How a stream is cut into items, whatever the grammar.
@Suite struct StreamScannerTests {
    /// Items are `length bytes…`; a length of 0 is noise, one of 0xFF a wrong checksum.
    private static func grammar(_ bytes: Span<UInt8>, _ isLast: Bool) -> ScanStep<[UInt8]> {
        switch bytes[0] {
        case 0: .noise(.noStart)
        case 0xFF: .noise(.checksum)
        case let length where bytes.count >= Int(length): .item(array(bytes), length: Int(length))
        default: .incomplete
        }
    }

    struct Row: Sendable {
        var bytes: String
        var items: [String]
        var pending: Int
        /// Dropped for no start, checksum, truncated and overflow, before a silence.
        var noise: [UInt64]
        /// The same after a silence, and the items that came of it.
        var after: [UInt64]
        var late: [String] = []
    }

    /// For a scanner that holds 8 bytes.
    static let rows: [Row] = [
        Row(bytes: "", items: [], pending: 0, noise: [0, 0, 0, 0], after: [0, 0, 0, 0]),
        Row(bytes: "01", items: ["01"], pending: 0, noise: [0, 0, 0, 0], after: [0, 0, 0, 0]),
        Row(
            bytes: "02 AA 00 03 BB CC FF", items: ["02 AA", "03 BB CC"], pending: 0, noise: [1, 1, 0, 0],
            after: [1, 1, 0, 0]),
        Row(
            bytes: "08 01 02 03 04 05 06 07 08 01", items: ["08 01 02 03 04 05 06 07"], pending: 2,
            noise: [0, 0, 0, 0], after: [0, 0, 1, 0], late: ["01"]),
        Row(
            bytes: "05 02 00", items: [], pending: 3, noise: [0, 0, 0, 0], after: [0, 0, 1, 0],
            late: ["02 00"]),
        Row(bytes: "05 04 03", items: [], pending: 3, noise: [0, 0, 0, 0], after: [0, 0, 3, 0]),
        Row(
            bytes: "09 01 01 01 01 01 01 01", items: Array(repeating: "01", count: 7), pending: 0,
            noise: [0, 0, 0, 1], after: [0, 0, 0, 1]),
        Row(
            bytes: "20 20 20 20 20 20 20 20 20 20", items: [], pending: 7, noise: [0, 0, 0, 3],
            after: [0, 0, 7, 3]),
        Row(
            bytes: "FE FE 02 AA FE FE FE FE FE FE FE", items: ["02 AA"], pending: 7, noise: [0, 0, 0, 2],
            after: [0, 0, 7, 2]),
    ]

    @Test(arguments: rows, Cutting.allCases)
    func `items, waiting bytes and dropped bytes are the same however the stream is cut`(
        row: Row, cutting: Cutting
    ) {
        var random = SeededRandom(seed: 23)
        var scanner = StreamScanner<8>()
        var items: [String] = []
        for piece in cutting.pieces(of: hex(row.bytes), using: &random) {
            scanner.received(piece.span, grammar: Self.grammar) { bytes, _ in
                items.append(hexText(array(bytes)))
            }
        }
        let before = noise(scanner)
        let pending = scanner.pendingBytes
        var late: [String] = []
        scanner.silence(grammar: Self.grammar) { bytes, _ in late.append(hexText(array(bytes))) }
        #expect(items == row.items, "\(row.bytes)")
        #expect(pending == row.pending, "\(row.bytes)")
        #expect(before == row.noise, "\(row.bytes)")
        #expect(late == row.late, "\(row.bytes)")
        #expect(noise(scanner) == row.after, "\(row.bytes)")
        #expect(scanner.pendingBytes == 0, "\(row.bytes)")
    }

    @Test func `every byte of a hostile stream is in an item, dropped or waiting, and no more wait than fit`()
    {
        var random = SeededRandom(seed: 29)
        var scanner = StreamScanner<64>()
        var received = 0
        var inItems = 0
        var faults = 0
        for _ in 0..<3_000 {
            let piece = random.bytes(Int(random.next() % 200))
            received += piece.count
            scanner.received(piece.span, grammar: { bytes, _ in ModbusRTU.scanAny(bytes) }) { bytes, _ in
                inItems += bytes.count
            }
            if scanner.pendingBytes >= 64 { faults += 1 }
            if received != inItems + Int(scanner.noise.total) + scanner.pendingBytes { faults += 1 }
        }
        #expect(faults == 0)
        #expect(scanner.noise[.overflow] > 0)
    }

    @Test func `a grammar is told of a silence only at a silence`() {
        var scanner = StreamScanner<8>()
        var told: [Bool] = []
        let grammar: (Span<UInt8>, Bool) -> ScanStep<UInt8> = { bytes, isLast in
            told.append(isLast)
            return isLast ? .item(bytes[0], length: bytes.count) : .incomplete
        }
        scanner.received(hex("01 02").span, grammar: grammar) { _, _ in }
        scanner.silence(grammar: grammar) { _, _ in }
        scanner.silence(grammar: grammar) { _, _ in }
        #expect(told == [false, true])
    }

    @Test func `forgetting counts what was not understood as broken off`() {
        var scanner = StreamScanner<8>()
        scanner.received(hex("05 01 02").span, grammar: Self.grammar) { _, _ in }
        scanner.reset()
        #expect(noise(scanner) == [0, 0, 3, 0])
        #expect(scanner.pendingBytes == 0)
    }

    @Test func `every number below the count is a cause and none beyond`() {
        let existing = (UInt8.min...UInt8.max).compactMap(NoiseCause.init(rawValue:)).map { Int($0.rawValue) }
        #expect(existing == Array(0..<NoiseCause.count))
    }

    @Test
    func `of two readings the first that is not refused counts, and a wrong checksum outweighs no start`() {
        let steps: [(String, ScanStep<Int>)] = [
            ("incomplete", .incomplete), ("noStart", .noise(.noStart)), ("checksum", .noise(.checksum)),
            ("item", .item(7, length: 1)),
        ]
        let table = steps.map { one in
            steps.map { other in name(one.1.or(other.1)) }.joined(separator: " ")
        }
        #expect(
            table == [
                "incomplete incomplete incomplete incomplete", "incomplete noStart checksum item",
                "incomplete checksum checksum item", "item item item item",
            ])
    }

    private func name(_ step: ScanStep<Int>) -> String {
        switch step {
        case .incomplete: "incomplete"
        case .noise(let cause): "\(cause)"
        case .item: "item"
        }
    }

    private func noise(_ scanner: StreamScanner<8>) -> [UInt64] {
        [.noStart, .checksum, .truncated, .overflow].map { scanner.noise[$0] }
    }
}
