extension SignalRow {
    /// The first byte behind the signal, repetitions included.
    @inlinable public var endByte: Int {
        // Inlinable: every row of every frame is asked for it.
        let lead = (order ?? .little) == .little ? Int(bit ?? 0) : 7 - Int(bit ?? 7)
        return Int(byte) + (lead + Int(bits) * Int(count) + 7) / 8
    }

    /// Reads the raw number.
    ///
    /// - Parameters:
    ///   - bytes: The container's bytes.
    ///   - containerOrder: The byte order where the row leaves it open.
    ///   - repetition: Which of ``count`` repetitions, counted from 0.
    /// - Returns: The bits as an unsigned number.
    /// - Throws: ``SignalError/tooShort(signal:neededBytes:gotBytes:)``.
    public func raw(
        in bytes: Span<UInt8>, _ containerOrder: ByteOrder = .little, repetition: Int = 0
    ) throws(SignalError) -> UInt64 {
        let order = self.order ?? containerOrder
        let place = try BitPlace(self, order, repetition, within: bytes.count)
        var result: UInt64 = 0
        if place.isWholeBytes {
            for index in 0..<place.byteCount {
                let next = UInt64(bytes[place.firstByte + index])
                result =
                    order == .little ? result | next << UInt64(8 * index) : result << 8 | next
            }
        } else {
            for index in 0..<Int(bits) {
                let position = place.position(ofBit: index, order)
                result |= UInt64(bytes[position >> 3] >> UInt8(position & 7) & 1) << UInt64(index)
            }
        }
        return result
    }

    /// Writes the raw number; bits beyond ``bits`` are ignored.
    ///
    /// - Throws: ``SignalError/tooShort(signal:neededBytes:gotBytes:)``.
    public func store(
        raw: UInt64, into bytes: inout MutableSpan<UInt8>, _ containerOrder: ByteOrder = .little,
        repetition: Int = 0
    ) throws(SignalError) {
        let order = self.order ?? containerOrder
        let place = try BitPlace(self, order, repetition, within: bytes.count)
        if place.isWholeBytes {
            for index in 0..<place.byteCount {
                let shift = order == .little ? index : place.byteCount - 1 - index
                bytes[place.firstByte + index] = UInt8(truncatingIfNeeded: raw >> UInt64(8 * shift))
            }
        } else {
            for index in 0..<Int(bits) {
                let position = place.position(ofBit: index, order)
                let mask = UInt8(1) << UInt8(position & 7)
                bytes[position >> 3] &= ~mask
                if raw >> UInt64(index) & 1 != 0 { bytes[position >> 3] |= mask }
            }
        }
    }
}

/// The bits of one repetition of a signal.
private struct BitPlace {
    /// Position of the least significant bit (little) or of the most significant bit counted from the top of
    /// its byte (big), in bits from the start of the container.
    let start: Int
    let bitCount: Int

    init<Meaning>(
        _ row: SignalRow<Meaning>, _ order: ByteOrder, _ repetition: Int, within count: Int
    ) throws(SignalError) {
        let lead = order == .little ? Int(row.bit ?? 0) : 7 - Int(row.bit ?? 7)
        bitCount = Int(row.bits)
        start = Int(row.byte) * 8 + lead + repetition * bitCount
        let end = (start + bitCount + 7) / 8
        guard end <= count else {
            throw .tooShort(signal: SignalName(row.name), neededBytes: end, gotBytes: count)
        }
    }

    var isWholeBytes: Bool { start & 7 == 0 && bitCount & 7 == 0 }
    var firstByte: Int { start >> 3 }
    var byteCount: Int { bitCount >> 3 }

    /// Where bit `index` of the number lies, as 8 × byte + bit.
    func position(ofBit index: Int, _ order: ByteOrder) -> Int {
        if order == .little { return start + index }
        let fromTop = start + bitCount - 1 - index
        return fromTop & ~7 | (7 - fromTop & 7)
    }
}
