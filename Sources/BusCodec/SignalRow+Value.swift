public import BatteryModel

extension SignalRow {
    /// Reads the value in ``unit``; `nil` where the wire carries the code for "not available".
    ///
    /// - Throws: ``SignalError`` if the container is too short or the value outside ``range``.
    public func value(
        in bytes: Span<UInt8>, _ containerOrder: ByteOrder = .little, repetition: Int = 0
    ) throws(SignalError) -> Int32? {
        let raw = try raw(in: bytes, containerOrder, repetition: repetition)
        if raw == notAvailable { return nil }
        return try value(ofRaw: raw)
    }

    /// The value that a raw number stands for.
    ///
    /// - Throws: ``SignalError/outOfRange(signal:value:)``.
    public func value(ofRaw raw: UInt64) throws(SignalError) -> Int32 {
        guard unit != .bits else { return try pattern(ofRaw: raw) }
        guard let scaled = scaled(raw) else { throw .outOfRange(signal: SignalName(name), value: .max) }
        let value = scaled &+ Int64(offset)
        guard let exact = Int32(exactly: value), range.contains(exact) else {
            throw .outOfRange(signal: SignalName(name), value: value)
        }
        return exact
    }

    /// The raw number times its scale, to the nearest whole number; `nil` if that has no place in 64 bits.
    private func scaled(_ raw: UInt64) -> Int64? {
        if isFloat {
            return Binary32.value(
                ofBits: UInt32(truncatingIfNeeded: raw), times: numerator, over: denominator)
        }
        guard let number = isSigned ? signExtended(raw) : Int64(exactly: raw) else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: Int64(numerator))
        return overflow ? nil : Self.divided(product, by: Int64(denominator), .nearest)
    }

    /// The raw number for `value`; for `nil` the code for "not available", else that of ``substitute``.
    ///
    /// - Throws: ``SignalError/missing(signal:)`` if there is neither, ``SignalError/outOfRange(signal:value:)`` if
    ///   the value does not fit. Nothing is ever wrapped or clamped here.
    public func raw(for value: Int32?) throws(SignalError) -> UInt64 {
        guard let value = value ?? (notAvailable == nil ? substitute : nil) else {
            guard let code = notAvailable else { throw .missing(signal: SignalName(name)) }
            return code
        }
        let code = unit == .bits ? code(ofPattern: UInt32(bitPattern: value)) : code(of: value)
        guard range.contains(value), let code, code != notAvailable else {
            throw .outOfRange(signal: SignalName(name), value: Int64(value))
        }
        return code
    }

    /// Writes the value, see ``raw(for:)``.
    public func store(
        _ value: Int32?, into bytes: inout MutableSpan<UInt8>, _ containerOrder: ByteOrder = .little,
        repetition: Int = 0
    ) throws(SignalError) {
        try store(raw: raw(for: value), into: &bytes, containerOrder, repetition: repetition)
    }

    /// Reads a text; `nil` if it is empty or its first byte is 0xFF.
    ///
    /// - Throws: ``SignalError/tooShort(signal:neededBytes:gotBytes:)``.
    public func text(in bytes: Span<UInt8>) throws(SignalError) -> ASCIIText? {
        let first = Int(byte)
        let end = first + Int(bits) / 8
        guard end <= bytes.count else {
            throw .tooShort(signal: SignalName(name), neededBytes: end, gotBytes: bytes.count)
        }
        let text = ASCIIText(padded: bytes.extracting(first..<end))
        return text.count == 0 || bytes[first] == 0xFF ? nil : text
    }

    /// Writes a text, filled up with `padding`; characters that do not fit are cut off.
    ///
    /// - Throws: ``SignalError/tooShort(signal:neededBytes:gotBytes:)``.
    public func store(
        _ text: ASCIIText, into bytes: inout MutableSpan<UInt8>, padding: UInt8
    ) throws(SignalError) {
        let end = Int(byte) + Int(bits) / 8
        guard end <= bytes.count else {
            throw .tooShort(signal: SignalName(name), neededBytes: end, gotBytes: bytes.count)
        }
        for index in 0..<Int(bits) / 8 {
            bytes[Int(byte) + index] = index < text.count ? text[index] : padding
        }
    }

    private var mask: UInt64 { bits >= 64 ? .max : (1 << UInt64(bits)) - 1 }

    private func pattern(ofRaw raw: UInt64) throws(SignalError) -> Int32 {
        guard let word = UInt32(exactly: raw), range.contains(Int32(bitPattern: word)) else {
            throw .outOfRange(signal: SignalName(name), value: Int64(truncatingIfNeeded: raw))
        }
        return Int32(bitPattern: word)
    }

    private func code(ofPattern pattern: UInt32) -> UInt64? {
        UInt64(pattern) & ~mask == 0 ? UInt64(pattern) : nil
    }

    private func code(of value: Int32) -> UInt64? {
        let scaled = (Int64(value) - Int64(offset)) * Int64(denominator)
        if isFloat { return UInt64(Binary32.bits(scaled, over: numerator, codeRounding)) }
        let raw = Self.divided(scaled, by: Int64(numerator), codeRounding)
        return fits(raw) ? UInt64(bitPattern: raw) & mask : nil
    }

    /// ``rounding`` as the raw number needs it: where codes fall as values rise, down and up change places.
    private var codeRounding: Rounding {
        switch rounding {
        case .nearest: .nearest
        case .down: numerator < 0 ? .up : .down
        case .up: numerator < 0 ? .down : .up
        }
    }

    private func signExtended(_ raw: UInt64) -> Int64 {
        let shift = UInt64(64 - min(bits, 64))
        return Int64(bitPattern: raw << shift) >> Int64(shift)
    }

    private func fits(_ raw: Int64) -> Bool {
        if bits >= 64 { return isSigned || raw >= 0 }
        if isSigned {
            let half = Int64(1) << Int64(bits - 1)
            return raw >= -half && raw < half
        }
        return raw >= 0 && UInt64(raw) <= mask
    }

    private static func divided(_ dividend: Int64, by divisor: Int64, _ rounding: Rounding) -> Int64 {
        let quotient = dividend / divisor
        let remainder = dividend % divisor
        if remainder == 0 { return quotient }
        let isNegative = (remainder < 0) != (divisor < 0)
        switch rounding {
        case .down: return isNegative ? quotient - 1 : quotient
        case .up: return isNegative ? quotient : quotient + 1
        case .nearest:
            guard remainder.magnitude * 2 >= divisor.magnitude else { return quotient }
            return isNegative ? quotient - 1 : quotient + 1
        }
    }
}
