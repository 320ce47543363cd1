/// The answers of Voltronic's battery protocol: Modbus RTU, but with two bytes for the length of what was read.
///
///     id  03  count, 2 bytes  registers...  CRC
///
/// The text counts registers, and a JK BMS does so; a Seplos BMS counts bytes, and some programs expect the one byte of
/// Modbus. All three are understood, the first is written. Questions, writes and refusals are those of ``ModbusRTU``.
///
/// Sources: Voltronic Inverter and BMS 485 communication protocol 20201202; captures of JK (dnc392/rs485-bms-probe) and
/// Seplos (victorstoica114/sigrok-pylon-bms-decoders).
public enum VoltronicLIB {
    /// Finds an answer at the head of what the inverter side hears; the registers begin where
    /// ``dataStart(of:)`` says.
    ///
    /// An answer of one register looks like a question of Modbus: whoever listens must know who speaks.
    public static func scanAnswer(_ head: Span<UInt8>) -> ScanStep<ModbusRTU.Frame> {
        // Modbus has no answer of zero bytes, so the upper byte of the length tells the two apart.
        guard head.count > 2, head[1] == ModbusRTU.Function.readHolding.rawValue, head[2] == 0 else {
            return ModbusRTU.scanAnswer(head)
        }
        guard head[0] <= 247 else { return .noise(.noStart) }
        guard head.count > 3 else { return .incomplete }
        let count = Int(head[3])
        return read(head, byteCount: count).or(read(head, byteCount: count * 2))
    }

    /// Where the registers of an answer begin.
    public static func dataStart(of frame: Span<UInt8>) -> Int {
        frame.count > 2 && frame[2] == 0 ? 4 : 3
    }

    /// Writes the answer that carries registers, with their number in two bytes.
    ///
    /// - Precondition: `data` has at most 250 bytes.
    public static func encodeReadAnswer<let size: Int>(
        address: UInt8, data: Span<UInt8>, into buffer: inout ByteBuffer<size>
    ) {
        precondition(data.count <= 250)
        let start = buffer.count
        buffer.append(address)
        buffer.append(ModbusRTU.Function.readHolding.rawValue)
        buffer.append(big: UInt16(data.count / 2))
        buffer.append(data)
        ModbusRTU.appendCRC(to: &buffer, from: start)
    }

    private static func read(_ head: Span<UInt8>, byteCount: Int) -> ScanStep<ModbusRTU.Frame> {
        guard byteCount > 0, byteCount <= 250, byteCount & 1 == 0 else { return .noise(.noStart) }
        return ModbusRTU.check(head, length: byteCount + 6, .readHolding) { _ in
            .readAnswer(byteCount: byteCount)
        }
    }
}
