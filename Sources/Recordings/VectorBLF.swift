import BusCodec

/// The binary log of Vector's CANalyzer and CANoe.
///
/// A head of 144 bytes, then objects `LOBJ` in compressed containers; an object may begin in one and end in the next.
/// Everything is least significant byte first.
///
/// Source: hardbyte/python-can (can/io/blf.py) and Technica-Engineering/vector_blf, which describe the same.
enum VectorBLF {
    static let format = RecordingFormat(
        id: "blf", name: "Vector BLF", endings: ["blf"], about: "CANalyzer, CANoe; CAN frames only",
        isBinary: true,
        begins: { head, _ in head.starts(with: Array("LOGG".utf8)) }, makeReader: { VectorBLFReader() },
        makeWriter: { VectorBLFWriter() })

    static let signature = Array("LOBJ".utf8)
    static let headLength = 144
    /// The head of an object: signature, its length, version, length of the object, type; then flags and time.
    static let objectHead = 16
    static let timedHead = 32
    /// No container of a sane file is larger.
    static let largestContainer = 16 << 20

    enum ObjectType {
        static let message: UInt32 = 1
        static let container: UInt32 = 10
        static let error: UInt32 = 2
        static let errorExtended: UInt32 = 73
        static let message2: UInt32 = 86
        static let flexible: UInt32 = 100
        static let flexible64: UInt32 = 101
    }
}

struct VectorBLFReader: FormatReader {
    private var findings: [Finding] = []
    private var buffer: [UInt8] = []
    /// Where the first byte of `buffer` is in the file.
    private var offset = 0
    private var start: Int64 = 0
    private var hasHead = false
    private var isLost = false
    /// What containers held and is not yet a whole object.
    private var inner: [UInt8] = []

    mutating func take(_ bytes: ArraySlice<UInt8>) -> [Finding] {
        guard !isLost else { return [] }
        buffer += bytes
        var used = 0
        while let length = step(from: used) { used += length }
        buffer.removeFirst(min(used, buffer.count))
        offset += used
        return taken()
    }

    mutating func finish() -> [Finding] {
        if !isLost, !buffer.isEmpty || !inner.isEmpty {
            note(.unreadable("the file ends in the middle of an object"), offset)
        }
        return taken()
    }

    private mutating func note(_ found: Found, _ place: Int) { findings.append(Finding(found, at: place)) }

    private mutating func taken() -> [Finding] {
        defer { findings.removeAll(keepingCapacity: true) }
        return findings
    }

    /// Handles what begins at `place` of the buffer and returns its length; `nil` while it is not whole.
    private mutating func step(from place: Int) -> Int? {
        guard !isLost else { return nil }
        let block = ByteBlock(buffer[place...])
        guard hasHead else {
            guard let length = block.u32(4), block.count >= max(Int(length), VectorBLF.headLength) else {
                return nil
            }
            start = Self.time(block, at: 40)
            hasHead = true
            return Int(length)
        }
        guard block.count >= VectorBLF.objectHead, let length = block.u32(8), let type = block.u32(12) else {
            return nil
        }
        guard block.slice(0, 4).elementsEqual(VectorBLF.signature), length >= VectorBLF.objectHead,
            length <= VectorBLF.largestContainer
        else {
            lose("there should be an object, and is none", at: offset + place)
            return nil
        }
        // Objects begin on multiples of four, by adding the rest instead of what is missing.
        let whole = Int(length + length % 4)
        guard block.count >= Int(length) else { return nil }
        if type == VectorBLF.ObjectType.container {
            unpack(ByteBlock(block.slice(VectorBLF.objectHead, Int(length) - 16)), at: offset + place)
        } else {
            read(ByteBlock(block.slice(0, Int(length))), type, at: offset + place)
        }
        return min(whole, block.count)
    }

    private mutating func lose(_ reason: String, at place: Int) {
        note(.unreadable(reason), place)
        isLost = true
        buffer = []
        inner = []
    }

