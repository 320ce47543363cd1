import BatteryModel

/// A row worked out beforehand for containers of at most eight bytes, which are read as one number.
///
/// It reads what ``SignalRow/raw(in:_:repetition:)`` and ``SignalRow/value(in:_:repetition:)`` read from a CAN frame,
/// many times faster, because all that does not depend on the frame is done once. The row stays the only truth.
public struct WordSignal: Sendable {
    /// How many bytes a container must have; more than eight if the signal does not lie in such containers.
    public let endByte: UInt8

    // Small, because a frame may have thirty of them.
    @usableFromInline let isBig: Bool, hasNotAvailable: Bool
    @usableFromInline let scaling: Scaling
    @usableFromInline let shift: UInt8, signShift: UInt8
    @usableFromInline let numerator: Int32, denominator: Int32, offset: Int32
    @usableFromInline let lowest: Int32, highest: Int32
    @usableFromInline let mask: UInt64, notAvailable: UInt64

    /// What is to be done with the bits.
    @usableFromInline
    enum Scaling: UInt8, Sendable {
        /// They are all that is wanted.
        case bits
        /// They are the number.
        case pattern
        /// They are multiplied.
        case whole
        /// They are multiplied and divided.
        case fraction
    }

    /// A signal that no container has.
    public init() {
        endByte = 9
        (isBig, hasNotAvailable, scaling) = (false, false, .bits)
        (shift, signShift, mask, notAvailable) = (0, 0, 0, 0)
        (numerator, denominator, offset, lowest, highest) = (1, 1, 0, 0, 0)
    }

    /// Works out a row; `nil` for a value that takes more than this knows: a float, or more than 32 bits.
    ///
    /// - Parameters:
    ///   - row: The row; of a row that repeats, the first.
    ///   - isScaled: Whether the value is wanted, in the unit of the row; otherwise the bits.
    public init?<Meaning>(_ row: SignalRow<Meaning>, isScaled: Bool) {
        guard !isScaled || (!row.isFloat && row.bits <= 32) else { return nil }
        isBig = (row.order ?? .little) == .big
        let lead = isBig ? 7 - Int(row.bit ?? 7) : Int(row.bit ?? 0)
        let start = Int(row.byte) * 8 + lead
        let end = start + Int(row.bits)
        let isInside = end <= 64
        endByte = isInside ? UInt8((end + 7) / 8) : 9
        shift = isInside ? UInt8(isBig ? 64 - end : start) : 0
        mask = row.bits >= 64 ? .max : (1 << UInt64(row.bits)) - 1
        // Of a pattern all bits of a word count, whatever the sign.
        let isPattern = row.unit == .bits
        signShift = isScaled && (isPattern || row.isSigned) ? UInt8(64 - (isPattern ? 32 : row.bits)) : 0
        scaling = !isScaled ? .bits : isPattern ? .pattern : row.denominator == 1 ? .whole : .fraction
        notAvailable = isScaled ? row.notAvailable ?? .max : .max
        hasNotAvailable = isScaled && row.notAvailable != nil
        (numerator, denominator, offset) = (row.numerator, row.denominator, row.offset)
        (lowest, highest) = (row.range.lowerBound, row.range.upperBound)
    }

    /// The bits as an unsigned number.
    ///
    /// - Precondition: The container has ``endByte`` bytes.
    @inlinable
    public func raw(in word: UInt64) -> UInt64 { (isBig ? word.byteSwapped : word) &>> UInt64(shift) & mask }

    /// Whether bits are the code for "not available".
    @inlinable
    public func isNotAvailable(_ raw: UInt64) -> Bool { hasNotAvailable && raw == notAvailable }

    /// The value that bits stand for, in the unit of the row; see ``isPossible(_:)``.
    @inlinable
    public func value(ofRaw raw: UInt64) -> Int64 {
        let number = Int64(bitPattern: raw &<< UInt64(signShift)) &>> Int64(signShift)
        switch scaling {
        case .bits, .pattern: return number
        case .whole: return number &* Int64(numerator) &+ Int64(offset)
        case .fraction:
            return Self.nearest(number &* Int64(numerator), over: Int64(denominator)) &+ Int64(offset)
        }
    }

    /// Whether a value is within the range of the row.
    @inlinable
    public func isPossible(_ value: Int64) -> Bool {
        scaling == .bits || (value >= Int64(lowest) && value <= Int64(highest))
    }

    /// The nearest whole number; halves are rounded away from zero.
    @inlinable
    static func nearest(_ dividend: Int64, over divisor: Int64) -> Int64 {
        let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: divisor)
        guard remainder.magnitude &* 2 >= divisor.magnitude else { return quotient }
        return (remainder < 0) != (divisor < 0) ? quotient &- 1 : quotient &+ 1
    }
}
