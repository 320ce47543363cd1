public import BatteryModel

/// The text mode of Victron's VE.Direct: blocks of labelled values that a device sends by itself every second.
///
///     \r\n label \t value   \r\n label \t value   …   \r\n Checksum \t byte
///
/// The sum of all bytes of a block, its checksum byte included, is 0 modulo 256. That byte may be any byte, also
/// `\r`, `\n` or `:`. HEX messages, `:` digits `\n`, may stand before, behind and within a block; the sum leaves
/// them out. Their nibble and bytes add up to 0x55.
///
/// Sources: Victron, VE.Direct Protocol 3.32, p. 2 (asynchronous messages `:A…\n` between text), and its FAQ (HEX
/// checksum); label of 8, value of 32 characters and 22 fields of a block: the same, 3.30. That HEX messages come
/// in the midst of blocks was seen on chargers (openenergymonitor/emonhub, issue 160).
public enum VEDirectText {
    /// The longest block, HEX messages within it included: 22 full fields are 946 bytes.
    public static let maximumLength = 1_000
    /// The longest HEX message; those of battery monitors have less than half of it.
    public static let maximumHexLength = 128

    /// What stands at the head of a stream.
    public enum Item: UInt8, Sendable {
        /// A block with a right sum.
        case block
        /// A block with a wrong sum.
        ///
        /// It is dropped as a whole: from each of its lines on, the rest looks like a block of its own, and one in
        /// 256 of those would have a right sum.
        case spoiled
        /// A HEX message.
        case hex
    }

    /// Finds a block or a HEX message at the head of a stream.
    public static func scan(_ head: Span<UInt8>) -> ScanStep<Item> {
        var block = VEDirectBlock()
        var hex = VEDirectHex()
        let isHex = head.count > 0 && head[0] == VEDirectHex.start
        let limit = isHex ? maximumHexLength : maximumLength
        for index in 0..<min(head.count, limit) {
            switch isHex ? hex.take(head[index]) : block.take(head[index]) {
            case .more, .field: continue
            case .broken(let cause): return .noise(cause)
            case .end:
                let item: Item = isHex ? .hex : block.sum == 0 ? .block : .spoiled
                return .item(item, length: index + 1)
            }
        }
        return head.count < limit ? .incomplete : .noise(.noStart)
    }

    /// Hands every field of a block to `visit` as label and value; of a value no more than 24 characters.
    public static func visitFields(of block: Span<UInt8>, _ visit: (ASCIIText, ASCIIText) -> Void) {
        var reader = VEDirectBlock()
        for index in block.indices {
            switch reader.take(block[index]) {
            case .more: continue
            case .field: visit(reader.label, reader.value)
            case .broken, .end: return
            }
        }
    }

    /// The whole number that `text` is; `nil` if it is none, or none of 32 bits.
    public static func number(_ text: ASCIIText) -> Int32? {
        let first = text.count > 0 && text[0] == 0x2D ? 1 : 0
        guard (1...10).contains(text.count - first) else { return nil }
        var number: Int64 = 0
        for index in first..<text.count {
            guard (0x30...0x39).contains(text[index]) else { return nil }
            number = number * 10 + Int64(text[index] - 0x30)
        }
        return Int32(exactly: first == 1 ? -number : number)
    }

    /// Writes a field with a number, or `---` for a value that there is not.
    public static func append<let size: Int>(
        _ label: StaticString, _ value: Int32?, to block: inout ByteBuffer<size>
    ) {
        guard let value else { return append(label, "---", to: &block) }
        append(label, value < 0 ? "-" : "", to: &block)
        var divisor: UInt32 = 1_000_000_000
        while divisor > max(value.magnitude, 1) { divisor /= 10 }
        while divisor > 0 {
            block.append(0x30 + UInt8(value.magnitude / divisor % 10))
            divisor /= 10
        }
    }

    /// Writes a field with a text.
    public static func append<let size: Int>(
        _ label: StaticString, _ text: StaticString, to block: inout ByteBuffer<size>
    ) {
        block.append(0x0D)
        block.append(0x0A)
        append(label, to: &block)
        block.append(0x09)
        append(text, to: &block)
    }

