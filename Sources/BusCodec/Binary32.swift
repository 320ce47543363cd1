/// Numbers as IEEE 754 has them in 32 bits, in whole numbers: what is exact on the wire is exact here.
///
///     31 sign | 30…23 exponent, 127 too large | 22…0 fraction behind a 1 that is not written
///
/// Source: IEEE 754-2019, section 3.4 (binary32).
public enum Binary32 {
    /// The bits of `dividend` ÷ `divisor`, brought to a number that there is.
    ///
    /// - Parameters:
    ///   - dividend: The number above the line.
    ///   - divisor: Not 0.
    ///   - rounding: What happens between two numbers; halfway ``Rounding/nearest`` takes the even one.
    /// - Returns: The bits, sign first.
    public static func bits(_ dividend: Int64, over divisor: Int32, _ rounding: Rounding) -> UInt32 {
        guard dividend != 0 else { return 0 }
        let isNegative = (dividend < 0) != (divisor < 0)
        var upper = dividend.magnitude
        var lower = UInt64(divisor.magnitude)
        // upper ÷ lower × 2^exponent, with a quotient of 24 bits.
        var exponent: Int32 = 0
        while upper / lower < 1 << 23 {
            upper <<= 1
            exponent -= 1
        }
        while upper / lower >= 1 << 24 {
            lower <<= 1
            exponent += 1
        }
        var fraction = upper / lower
        if isUp(rest: upper % lower, of: lower, isOdd: fraction & 1 != 0, isNegative, rounding) {
            fraction += 1
        }
        if fraction == 1 << 24 {
            fraction >>= 1
            exponent += 1
        }
        let sign: UInt32 = isNegative ? 1 << 31 : 0
        return sign | UInt32(exponent + 150) << 23 | UInt32(fraction) & 0x7F_FFFF
    }

    /// Whether the magnitude becomes larger by rounding.
    private static func isUp(
        rest: UInt64, of divisor: UInt64, isOdd: Bool, _ isNegative: Bool, _ rounding: Rounding
    ) -> Bool {
        switch rounding {
        case .down: rest > 0 && isNegative
        case .up: rest > 0 && !isNegative
        case .nearest: rest * 2 > divisor || rest * 2 == divisor && isOdd
        }
    }

    /// The number that `bits` stand for, times `numerator` ÷ `denominator`, to the nearest whole number.
    ///
    /// - Returns: `nil` for infinities, what is no number, and what is beyond 62 bits.
    public static func value(
        ofBits bits: UInt32, times numerator: Int32, over denominator: Int32
    ) -> Int64? {
        let exponent = Int32(bits >> 23 & 0xFF)
        guard exponent < 0xFF else { return nil }
        // Below the least exponent the 1 in front is missing.
        let fraction = UInt64(bits & 0x7F_FFFF) | (exponent == 0 ? 0 : 1 << 23)
        let shift = max(exponent, 1) - 150
        let product = fraction * UInt64(numerator.magnitude)
        var divisor = UInt64(denominator.magnitude)
        var magnitude = product
        if shift >= 0 {
            guard product == 0 || shift <= Int32(product.leadingZeroBitCount) - 2 else { return nil }
            magnitude <<= UInt64(min(shift, 62))
        } else {
            // The product has 55 bits at most: of a divisor that has no room it is less than a half.
            guard divisor.leadingZeroBitCount > Int(-shift) else { return 0 }
            divisor <<= UInt64(-shift)
        }
        let whole = magnitude / divisor + (magnitude % divisor >= divisor - divisor / 2 ? 1 : 0)
        let isNegative = (bits >> 31 != 0) != ((numerator < 0) != (denominator < 0))
        return isNegative ? -Int64(whole) : Int64(whole)
    }
}
