import BusCodec
import TestSupport
import Testing

/// The drip-feed verifier itself: faults of a grammar must not pass.
///
/// The grammars understand `A5 length bytes… sum`, or fail to.
@Suite struct VerifierTests {
    struct Faulty: Sendable {
        var fault: String
        var grammar: @Sendable (Span<UInt8>, Bool) -> ScanStep<UInt8>
        var expected: String
    }

    static let samples = [hex("A5 03 11 22 33 0E"), hex("A5 00 A5"), hex("A5 02 A5 00 4C")]

    static let faulty: [Faulty] = [
        Faulty(
            fault: "guesses before it knows", grammar: { $0.count < 3 ? .noise(.noStart) : sound($0, $1) },
            expected: "instead of"),
        Faulty(
            fault: "ignores the sum", grammar: { bytes, _ in careless(bytes) }, expected: "can be flipped"),
        Faulty(
            fault: "understands nothing", grammar: { _, _ in .noise(.noStart) }, expected: "not understood"),
        Faulty(
            fault: "ends at a silence", grammar: { $1 ? .item($0[0], length: $0.count) : .incomplete },
            expected: "glued together:"),
        Faulty(
            fault: "takes more than it needs",
            grammar: { bytes, isLast in
                guard case .item(let item, let length) = sound(bytes, isLast) else {
                    return sound(bytes, isLast)
                }
                return .item(item, length: bytes.count > length ? length + 1 : length)
            }, expected: "instead of"),
        Faulty(
            fault: "accepts the beginning",
            grammar: { bytes, isLast in
                if isLast, bytes.count > 2, bytes[0] == 0xA5 { return .item(bytes[1], length: bytes.count) }
                return sound(bytes, isLast)
            }, expected: "is found in its first"),
    ]

    @Test(arguments: faulty) func `a fault is reported`(row: Faulty) {
        let failures = DripFeedVerifier(grammar: row.grammar).failures(in: Self.samples)
        #expect(failures.contains { $0.contains(row.expected) }, "\(row.fault): \(failures)")
        #expect(failures.count <= DripFeedVerifier<UInt8>.maximumFailures)
    }

    @Test func `a sound grammar passes`() {
        #expect(DripFeedVerifier(grammar: Self.sound).failures(in: Self.samples) == [])
    }

    @Test func `a byte that nobody covers may be flipped only where that is said`() {
        let grammar: @Sendable (Span<UInt8>, Bool) -> ScanStep<UInt8> = { bytes, _ in
            if bytes[0] != 0xA5 { return .noise(.noStart) }
            return bytes.count < 2 ? .incomplete : .item(bytes[0], length: 2)
        }
        let strict = DripFeedVerifier(grammar: grammar).failures(in: [hex("A5 77")])
        #expect(strict.count == 8 && strict.allSatisfy { $0.contains("of byte 1") })
        #expect(DripFeedVerifier(dontCare: [1], grammar: grammar).failures(in: [hex("A5 77")]) == [])
    }

    @Test func `a grammar that needs a silence passes if that is said`() {
        let verifier = DripFeedVerifier<UInt8>(needsSilence: true) { bytes, isLast in
            if bytes[0] != 0xA5 { return .noise(.noStart) }
            guard isLast else { return .incomplete }
            return Checksum.sum8(bytes.extracting(droppingLast: 1)) == bytes[bytes.count - 1]
                ? .item(bytes[0], length: bytes.count) : .noise(.checksum)
        }
        #expect(verifier.failures(in: Self.samples) == [])
    }

    @Test func `hex text is read and written`() {
        #expect(hex("01 a5\n FF00") == [0x01, 0xA5, 0xFF, 0x00])
        #expect(hexText([0x01, 0xA5, 0xFF, 0x00]) == "01 A5 FF 00")
    }

    @Test func `seeded random numbers are those of SplitMix64`() {
        // First numbers for seed 1234567 as the reference implementation prints them.
        var random = SeededRandom(seed: 1_234_567)
        #expect(random.next() == 6_457_827_717_110_365_317)
        #expect(random.next() == 3_203_168_211_198_807_973)
        #expect(random.next() == 9_817_491_932_198_370_423)
    }

    @Sendable static func sound(_ bytes: Span<UInt8>, _ isLast: Bool) -> ScanStep<UInt8> {
        guard case .item(let item, let length) = careless(bytes) else { return careless(bytes) }
        let frame = bytes.extracting(first: length)
        return Checksum.sum8(frame.extracting(droppingLast: 1)) == frame[length - 1]
            ? .item(item, length: length) : .noise(.checksum)
    }

    @Sendable static func careless(_ bytes: Span<UInt8>) -> ScanStep<UInt8> {
        if bytes[0] != 0xA5 { return .noise(.noStart) }
        guard bytes.count >= 2, bytes.count >= Int(bytes[1]) + 3 else { return .incomplete }
        return .item(bytes[1], length: Int(bytes[1]) + 3)
    }
}