    /// Ends the block that `block` holds from its first byte on.
    public static func finish<let size: Int>(_ block: inout ByteBuffer<size>) {
        append("Checksum", "", to: &block)
        block.append(0 &- Checksum.sum8(block.bytes))
    }

    private static func append<let size: Int>(_ text: StaticString, to block: inout ByteBuffer<size>) {
        for index in 0..<text.utf8CodeUnitCount { block.append(unsafe text.utf8Start[index]) }
    }
}

/// What one byte more makes of a block or of a HEX message.
enum VEDirectStep {
    case more
    /// A field of the block is complete.
    case field
    /// The block or the message is complete.
    case end
    case broken(NoiseCause)
}

/// Reads a block byte by byte and leaves the HEX messages within it out.
struct VEDirectBlock {
    private enum Place {
        case carriageReturn
        case newline
        case label
        case value
        case checksum
    }

    /// The last field.
    private(set) var label = ASCIIText()
    private(set) var value = ASCIIText()
    /// The sum of all bytes that do not belong to a HEX message.
    private(set) var sum: UInt8 = 0
    private var place = Place.carriageReturn
    private var valueLength = 0
    private var hex: VEDirectHex?

    mutating func take(_ byte: UInt8) -> VEDirectStep {
        if hex != nil { return takeHex(byte) }
        // The checksum may be a colon too.
        if byte == VEDirectHex.start, place != .checksum {
            hex = VEDirectHex()
            return takeHex(byte)
        }
        sum &+= byte
        switch place {
        case .carriageReturn:
            place = .newline
            return byte == 0x0D ? .more : .broken(.noStart)
        case .newline:
            place = .label
            label = ASCIIText()
            return byte == 0x0A ? .more : .broken(.noStart)
        case .label: return takeLabel(byte)
        case .value: return takeValue(byte)
        case .checksum: return .end
        }
    }

    private mutating func takeHex(_ byte: UInt8) -> VEDirectStep {
        let step = hex?.take(byte) ?? .more
        guard case .end = step else { return step }
        hex = nil
        return .more
    }

    private mutating func takeLabel(_ byte: UInt8) -> VEDirectStep {
        if byte == 0x09 {
            place = label == Self.last ? .checksum : .value
            value = ASCIIText()
            valueLength = 0
            return label.count > 0 ? .more : .broken(.noStart)
        }
        // Letters, digits, `#` and `_`, for example `SER#` and `AC_OUT_V`.
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x23, 0x5F: break
        default: return .broken(.noStart)
        }
        guard label.count < 8 else { return .broken(.noStart) }
        label.append(byte)
        return .more
    }

    private mutating func takeValue(_ byte: UInt8) -> VEDirectStep {
        if byte == 0x0D {
            place = .newline
            return .field
        }
        valueLength += 1
        guard (0x20...0x7E).contains(byte), valueLength <= 32 else { return .broken(.noStart) }
        value.append(byte)
        return .more
    }

    private static let last = ASCIIText("Checksum")
}

/// Reads a HEX message byte by byte: a nibble for the command, then bytes, in capital digits.
struct VEDirectHex {
    /// The colon that every message begins with.
    static let start: UInt8 = 0x3A

    private var length = 0
    private var sum: UInt8 = 0

    mutating func take(_ byte: UInt8) -> VEDirectStep {
        length += 1
        if length == 1 { return byte == Self.start ? .more : .broken(.noStart) }
        if byte == 0x0A { return finish() }
        let digit: UInt8
        switch byte {
        case 0x30...0x39: digit = byte - 0x30
        case 0x41...0x46: digit = byte - 0x37
        default: return .broken(.noStart)
        }
        guard length <= VEDirectText.maximumHexLength else { return .broken(.noStart) }
        // The command is a nibble of its own, so that the high half of a byte stands at every odd place.
        sum &+= length > 2 && length % 2 == 1 ? digit << 4 : digit
        return .more
    }

    private func finish() -> VEDirectStep {
        guard length >= 5, length % 2 == 1 else { return .broken(.noStart) }
        return sum == 0x55 ? .end : .broken(.checksum)
    }
}
