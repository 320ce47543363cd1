import BatteryModel
import BusCodec
import TestSupport
import Testing

@Suite("Numbers as IEEE 754 has them")
struct Binary32Tests {
    /// Printed in or computed from the recorded frames of Battery-Emulator (KOSTAL-RS485).
    @Test(
        "are those of the recorded frames",
        arguments: [
            (256_000, 1_000, 0x4380_0000), (25_000, 1_000, 0x41C8_0000), (282_000, 1_000, 0x438D_0000),
            (266_700, 1_000, 0x4385_599A), (-12_400, 1_000, 0xC146_6666), (-12_500, 1_000, 0xC148_0000),
            (3_334, 1_000, 0x4055_6042), (226, 10, 0x41B4_CCCD), (0, 1_000, 0),
        ] as [(Int64, Int32, UInt32)])
    func recorded(_ dividend: Int64, _ divisor: Int32, _ bits: UInt32) {
        #expect(Binary32.bits(dividend, over: divisor, .nearest) == bits)
        #expect(Binary32.value(ofBits: bits, times: divisor, over: 1) == dividend)
    }

    /// Pairs that chance finds, of every size.
    private static let pairs: [(Int64, Int32)] = {
        var random = SeededRandom(seed: 32)
        return (0..<20_000).map { _ in
            let dividend = Int64(bitPattern: random.next()) >> Int64.random(in: 10...62, using: &random)
            let divisor = Int32(truncatingIfNeeded: random.next()) >> Int32.random(in: 0...30, using: &random)
            return (dividend, divisor == 0 ? 1 : divisor)
        }
    }()

    @Test("the nearest one is that of the processor; down and up lie around the quotient, next to each other")
    func processor() {
        for (dividend, divisor) in Self.pairs {
            let nearest = Binary32.bits(dividend, over: divisor, .nearest)
            if dividend.magnitude < 1 << 24, divisor.magnitude < 1 << 24 {
                #expect(
                    nearest == (Float(dividend) / Float(divisor)).bitPattern & ~(dividend == 0 ? 1 << 31 : 0))
            }
            let down = Float(bitPattern: Binary32.bits(dividend, over: divisor, .down))
            let up = Float(bitPattern: Binary32.bits(dividend, over: divisor, .up))
            #expect(down == up || down.nextUp == up)
            #expect(Float(bitPattern: nearest) == down || Float(bitPattern: nearest) == up)
            // Rounding the product cannot carry it past a number that there is.
            guard let exact = Int64(exactly: Double(dividend)), exact == dividend else { continue }
            let (least, most) = (Double(down) * Double(divisor), Double(up) * Double(divisor))
            if divisor > 0 {
                #expect(least <= Double(dividend) && most >= Double(dividend))
            } else {
                #expect(most <= Double(dividend) && least >= Double(dividend))
            }
        }
    }

    @Test("a limit that is rounded down is never read back higher, nor more than one lower")
    func limits() {
        for milliamps in stride(from: Int64(0), through: 1_000_000, by: 37) {
            let bits = Binary32.bits(milliamps, over: 1_000, .down)
            let back = Binary32.value(ofBits: bits, times: 1_000, over: 1)
            #expect(back.map { $0 <= milliamps && $0 >= milliamps - 1 } == true)
            #expect(Double(Float(bitPattern: bits)) * 1_000 <= Double(milliamps))
        }
    }

    @Test("whatever bits there are, they are what the processor makes of them, or nothing")
    func anything() {
        var random = SeededRandom(seed: 33)
        for _ in 0..<20_000 {
            let bits = UInt32(truncatingIfNeeded: random.next())
            let number = Double(Float(bitPattern: bits)) * 1_000
            guard let value = Binary32.value(ofBits: bits, times: 1_000, over: 1) else {
                #expect(!number.isFinite || number.magnitude >= 0x1p61)
                continue
            }
            #expect(Double(value) == number.rounded())
        }
        for bits in [0x7F80_0000, 0xFF80_0000, 0x7FC0_0000, 0x7F7F_FFFF] as [UInt32] {
            #expect(Binary32.value(ofBits: bits, times: 1, over: 1) == nil)
        }
        #expect(Binary32.value(ofBits: 0x8000_0000, times: 1_000, over: 1) == 0)
        #expect(Binary32.value(ofBits: 1, times: .max, over: 1) == 0)
        // A half goes away from 0, in whichever sign it comes.
        #expect(Binary32.value(ofBits: 0x3F00_0000, times: 1, over: 1) == 1)
        #expect(Binary32.value(ofBits: 0xBF00_0000, times: 1, over: 1) == -1)
        #expect(Binary32.value(ofBits: 0x3F00_0000, times: -1, over: 1) == -1)
    }

    @Test("a row carries one in either byte order, and refuses what is none")
    func row() throws {
        let row = SignalRow(
            "limit", in: 0, byte: 1, bits: 32, float: true, times: 1_000, unit: .millivolts,
            range: 0...1_000_000, rounding: .down, 0)
        var bytes: [UInt8] = Array(repeating: 0, count: 5)
        var span = bytes.mutableSpan
        try row.store(266_700, into: &span, .little)
        #expect(bytes == [0, 0x99, 0x59, 0x85, 0x43])
        #expect(try row.value(in: bytes.span, .little) == 266_700)
        span = bytes.mutableSpan
        try row.store(266_700, into: &span, .big)
        #expect(bytes == [0, 0x43, 0x85, 0x59, 0x99])
        for (bits, value) in [(0x7FC0_0000, .max), (0xBF80_0000, -1_000), (0x4974_2410, 1_000_001_000)]
            as [(UInt64, Int64)]
        {
            #expect(throws: SignalError.outOfRange(signal: SignalName("limit"), value: value)) {
                try row.value(ofRaw: bits)
            }
        }
        #expect(throws: SignalError.outOfRange(signal: SignalName("limit"), value: -1)) {
            try row.raw(for: -1)
        }
    }
}
