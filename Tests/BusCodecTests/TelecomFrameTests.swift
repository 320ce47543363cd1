import BatteryModel
import BusCodec
import TestSupport
import Testing

/// Frames of the telecom family against captures and rules.
///
/// Sources: PYLON low voltage protocol RS485 V3.3 (2018-08-21); Tomcat42/pylontech-python, captures of US2000;
/// victorstoica114/sigrok-pylon-bms-decoders, JK and Seplos.
@Suite struct TelecomFrameTests {
    /// Questions and answers, each with the code that it carries.
    static let captures: [(text: String, code: UInt8)] = [
        ("~20024642E00202FD33", 0x42), ("~200246630000FDA9", 0x63), ("~2802464F0000FD90", 0x4F),
        ("~2002464FC0048520FCB2", 0x4F), ("~20024600800800000000FC22", 0),
        ("~20024600D012E100A280017C076CC0F9BC", 0), ("~20124600D012E100C8000708F8F8C0F9AB", 0),
        ("~20024600B01402D002B79800FAFF06C0F92D", 0), ("~200246040000FDAE", 4),
    ]

    static let samples: [[UInt8]] = captures.map { Array($0.text.utf8) + [0x0D] }

    @Test(arguments: captures) func `captures are understood and written alike`(text: String, code: UInt8) {
        let bytes = Array(text.utf8) + [0x0D]
        guard case .item(let frame, bytes.count) = TelecomFrame.scan(bytes.span) else {
            Issue.record("not understood")
            return
        }
        #expect(frame.code == code && frame.deviceClass == 0x46)
        #expect(frame.infoCharacters == bytes.count - 18)
        var info = ByteBuffer<64>()
        TelecomFrame.readInfo(of: bytes.span, into: &info)
        var written = ByteBuffer<128>()
        frame.encode(info: info.bytes, into: &written)
        #expect(hexText(written.bytes.indices.map { written.bytes[$0] }) == hexText(bytes))
    }

    @Test(arguments: samples) func `a frame survives every way of delivery, and no damage`(sample: [UInt8]) {
        // The checksum is a number: its letters may be small ones.
        let letters = (sample.count - 5..<sample.count - 1).filter { sample[$0] >= 0x41 }
        let verifier = DripFeedVerifier(dontCare: Set(letters)) { bytes, _ in TelecomFrame.scan(bytes) }
        let failures = verifier.failures(in: [sample])
        #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
    }

    @Test func `a conversation survives every way of delivery`() {
        // Damage to the single frames is tried above.
        let verifier = DripFeedVerifier(dontCare: Set(0..<64), flipStride: 3) { bytes, _ in
            TelecomFrame.scan(bytes)
        }
        let failures = verifier.failures(in: Self.samples)
        #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
    }

    @Test func `the longest frame is understood, and one with an odd number of characters is not`() {
        var random = SeededRandom(seed: 3)
        for count in [0, 1, 255, 2_047] {
            var buffer = ByteBuffer<4_200>()
            let info = random.bytes(count)
            TelecomFrame(version: 0x20, address: 2, code: 0).encode(info: info.span, into: &buffer)
            #expect(buffer.count == 18 + 2 * count && buffer.count <= TelecomFrame.maximumLength)
            guard case .item(let frame, let length) = TelecomFrame.scan(buffer.bytes) else {
                Issue.record("\(count) bytes are not understood")
                continue
            }
            #expect(frame.infoCharacters == 2 * count && length == buffer.count)
        }
        let odd = Array("~20024600F0010FD00\r".utf8)
        guard case .noise = TelecomFrame.scan(odd.span) else {
            Issue.record("an odd number of characters is understood")
            return
        }
    }
}
