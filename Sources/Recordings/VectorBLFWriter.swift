import BusCodec

/// Writes ``VectorBLF``: messages in compressed containers, and a head that is right when all is written.
struct VectorBLFWriter: FormatWriter {
    private var channels = Channels(from: 1)
    private var start: Int64 = 0
    private var last: Int64 = 0
    private var inner: [UInt8] = []
    private var objects: UInt32 = 0
    private var size = VectorBLF.headLength
    private var unpackedSize = VectorBLF.headLength

    private static let containerSize = 131_072

    mutating func begin(_ first: RecordedItem?) -> [UInt8] {
        start = max(first?.nanoseconds ?? 0, 0)
        // A recording without a date begins at 0, to the millisecond otherwise: the head has no finer time.
        start = start < 86_400_000_000_000 ? 0 : start - start % 1_000_000
        last = start
        return head
    }

    mutating func write(_ item: RecordedItem) -> [UInt8]? {
        guard case .frame(let frame) = item.content, frame.kind != .error else { return nil }
        last = max(last, item.nanoseconds ?? 0)
        objects += 1
        var body: [UInt8] = []
        body.append(little: UInt16(channels.number(of: item.link)))
        body.append((frame.kind == .remote ? 0x80 : 0) | (item.direction == .sent ? 1 : 0))
        body.append(frame.length)
        body.append(little: frame.identifier | (frame.isExtended ? 0x8000_0000 : 0))
        body += (0..<8).map { frame.bytes[$0] }
        inner += VectorBLF.signature
        inner.append(little: UInt16(VectorBLF.timedHead))
        inner.append(little: UInt16(1))
        inner.append(little: UInt32(VectorBLF.timedHead + body.count))
        inner.append(little: VectorBLF.ObjectType.message)
        // The time counts nanoseconds.
        inner.append(little: UInt32(2))
        inner.append(little: UInt32(0))
        inner.append(little: UInt64(max((item.nanoseconds ?? start) &- start, 0)))
        inner += body
        return inner.count >= Self.containerSize ? container() : []
    }

    mutating func end() -> [UInt8] { inner.isEmpty ? [] : container() }

    var finalBeginning: [UInt8]? { head }

    private mutating func container() -> [UInt8] {
        let packed = Deflate.pack(inner)
        var result = VectorBLF.signature
        result.append(little: UInt16(VectorBLF.objectHead))
        result.append(little: UInt16(1))
        result.append(little: UInt32(VectorBLF.timedHead + packed.count))
        result.append(little: VectorBLF.ObjectType.container)
        result.append(little: UInt16(2))
        result += [0, 0, 0, 0, 0, 0]
        result.append(little: UInt32(inner.count))
        result += [0, 0, 0, 0]
        result += packed
        result += [UInt8](repeating: 0, count: result.count % 4)
        size += result.count
        unpackedSize += VectorBLF.timedHead + inner.count
        inner.removeAll(keepingCapacity: true)
        return result
    }

    private var head: [UInt8] {
        var result = Array("LOGG".utf8)
        result.append(little: UInt32(VectorBLF.headLength))
        // Application and its version, then version 2.6.8.1 of the format.
        result += [5, 0, 0, 0, 2, 6, 8, 1]
        result.append(little: UInt64(size))
        result.append(little: UInt64(unpackedSize))
        result.append(little: objects)
        result.append(little: objects)
        for time in [start, last] { Self.append(time, to: &result) }
        return result + [UInt8](repeating: 0, count: VectorBLF.headLength - result.count)
    }

    private static func append(_ nanoseconds: Int64, to bytes: inout [UInt8]) {
        let seconds = nanoseconds / 1_000_000_000
        let days = seconds / 86_400
        let date = CivilDate(daysSince1970: days)
        // The first day of 1970 was a Thursday. A recording without a date has none here either.
        let parts =
            days == 0
            ? [Int64](repeating: 0, count: 8)
            : [
                date.year, date.month, (days + 4) % 7, date.day, seconds / 3_600 % 24, seconds / 60 % 60,
                seconds % 60, nanoseconds / 1_000_000 % 1_000,
            ]
        for part in parts { bytes.append(little: UInt16(part)) }
    }
}
