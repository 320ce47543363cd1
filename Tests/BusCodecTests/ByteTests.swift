import BusCodec
import TestSupport
import Testing

/// Buffers, checksums and CAN frames.
@Suite struct ByteTests {
    @Test func `a buffer behaves like a queue of limited length`() {
        var random = SeededRandom(seed: 31)
        var buffer = ByteBuffer<16>()
        var queue: [UInt8] = []
        var faults: [String] = []
        for round in 0..<5_000 {
            let bytes = random.bytes(Int(random.next() % 20))
            let number = UInt16(truncatingIfNeeded: random.next())
            let room = 16 - queue.count
            var added: [UInt8] = []
            switch random.next() % 8 {
            case 0:
                let fits = buffer.append(UInt8(number & 0xFF))
                added = [UInt8(number & 0xFF)]
                if fits != (room > 0) { faults.append("round \(round): append said \(fits)") }
            case 1, 2:
                let taken = buffer.append(bytes.span)
                added = bytes
                if taken != min(room, bytes.count) { faults.append("round \(round): took \(taken)") }
            case 3:
                buffer.append(big: number)
                added = [UInt8(number >> 8), UInt8(number & 0xFF)]
            case 4:
                buffer.append(little: number)
                added = [UInt8(number & 0xFF), UInt8(number >> 8)]
            case 5:
                buffer.append(zeros: bytes.count)
                added = [UInt8](repeating: 0, count: bytes.count)
            default:
                buffer.removeFirst(bytes.count)
                queue.removeFirst(min(bytes.count, queue.count))
            }
            queue += added.prefix(room)
            if array(buffer.bytes) != queue || buffer.count != queue.count {
                faults.append("round \(round): \(hexText(array(buffer.bytes))) instead of \(hexText(queue))")
                break
            }
        }
        #expect(faults == [])
    }

    @Test func `a buffer that was emptied takes its full capacity again`() {
        var buffer = ByteBuffer<4>()
        buffer.append(hex("01 02 03").span)
        buffer.removeAll()
        #expect(buffer.append(hex("04 05 06 07 08").span) == 4)
        #expect(hexText(array(buffer.bytes)) == "04 05 06 07")
    }

    /// The check value of CRC-16/MODBUS, the worked example of the JK-PB sheet, and a vendor example.
    @Test(arguments: [
        ("", 0xFFFF), ("00", 0x40BF), ("31 32 33 34 35 36 37 38 39", 0x4B37), ("01 03 12 90 00 05", 0x9C80),
        ("01 03 00 05 00 02", 0x0AD4),
    ])
    func `the Modbus CRC is that of the vectors`(bytes: String, crc: UInt16) {
        #expect(Checksum.modbusCRC(hex(bytes).span) == crc)
    }

    @Test func `the Modbus CRC is that of the polynomial, bit by bit`() {
        var random = SeededRandom(seed: 37)
        let wrong = (0..<300).filter { length in
            let bytes = random.bytes(length)
            return Checksum.modbusCRC(bytes.span) != slowCRC(bytes)
        }
        #expect(wrong == [])
    }

    @Test(arguments: [("", 0), ("01 02 03", 6), ("FF 02", 1), ("80 80", 0)])
    func `the sum is that of all bytes modulo 256`(bytes: String, sum: UInt8) {
        #expect(Checksum.sum8(hex(bytes).span) == sum)
    }

    @Test func `a CAN frame fits in 16 bytes`() {
        #expect(MemoryLayout<CANFrame>.size <= 16)
        #expect(MemoryLayout<CANFrame>.stride <= 16)
    }

    @Test func `frames differ by identifier, length, kind of identifier, kind and each byte`() {
        let bytes = hex("01 02 03 04 05 06 07 08")
        var frames = [
            frame(0x351, bytes), frame(0x355, bytes), frame(0x351, Array(bytes.prefix(7))),
            CANFrame(identifier: 0x351, isExtended: true, payload: bytes.span),
            CANFrame(identifier: 0x351, kind: .remote, length: 8),
            CANFrame(identifier: 0x351, kind: .error, length: 8), CANFrame(identifier: 0x351, length: 8),
        ]
        for index in 0..<8 {
            var changed = bytes
            changed[index] ^= 0x80
            frames.append(frame(0x351, changed))
        }
        for (one, first) in frames.enumerated() {
            let equal = frames.indices.filter { frames[$0] == first }
            #expect(equal == [one])
        }
    }

    @Test func `a frame carries the bytes it was made from, and zeros behind them`() {
        let short = frame(0x7FF, hex("AA BB"))
        #expect(hexText(array(short.payload)) == "AA BB")
        #expect(short.length == 2 && !short.isExtended && short.kind == .data)
        #expect((2..<8).allSatisfy { short.bytes[$0] == 0 })
        #expect(frame(0x7FF, []).payload.count == 0)
    }

    @Test func `a remote request carries no bytes but keeps the length it asks for`() {
        let request = CANFrame(identifier: 0x1FFF_FFFF, isExtended: true, kind: .remote, length: 8)
        #expect(request.payload.count == 0 && request.length == 8)
    }

    private func frame(_ identifier: UInt32, _ bytes: [UInt8]) -> CANFrame {
        CANFrame(identifier: identifier, payload: bytes.span)
    }

    private func slowCRC(_ bytes: [UInt8]) -> UInt16 {
        var register: UInt16 = 0xFFFF
        for byte in bytes {
            for bit in 0..<8 {
                let feedback = (register ^ UInt16(byte >> bit)) & 1
                register = register >> 1 ^ (feedback == 1 ? 0xA001 : 0)
            }
        }
        return register
    }
}
