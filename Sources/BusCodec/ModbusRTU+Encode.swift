extension ModbusRTU {
    /// Writes a question to read `count` registers or bits.
    public static func encodeRead<let size: Int>(
        _ function: Function = .readHolding, address: UInt8, register: UInt16, count: UInt16,
        into buffer: inout ByteBuffer<size>
    ) {
        let start = buffer.count
        buffer.append(address)
        buffer.append(function.rawValue)
        buffer.append(big: register)
        buffer.append(big: count)
        appendCRC(to: &buffer, from: start)
    }

    /// Writes a question to write one register with function 16.
    public static func encodeWriteMany<let size: Int>(
        address: UInt8, register: UInt16, value: UInt16, into buffer: inout ByteBuffer<size>
    ) {
        var data = InlineArray<2, UInt8>(repeating: 0)
        data[0] = UInt8(value >> 8)
        data[1] = UInt8(truncatingIfNeeded: value)
        encodeWriteMany(address: address, register: register, data: data.span, into: &buffer)
    }

    /// Writes a question to write registers with function 16.
    ///
    /// - Precondition: `data` is an even number of bytes, at most 246.
    public static func encodeWriteMany<let size: Int>(
        address: UInt8, register: UInt16, data: Span<UInt8>, into buffer: inout ByteBuffer<size>
    ) {
        precondition(data.count & 1 == 0 && data.count <= 246)
        let start = buffer.count
        buffer.append(address)
        buffer.append(Function.writeMany.rawValue)
        buffer.append(big: register)
        buffer.append(big: UInt16(data.count / 2))
        buffer.append(UInt8(data.count))
        buffer.append(data)
        appendCRC(to: &buffer, from: start)
    }

    /// Writes the answer that carries registers or bits.
    ///
    /// - Precondition: `data` has at most 250 bytes.
    public static func encodeReadAnswer<let size: Int>(
        _ function: Function = .readHolding, address: UInt8, data: Span<UInt8>,
        into buffer: inout ByteBuffer<size>
    ) {
        precondition(data.count <= 250)
        let start = buffer.count
        buffer.append(address)
        buffer.append(function.rawValue)
        buffer.append(UInt8(data.count))
        buffer.append(data)
        appendCRC(to: &buffer, from: start)
    }

    /// Writes the answer that confirms a write with function 16.
    public static func encodeWriteAnswer<let size: Int>(
        address: UInt8, register: UInt16, count: UInt16, into buffer: inout ByteBuffer<size>
    ) {
        encodeWriteAnswer(
            .writeMany, address: address, register: register, word: count, into: &buffer)
    }

    /// Writes the answer that confirms a write: the register, and the value (function 6) or the number of registers
    /// (function 16).
    public static func encodeWriteAnswer<let size: Int>(
        _ function: Function, address: UInt8, register: UInt16, word: UInt16,
        into buffer: inout ByteBuffer<size>
    ) {
        let start = buffer.count
        buffer.append(address)
        buffer.append(function.rawValue)
        buffer.append(big: register)
        buffer.append(big: word)
        appendCRC(to: &buffer, from: start)
    }

    /// Writes a refusal.
    public static func encodeException<let size: Int>(
        _ function: UInt8, address: UInt8, code: UInt8, into buffer: inout ByteBuffer<size>
    ) {
        let start = buffer.count
        buffer.append(address)
        buffer.append(function | 0x80)
        buffer.append(code)
        appendCRC(to: &buffer, from: start)
    }

    /// The CRC is that of the frame that begins at byte `start`, so frames can stand one behind the other.
    static func appendCRC<let size: Int>(to buffer: inout ByteBuffer<size>, from start: Int) {
        let crc = Checksum.modbusCRC(buffer.bytes.extracting(start..<buffer.count))
        buffer.append(little: crc)
    }
}
