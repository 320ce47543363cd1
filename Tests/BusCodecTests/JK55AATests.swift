import BusCodec
import TestSupport
import Testing

/// The 300-byte records of JK BMS against captures.
@Suite struct JK55AATests {
    @Test(arguments: JKRecord.captured) func `a captured record is understood`(record: JKRecord) {
        #expect(step(JK55AA.scan, record.bytes) == "\(record.kind), 300 bytes", "\(record.name)")
    }

    @Test(arguments: JKRecord.captured)
    func `encoding the structure of a captured record gives the same bytes`(record: JKRecord) {
        var buffer = ByteBuffer<512>()
        let structure = record.bytes.span.extracting(6..<299)
        JK55AA.encode(record.kind, source: record.source, structure: structure, into: &buffer)
        #expect(hexText(array(buffer.bytes)) == hexText(record.bytes), "\(record.name)")
    }

    @Test func `what a short structure leaves open is zero`() {
        var buffer = ByteBuffer<300>()
        JK55AA.encode(.status, source: 5, structure: hex("01 02").span, into: &buffer)
        let expected = hex("55 AA EB 90 02 05 01 02") + [UInt8](repeating: 0, count: 291) + hex("84")
        #expect(hexText(array(buffer.bytes)) == hexText(expected))
    }

    @Test func `byte 5 is ignored`() {
        var faults: [UInt8] = []
        for source in UInt8.min...UInt8.max {
            var bytes = JKRecord.captured[0].bytes
            bytes[299] = bytes[299] &- bytes[5] &+ source
            bytes[5] = source
            if step(JK55AA.scan, bytes) != "status, 300 bytes" { faults.append(source) }
        }
        #expect(faults == [])
    }

    @Test func `only the known kinds are understood`() {
        var known: [UInt8] = []
        for kind in UInt8.min...UInt8.max {
            var bytes = JKRecord.captured[0].bytes
            bytes[299] = bytes[299] &- bytes[4] &+ kind
            bytes[4] = kind
            if step(JK55AA.scan, bytes) != "noStart" { known.append(kind) }
        }
        #expect(known == [1, 2, 3, 5, 6])
    }

    @Test(arguments: [
        ("", "incomplete"), ("55", "incomplete"), ("55 AA EB 90", "incomplete"), ("54", "noStart"),
        ("55 AB", "noStart"), ("55 AA EA", "noStart"), ("55 AA EB 91", "noStart"),
    ])
    func `a head that is no start is refused as soon as it is known`(bytes: String, expected: String) {
        #expect(step(JK55AA.scan, hex(bytes)) == expected)
    }

    @Test func `a wrong sum is named`() {
        var bytes = JKRecord.captured[0].bytes
        bytes[299] &+= 1
        #expect(step(JK55AA.scan, bytes) == "checksum")
    }

    @Test func `records survive every way of delivery`() {
        let verifier = DripFeedVerifier(flipStride: 7) { bytes, _ in JK55AA.scan(bytes) }
        let failures = verifier.failures(in: JKRecord.captured.map(\.bytes))
        #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
    }

    @Test func `records and their acknowledges on one bus survive every way of delivery`() {
        let verifier = DripFeedVerifier(flipStride: 37, grammar: scanBus)
        let trigger = hex("01 10 16 20 00 01 02 00 00 D6 F1")
        let samples = JKRecord.captured.prefix(3).map { $0.bytes + $0.acknowledge } + [trigger]
        let failures = verifier.failures(in: samples)
        #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
    }
}

/// Either of the two things on a parallel bus of JK packs.
private enum BusItem: Equatable, Sendable {
    case record(JK55AA.Kind)
    case frame(ModbusRTU.Frame)
}

private func scanBus(_ bytes: Span<UInt8>, _ isLast: Bool) -> ScanStep<BusItem> {
    JK55AA.scan(bytes).map(BusItem.record).or(ModbusRTU.scanAny(bytes).map(BusItem.frame))
}
