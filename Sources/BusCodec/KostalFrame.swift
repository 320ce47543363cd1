/// A frame between a Kostal PLENTICORE and its battery on RS485: no byte of it is 0 but the last.
///
///     place   header FF 02 FF 29   body...   sum   00
///     1       1      4             n         1     1      bytes
///
/// Where header, body or sum has a 0 there stands the distance to the next 0 instead, the 0 at the end being the last of
/// them; the first byte is the distance to the first. The sum makes that of header, body and itself 0. One of 256
/// damaged frames passes such a sum, so whoever reads a frame looks at its length as well.
///
/// Source: dalathegreat/Battery-Emulator (KOSTAL-RS485, pull request 426), which works on real inverters; no vendor text
/// is public.
public struct KostalFrame: Sendable, Equatable {
    /// What a frame is, by its first byte.
    public enum Kind: UInt8, Sendable {
        /// The inverter asks for something; the body is a number of two bytes, the least significant first.
        case question = 0x62
        /// The inverter wants something done; the body is what, and how.
        case command = 0x63
        /// The battery answers a question.
        case answer = 0xE2
        /// The battery confirms a command.
        case confirmation = 0xE3
    }

    /// What it is.
    public var kind: Kind
    /// Number of bytes in the body.
    public var bodyCount: Int

    /// Makes the head of a frame.
    public init(_ kind: Kind, bodyCount: Int) {
        self.kind = kind
        self.bodyCount = bodyCount
    }

    /// The longest frame that is known, the answer about the state.
    public static let maximumLength = 64
    /// The most bytes in a body.
    public static let mostBody = maximumLength - overhead

    /// Bytes of a frame without body: the first place, the header, the sum and the end.
    private static let overhead = 8
    /// Bytes before the body, the first place included.
    private static let headLength = 6
    /// Questions and commands have two bytes in their body at least.
    private static let shortestFromInverter = 10

    /// What stands behind the first byte of a header.
    private static let mark: [4 of UInt8] = [0xFF, 0x02, 0xFF, 0x29]
}

// MARK: - Reading

extension KostalFrame {
    /// Finds a frame of either side at the head of a stream; its body is read with ``readBody(of:into:)``.
    public static func scan(_ head: Span<UInt8>) -> ScanStep<KostalFrame> {
        guard head.count > 0 else { return .incomplete }
        // No header has a 0 in it, so the first place lies behind it.
        guard (headLength..<maximumLength).contains(Int(head[0])) else { return .noise(.noStart) }
        guard head.count > 1 else { return .incomplete }
        guard let kind = Kind(rawValue: head[1]) else { return .noise(.noStart) }
        for index in mark.indices where index + 2 < head.count && head[index + 2] != mark[index] {
            return .noise(.noStart)
        }
        for end in headLength..<max(min(head.count, maximumLength), headLength) where head[end] == 0 {
            return check(head.extracting(first: end + 1), kind)
        }
        return head.count < maximumLength ? .incomplete : .noise(.truncated)
    }

    private static func check(_ frame: Span<UInt8>, _ kind: Kind) -> ScanStep<KostalFrame> {
        let isFromInverter = kind == .question || kind == .command
        guard frame.count >= (isFromInverter ? shortestFromInverter : overhead) else {
            return .noise(.truncated)
        }
        var sum: UInt8 = 0
        guard visit(frame, { _, byte in sum &+= byte }) else { return .noise(.truncated) }
        guard sum == 0 else { return .noise(.checksum) }
        return .item(KostalFrame(kind, bodyCount: frame.count - overhead), length: frame.count)
    }

    /// Adds the body of a whole frame, as ``scan(_:)`` has found it, to `buffer`.
    public static func readBody<let size: Int>(of frame: Span<UInt8>, into buffer: inout ByteBuffer<size>) {
        let end = frame.count - 2
        _ = visit(frame) { place, byte in
            if place >= headLength, place < end { buffer.append(byte) }
        }
    }

    /// Hands each byte between the first and the last to `visit`, with its 0 back in place.
    ///
    /// - Returns: Whether the distances lead to the end.
    private static func visit(_ frame: Span<UInt8>, _ visit: (_ place: Int, _ byte: UInt8) -> Void) -> Bool {
        guard frame.count > 1 else { return false }
        var zero = Int(frame[0])
        for place in 1..<frame.count - 1 {
            if place == zero {
                zero += Int(frame[place])
                visit(place, 0)
            } else {
                visit(place, frame[place])
            }
        }
        return zero == frame.count - 1
    }
}

// MARK: - Writing

extension KostalFrame {
    /// Writes a frame with this body; what does not fit into the longest frame is left out.
    public static func encode<let size: Int>(
        _ kind: Kind, body: Span<UInt8>, into buffer: inout ByteBuffer<size>
    ) {
        let start = buffer.count
        buffer.append(0)
        buffer.append(kind.rawValue)
        for index in mark.indices { buffer.append(mark[index]) }
        buffer.append(body.extracting(first: min(body.count, mostBody)))
        buffer.append(0 &- Checksum.sum8(buffer.bytes.extracting(start..<buffer.count)))
        buffer.append(0)
        var zero = start
        for place in start + 1..<buffer.count where buffer[place] == 0 {
            buffer[zero] = UInt8(place - zero)
            zero = place
        }
    }
}
