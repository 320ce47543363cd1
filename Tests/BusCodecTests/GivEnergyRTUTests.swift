import BatteryModel
import BusCodec
import TestSupport
import Testing

/// GivEnergy's function 4: the answer repeats the first register.
///
/// Source of the frames: open-giv/bms-analysis, captures.
@Suite struct GivEnergyRTUTests {
    static let pack = bytes(
        "01 04 00 15 10 02 E1 00 00 CD 33 CF 85 FF FF FF 35 00 00 4B C0 00 00 48 A8 00 00 46 7B 5D 00 00 0E 10 00 00 "
            + "00 00 00 0B CE 00 7C 51")
    static let refusal = bytes("01 84 02 C2 C1")
    static let holding = bytes("01 03 02 00 42 38 75")

    static func bytes(_ text: String) -> [UInt8] {
        text.split(separator: " ").compactMap { UInt8($0, radix: 16) }
    }

    @Test func `an answer is found whole and not before its last byte`() {
        for length in 0..<Self.pack.count {
            guard case .incomplete = GivEnergyRTU.scanAnswer(Array(Self.pack.prefix(length)).span) else {
                Issue.record("\(length) bytes")
                continue
            }
        }
        guard case .item(let frame, Self.pack.count) = GivEnergyRTU.scanAnswer(Self.pack.span) else {
            Issue.record("not found")
            return
        }
        #expect(
            frame == ModbusRTU.Frame(address: 1, function: .readInput, kind: .readAnswer(byteCount: 38)))
    }

    @Test func `answers survive every way of delivery`() {
        let verifier = DripFeedVerifier { bytes, _ in GivEnergyRTU.scanAnswer(bytes) }
        let failures = verifier.failures(in: [Self.pack, Self.refusal, Self.holding])
        #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
    }

    @Test func `encoding gives the captured bytes`() {
        var buffer = ByteBuffer<64>()
        GivEnergyRTU.encodeInputAnswer(
            address: 1, register: 0x15, data: Self.pack.span.extracting(4..<42), into: &buffer)
        #expect((0..<buffer.count).map { buffer[$0] } == Self.pack)
    }

    @Test func `an unknown register, an address beyond 247 and a broken CRC are noise`() {
        var broken = Self.pack
        broken[10] ^= 0x40
        for bytes in [broken, Self.bytes("01 04 00 16 10 02"), Self.bytes("F8 04 00 15")] {
            guard case .noise = GivEnergyRTU.scanAnswer(bytes.span) else {
                Issue.record("\(bytes)")
                continue
            }
        }
    }
}
