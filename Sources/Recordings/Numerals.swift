import BusCodec

/// The words of a line, and the numbers in them.
enum Numerals {
    /// The words of a line, between blanks.
    static func words(_ line: [UInt8]) -> [Substring] {
        var line = line
        // Blanks that web pages do not break at: two bytes.
        if line.contains(0xA0) {
            for place in line.indices.dropFirst() where line[place - 1] == 0xC2 && line[place] == 0xA0 {
                (line[place - 1], line[place]) = (0x20, 0x20)
            }
        }
        return String(decoding: line, as: UTF8.self)[...].utf8.split { $0 <= 0x20 }.map { Substring($0) }
    }

    /// A hexadecimal number of 1 to 8 digits.
    static func hex(_ text: Substring) -> UInt32? {
        guard (1...8).contains(text.utf8.count), text.utf8.allSatisfy(isHexDigit) else { return nil }
        return UInt32(text, radix: 16)
    }

    /// A decimal number without sign.
    static func decimal(_ text: Substring) -> Int? {
        guard (1...18).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }

    /// A decimal fraction times ten to the power of `places`, exactly; what is finer is cut off.
    static func scaled(_ text: Substring, places: Int) -> Int64? {
        let isNegative = text.first == "-"
        let parts = text.dropFirst(isNegative ? 1 : 0)
            .split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let whole = decimal(first) else { return nil }
        var result = Int64(whole)
        var digits = parts.count > 1 ? parts[1][...] : ""
        for _ in 0..<places {
            let digit: Int64
            if let next = digits.popFirst() {
                guard next.isASCII, let value = next.wholeNumberValue else { return nil }
                digit = Int64(value)
            } else {
                digit = 0
            }
            let (product, isTooLarge) = result.multipliedReportingOverflow(by: 10)
            let (sum, isTooLargeNow) = product.addingReportingOverflow(digit)
            guard !isTooLarge, !isTooLargeNow else { return nil }
            result = sum
        }
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return isNegative ? -result : result
    }

    /// Text with at least `digits` places, filled up with zeros.
    static func padded(_ number: Int64, _ digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(digits - text.utf8.count, 0)) + text
    }

    /// Seconds with `places` decimal places, to the nearest, and at least `digits` places before the point.
    static func seconds(_ nanoseconds: Int64, places: Int, digits: Int = 1) -> String {
        var unit: Int64 = 1_000_000_000
        for _ in 0..<places { unit /= 10 }
        let count = rounded(nanoseconds, to: unit)
        let perSecond = 1_000_000_000 / unit
        let sign = count < 0 ? "-" : ""
        let magnitude = abs(count)
        return "\(sign)\(padded(magnitude / perSecond, digits)).\(padded(magnitude % perSecond, places))"
    }

    /// Milliseconds with three decimal places, to the nearest; what is before 0 is 0.
    static func milliseconds(_ nanoseconds: Int64) -> String {
        let microseconds = rounded(max(nanoseconds, 0), to: 1_000)
        return "\(microseconds / 1_000).\(padded(microseconds % 1_000, 3))"
    }

    /// How many `unit` a time is, to the nearest.
    static func rounded(_ nanoseconds: Int64, to unit: Int64) -> Int64 {
        nanoseconds / unit + nanoseconds % unit / max(unit / 2, 1) * (unit > 1 ? 1 : 0)
    }

    /// Bytes as pairs of digits.
    static func hex(_ bytes: [UInt8], separator: String) -> String {
        bytes.map { byte in
            let text = String(byte, radix: 16, uppercase: true)
            return text.utf8.count == 1 ? "0" + text : text
        }.joined(separator: separator)
    }

    /// An identifier with 3 digits, or 8 if it has 29 bits.
    static func identifier(_ frame: CANFrame) -> String {
        let text = String(frame.identifier, radix: 16, uppercase: true)
        let places = frame.isExtended || frame.kind == .error ? 8 : 3
        return String(repeating: "0", count: max(places - text.utf8.count, 0)) + text
    }

    private static func isHexDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
    }
}

extension CANFrame {
    /// A frame from what stands in a line; refuses what cannot be.
    init(
        number: UInt32?, isExtended: Bool, kind: Kind = .data, announced: Int?, bytes: [UInt8]
    ) throws(Unreadable) {
        guard let number else { throw Unreadable("the identifier is no number") }
        let highest = isExtended ? Self.maximumExtendedIdentifier : Self.maximumStandardIdentifier
        guard number <= highest else { throw Unreadable("the identifier is too large") }
        guard let announced, announced <= 8 else {
            throw Unreadable("the number of bytes is not one of 0 to 8")
        }
        guard kind != .data || bytes.count == announced else {
            throw Unreadable("there are \(bytes.count) bytes, and \(announced) are announced")
        }
        self.init(identifier: number, isExtended: isExtended, kind: kind, length: UInt8(announced))
        if kind == .data { for (place, byte) in bytes.enumerated() { self.bytes[place] = byte } }
    }

    /// An error frame of which nothing more is known.
    static let unexplainedError = CANFrame(identifier: 0, kind: .error, length: 0)

    /// The bytes in use.
    var payloadBytes: [UInt8] { payload.indices.map { payload[$0] } }
}
