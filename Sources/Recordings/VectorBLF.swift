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
    /// No head is longer.
    static let longestHead = 4_096

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
    /// Whether an object is looked for behind something that is none.
    private var isSearching = false
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
            let rest = ByteBlock(buffer[...])
            if hasHead, Self.isObject(rest), rest.u32(12) == VectorBLF.ObjectType.container {
                unpack(ByteBlock(rest.bytes.dropFirst(VectorBLF.objectHead)), at: offset, isCut: true)
            }
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
            guard let length = block.u32(4) else { return nil }
            guard length <= VectorBLF.longestHead else {
                note(.unreadable("the head is absurdly long"), offset)
                isLost = true
                return nil
            }
            guard block.count >= max(Int(length), VectorBLF.headLength) else { return nil }
            start = Self.time(block, at: 40)
            hasHead = true
            return Int(length)
        }
        guard block.count >= VectorBLF.objectHead, let length = block.u32(8), let type = block.u32(12) else {
            return nil
        }
        guard Self.isObject(block) else { return search(from: place) }
        // Objects begin on multiples of four, by adding the rest instead of what is missing.
        let whole = Int(length + length % 4)
        guard block.count >= Int(length) else { return nil }
        isSearching = false
        if type == VectorBLF.ObjectType.container {
            unpack(ByteBlock(block.slice(VectorBLF.objectHead, Int(length) - 16)), at: offset + place)
        } else {
            read(ByteBlock(block.slice(0, Int(length))), type, at: offset + place)
        }
        return min(whole, block.count)
    }

    /// Whether an object begins here, whole or not.
    private static func isObject(_ block: ByteBlock) -> Bool {
        guard block.slice(0, 4).elementsEqual(VectorBLF.signature), let length = block.u32(8) else {
            return false
        }
        return length >= VectorBLF.objectHead && length <= VectorBLF.largestContainer
    }

    /// How many bytes behind `place` of the buffer can be no object.
    private mutating func search(from place: Int) -> Int {
        if !isSearching {
            note(.unreadable("there should be an object, and is none"), offset + place)
            (isSearching, inner) = (true, [])
        }
        return Self.signature(in: buffer, from: place + 1) - place
    }

    /// Where the next object may begin; if nowhere, the last bytes may be the beginning of its signature.
    private static func signature(in bytes: [UInt8], from start: Int) -> Int {
        var place = start
        while let next = bytes[place...].firstIndex(of: VectorBLF.signature[0]) {
            if bytes[next...].prefix(4).elementsEqual(VectorBLF.signature) { return next }
            place = next + 1
        }
        return max(start, bytes.count - 3)
    }

    private mutating func unpack(_ container: ByteBlock, at place: Int, isCut: Bool = false) {
        let packed = container.bytes.dropFirst(16)
        switch container.u16(0) {
        case 0:
            inner += packed
            readObjects(at: place)
        case 2:
            let (bytes, isWhole) = Deflate.unpack(packed, most: VectorBLF.largestContainer)
            // Behind a damage other frames may come out; before a cut everything is right.
            guard isWhole || isCut else {
                note(.unreadable("the compressed bytes are damaged"), place)
                inner = []
                return
            }
            inner += bytes
            readObjects(at: place)
        default:
            note(.unreadable("its compression is not known"), place)
        }
    }

    /// Reads the objects that are whole.
    private mutating func readObjects(at place: Int) {
        var used = 0
        while let next = nextObject(from: used) {
            guard let length = next.length else {
                note(.unreadable("a container holds something that is no object"), place)
                used = Self.signature(in: inner, from: next.place + 1)
                continue
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
