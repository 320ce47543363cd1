/// The checks that protocols put behind their bytes.
public enum Checksum {
    /// CRC-16/MODBUS: initial 0xFFFF, reflected polynomial 0xA001, no final XOR; sent low byte first.
    public static func modbusCRC(_ bytes: Span<UInt8>) -> UInt16 {
        var crc: UInt16 = 0xFFFF
        for index in bytes.indices {
            crc = crc >> 8 ^ modbusTable[Int(UInt8(truncatingIfNeeded: crc) ^ bytes[index])]
        }
        return crc
    }

    /// The sum of all bytes modulo 256.
    public static func sum8(_ bytes: Span<UInt8>) -> UInt8 {
        var sum: UInt8 = 0
        for index in bytes.indices { sum &+= bytes[index] }
        return sum
    }

    /// The sum of all bytes modulo 65536.
    public static func sum16(_ bytes: Span<UInt8>) -> UInt16 {
        var sum: UInt16 = 0
        for index in bytes.indices { sum &+= UInt16(bytes[index]) }
        return sum
    }

    private static let modbusTable: [256 of UInt16] = {
        var table: [256 of UInt16] = InlineArray(repeating: 0)
        for index in 0..<256 {
            var crc = UInt16(index)
            for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0xA001 }
            table[index] = crc
        }
        return table
    }()
}