    private mutating func unpack(_ container: ByteBlock, at place: Int) {
        let packed = container.bytes.dropFirst(16)
        switch container.u16(0) {
        case 0: inner += packed
        case 2:
            guard let bytes = Deflate.unpack(packed, most: VectorBLF.largestContainer) else {
                note(.unreadable("the compressed bytes are damaged"), place)
                inner = []
                return
            }
            inner += bytes
        default:
            note(.unreadable("its compression is not known"), place)
            return
        }
        var used = 0
        while let next = nextObject(from: used) {
            guard let length = next.length else {
                note(.unreadable("a container holds something that is no object"), place)
                inner = []
                return
            }
            let block = ByteBlock(inner[next.place..<next.place + length])
            read(block, block.u32(12) ?? 0, at: place)
            used = next.place + length
        }
        inner.removeFirst(min(used, inner.count))
    }

    /// The next whole object behind up to seven bytes that fill up; `nil` while it is not whole, without a length if
    /// there is none.
    private func nextObject(from used: Int) -> (place: Int, length: Int?)? {
        for place in used..<used + 8 {
            guard place + VectorBLF.objectHead <= inner.count else { return nil }
            guard inner[place..<place + 4].elementsEqual(VectorBLF.signature) else { continue }
            let length = Int(ByteBlock(inner[place...]).u32(8) ?? 0)
            guard length >= VectorBLF.objectHead, length <= VectorBLF.largestContainer else {
                return (place, nil)
            }
            return place + length <= inner.count ? (place, length) : nil
        }
        return (used, nil)
    }

    private mutating func read(_ block: ByteBlock, _ type: UInt32, at place: Int) {
        typealias Kind = VectorBLF.ObjectType
        guard type != Kind.flexible, type != Kind.flexible64 else {
            note(.flexible, place)
            return
        }
        guard [Kind.message, Kind.message2, Kind.error, Kind.errorExtended].contains(type) else { return }
        let body = ByteBlock(block.bytes.dropFirst(Int(block.u16(4) ?? 0)))
        // Flag 1: the time counts tens of microseconds, else nanoseconds.
        let unit: UInt64 = block.u32(16) == 1 ? 10_000 : 1
        guard let ticks = block.u64(24), let channel = body.u16(0) else {
            note(.unreadable("an object is shorter than its kind"), place)
            return
        }
        let time = Int64(truncatingIfNeeded: ticks &* unit) &+ start
        var item = RecordedItem(
            nanoseconds: time, link: String(channel), direction: nil, content: .frame(.unexplainedError))
        if type == Kind.message || type == Kind.message2 {
            do throws(Unreadable) {
                item.direction = body.u8(2).map { $0 & 1 == 0 ? .received : .sent }
                item.content = .frame(try Self.frame(body))
            } catch {
                note(.unreadable(error.reason), place)
                return
            }
        }
        note(.item(item), place)
    }

    private static func frame(_ body: ByteBlock) throws(Unreadable) -> CANFrame {
        guard let flags = body.u8(2), let length = body.u8(3), let number = body.u32(4) else {
            throw Unreadable("an object is shorter than its kind")
        }
        let isRemote = flags & 0x80 != 0
        return try CANFrame(
            number: number & CANFrame.maximumExtendedIdentifier, isExtended: number & 0x8000_0000 != 0,
            kind: isRemote ? .remote : .data, announced: Int(length),
            bytes: isRemote ? [] : Array(body.slice(8, Int(min(length, 8)))))
    }

    /// A moment as Windows has it: year, month, day of the week, day, hour, minute, second, millisecond; 0 if unset.
    private static func time(_ block: ByteBlock, at place: Int) -> Int64 {
        let parts = (0..<8).map { Int64(block.u16(place + 2 * $0) ?? 0) }
        guard (1970..<2200).contains(parts[0]), (1...12).contains(parts[1]) else { return 0 }
        let date = CivilDate(year: parts[0], month: parts[1], day: parts[3])
        let seconds = ((date.daysSince1970 * 24 + parts[4]) * 60 + parts[5]) * 60 + parts[6]
        return seconds * 1_000_000_000 + parts[7] * 1_000_000
    }
}

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
