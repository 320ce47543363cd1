import BusCodec
import TestSupport
import Testing

/// Frames as dalathegreat/Battery-Emulator (KOSTAL-RS485) sends and takes them; the stuffing is computed by hand.
@Suite("Kostal frames")
struct KostalFrameTests {
    struct Sample: Sendable, CustomStringConvertible {
        var kind: KostalFrame.Kind
        var body: String
        var wire: String
        var description: String { "\(kind) \(body)" }
    }

    static let samples = [
        Sample(kind: .question, body: "4A 08", wire: "09 62 FF 02 FF 29 4A 08 23 00"),
        Sample(kind: .question, body: "4A 04", wire: "09 62 FF 02 FF 29 4A 04 27 00"),
        Sample(kind: .question, body: "53 03", wire: "09 62 FF 02 FF 29 53 03 1F 00"),
        // The sum is 0 and stuffed like any other 0.
        Sample(kind: .question, body: "75 00", wire: "07 62 FF 02 FF 29 75 01 01 00"),
        Sample(kind: .command, body: "5E 00", wire: "07 63 FF 02 FF 29 5E 02 16 00"),
        Sample(kind: .command, body: "5E 04", wire: "09 63 FF 02 FF 29 5E 04 12 00"),
        Sample(kind: .command, body: "47 07 0C 0F 0E 1A", wire: "0D 63 FF 02 FF 29 47 07 0C 0F 0E 1A E3 00"),
        Sample(kind: .confirmation, body: "", wire: "07 E3 FF 02 FF 29 F4 00"),
        Sample(kind: .answer, body: "06", wire: "08 E2 FF 02 FF 29 06 EF 00"),
        Sample(
            kind: .answer,
            body: """
                00 00 80 43 E4 70 8A 5C B5 00 D3 00 00 00 C8 41 C2 18 00 00 59 42 00 00 00 00 05 00 A0 00 00 00
                """,
            wire: """
                06 E2 FF 02 FF 29 01 08 80 43 E4 70 8A 5C B5 02 D3 01 01 05 C8 41 C2 18 01 03 59 42 01 01 01 02 05 02 \
                A0 01 01 02 4D 00
                """),
    ]

    @Test("are read and written alike", arguments: samples)
    func both(_ sample: Sample) throws {
        let wire = hex(sample.wire)
        guard case .item(let frame, wire.count) = KostalFrame.scan(wire.span) else {
            Issue.record("not found")
            return
        }
        let body = hex(sample.body)
        #expect(frame == KostalFrame(sample.kind, bodyCount: body.count))
        var read = ByteBuffer<64>()
        KostalFrame.readBody(of: wire.span, into: &read)
        #expect(array(read.bytes) == body)
        var written = ByteBuffer<80>()
        written.append(0xAA)
        KostalFrame.encode(sample.kind, body: body.span, into: &written)
        #expect(array(written.bytes) == [0xAA] + wire)
    }

    @Test("survive every way of delivery, and no single damaged bit")
    func dripFeed() {
        let verifier = DripFeedVerifier { bytes, _ in KostalFrame.scan(bytes) }
        let failures = verifier.failures(in: Self.samples.map { hex($0.wire) })
        #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
    }

    @Test(
        "what is no frame is dropped at once, however much of it there is",
        arguments: [
            // A first place in the header, behind the longest frame, no header at all.
            ("05 62 FF 02 FF 29 4A 04 27 00", .noStart), ("40 62", .noStart), ("09 64", .noStart),
            ("09 62 FF 02 FE", .noStart),
            // The places do not lead to the end; too short for an inverter; a wrong sum.
            ("08 62 FF 02 FF 29 4A 04 27 00", .truncated), ("08 62 FF 02 FF 29 4A 2B 00", .truncated),
            ("09 62 FF 02 FF 29 4A 04 28 00", .checksum),
        ] as [(String, NoiseCause)])
    func noise(_ text: String, _ cause: NoiseCause) {
        guard case .noise(cause) = KostalFrame.scan(hex(text).span) else {
            Issue.record("\(KostalFrame.scan(hex(text).span))")
            return
        }
    }

    @Test("a frame without an end is waited for no longer than the longest there is")
    func endless() {
        let endless = hex("3F E2 FF 02 FF 29") + Array(repeating: 0x11, count: 60)
        guard case .incomplete = KostalFrame.scan(endless.span.extracting(first: 63)),
            case .noise(.truncated) = KostalFrame.scan(endless.span.extracting(first: 64))
        else {
            Issue.record("not bounded")
            return
        }
    }

    @Test("the longest body fits, what is longer is cut off")
    func longest() {
        for count in [KostalFrame.mostBody, KostalFrame.mostBody + 1, 250] {
            var buffer = ByteBuffer<300>()
            KostalFrame.encode(.answer, body: Array(repeating: 0x11, count: count).span, into: &buffer)
            #expect(buffer.count == KostalFrame.maximumLength)
            guard case .item(let frame, 64) = KostalFrame.scan(buffer.bytes) else {
                Issue.record("\(count) bytes are no frame")
                continue
            }
            #expect(frame.bodyCount == KostalFrame.mostBody)
        }
    }

    private func array(_ bytes: Span<UInt8>) -> [UInt8] { bytes.indices.map { bytes[$0] } }
}
