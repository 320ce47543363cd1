/// Modbus RTU as GivEnergy's low voltage batteries speak it: the answer of function 4 is their own.
///
/// Where Modbus has the number of bytes, that answer repeats the first register, so its length stands nowhere in it:
///
///     address, 4, register (2 bytes), registers..., CRC
///
/// Inverters ask for three blocks only, and always for all of one; an answer is known by the register that it begins
/// with. Questions, and all other answers, are those of ``ModbusRTU``.
///
/// Source: open-giv/bms-analysis, docs/01-protocol.md and docs/03-input-registers.md (wire captures and the firmware of
/// battery and inverters).
public enum GivEnergyRTU {
    /// Finds an answer at the head of what a master hears.
    public static func scanAnswer(_ head: Span<UInt8>) -> ScanStep<ModbusRTU.Frame> {
        guard head.count >= 2 else { return .incomplete }
        guard head[1] == ModbusRTU.Function.readInput.rawValue else { return ModbusRTU.scanAnswer(head) }
        guard head[0] <= 247 else { return .noise(.noStart) }
        guard head.count >= dataStart else { return .incomplete }
        guard let byteCount = byteCount(at: UInt16(head[2]) << 8 | UInt16(head[3])) else {
            return .noise(.noStart)
        }
        return ModbusRTU.check(head, length: dataStart + byteCount + 2, .readInput) { _ in
            .readAnswer(byteCount: byteCount)
        }
    }

    /// Where the registers begin in an answer to function 4.
    public static let dataStart = 4

    /// Writes the answer to function 4.
    public static func encodeInputAnswer<let size: Int>(
        address: UInt8, register: UInt16, data: Span<UInt8>, into buffer: inout ByteBuffer<size>
    ) {
        let start = buffer.count
        buffer.append(address)
        buffer.append(ModbusRTU.Function.readInput.rawValue)
        buffer.append(big: register)
        buffer.append(data)
        ModbusRTU.appendCRC(to: &buffer, from: start)
    }

    /// Number of bytes in the block that begins at `register`: 21, 19 and 20 registers.
    private static func byteCount(at register: UInt16) -> Int? {
        switch register {
        case 0x00: 42
        case 0x15: 38
        case 0x28: 40
        default: nil
        }
    }
}
