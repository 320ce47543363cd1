public import BatteryModel
public import BusCodec
import Synchronization

/// The last of what was on the buses, kept in memory.
///
/// One thread writes and never waits for those who read: a lock is held only while a few bytes are added or references
/// are taken. When it is full, the oldest goes. Each reader keeps its own place and is told how much it has missed.
public final class BusTape: Sendable {
    /// Something that was put on the tape.
    public struct Entry: Sendable, Equatable {
        /// What it is.
        public enum Content: Sendable, Equatable {
            /// Bytes that came or went together.
            case bytes([UInt8])
            /// A frame.
            case frame(CANFrame)
            /// Something that was not on the wire.
            case note(String)
        }

        /// Which way something went.
        public enum Way: UInt8, Sendable {
            /// It was heard.
            case received
            /// It was sent.
            case sent
            /// It should have been sent and the bus did not take it.
            case refused
        }

        /// When it came; of bytes that were sent on a serial line, when the last of them had left.
        public var at: Instant
        /// The bus, as an index into those of the configuration; `nil` for what belongs to none.
        public var bus: Int?
        /// The caller on the bus; `nil` where nobody calls.
        public var caller: Int?
        /// Which way it went; of no meaning for a note.
        public var way: Way
        /// What it is.
        public var content: Content

        /// Makes an entry.
        public init(at: Instant, bus: Int?, caller: Int? = nil, way: Way = .received, _ content: Content) {
            self.at = at
            self.bus = bus
            self.caller = caller
            self.way = way
            self.content = content
        }
    }

    /// How far a reader has come.
    public struct Place: Sendable {
        fileprivate var chunk: Int
        fileprivate var offset: Int
        fileprivate var entry: UInt64

        /// The oldest there is.
        public static let start = Place(chunk: 0, offset: 0, entry: 0)
    }

    /// What was read.
    public struct Reading: Sendable {
        /// The entries, oldest first.
        public var entries: [Entry]
        /// Entries that had gone before they were read.
        public var missed: UInt64
    }

    /// A part of the tape.
    private struct Chunk {
        var bytes: [UInt8] = []
        /// The number of its first entry, counted from the beginning of the tape.
        var firstEntry: UInt64 = 0
    }

    private struct State {
        /// Chunk number n is at n modulo their number.
        var chunks: [Chunk]
        /// The number of the newest chunk.
        var newest = 0
        var entries: UInt64 = 0
    }

    private static let chunkSize = 1 << 16
    private let state: Mutex<State>

    /// The size of the tape, in bytes, unless somebody chooses another: some minutes of a busy gateway.
    public static let usualSize = 2 << 20

    /// Makes an empty tape; memory is taken when it is needed.
    ///
    /// - Parameter size: The most bytes that it keeps.
    public init(size: Int = usualSize) {
        let count = max(size / Self.chunkSize, 2)
        state = Mutex(State(chunks: Array(repeating: Chunk(), count: count)))
    }

    /// Puts bytes on the tape.
    public func add(
        _ bytes: Span<UInt8>, _ way: Entry.Way, bus: Int, caller: Int? = nil, at instant: Instant
    ) {
        add(TapeHead(kind: .bytes, way: way, bus: bus, caller: caller, at: instant), bytes)
    }

    /// Puts a frame on the tape.
    public func add(_ frame: CANFrame, _ way: Entry.Way, bus: Int, at instant: Instant) {
        var buffer = ByteBuffer<16>()
        buffer.append(frame.length | (frame.isExtended ? 0x80 : 0) | frame.kind.rawValue << 4)
        buffer.append(big: UInt16(truncatingIfNeeded: frame.identifier >> 16))
        buffer.append(big: UInt16(truncatingIfNeeded: frame.identifier))
        buffer.append(frame.bytes.span)
        add(TapeHead(kind: .frame, way: way, bus: bus, caller: nil, at: instant), buffer.bytes)
    }

    /// Puts a note on the tape.
    public func add(note: String, bus: Int?, caller: Int? = nil, at instant: Instant) {
        let text = note.utf8
        add(
            TapeHead(kind: .note, way: .received, bus: bus, caller: caller, at: instant),
            text.span.extracting(first: min(text.count, 1_000)))
    }

    private func add(_ head: TapeHead, _ bytes: Span<UInt8>) {
        var head = head
        head.length = min(bytes.count, Self.chunkSize - TapeHead.size)
        state.withLock { state in
            var index = state.newest % state.chunks.count
            if state.chunks[index].bytes.count + TapeHead.size + head.length > Self.chunkSize {
                state.newest += 1
                index = state.newest % state.chunks.count
                state.chunks[index].bytes.removeAll(keepingCapacity: true)
                state.chunks[index].firstEntry = state.entries
            }
            if state.chunks[index].bytes.isEmpty { state.chunks[index].bytes.reserveCapacity(Self.chunkSize) }
            head.write(into: &state.chunks[index].bytes)
            bytes.extracting(first: head.length).withUnsafeBufferPointer {
                state.chunks[index].bytes.append(contentsOf: $0)
            }
            state.entries += 1
        }
    }

    /// Reads what has come since `place`, and moves it to the end.
    public func read(from place: inout Place) -> Reading {
        let (pieces, missed) = take(from: &place)
        var entries: [Entry] = []
        for piece in pieces {
            var rest = piece
            while let entry = Entry(&rest) { entries.append(entry) }
        }
        return Reading(entries: entries, missed: missed)
    }

    /// References, and what is new in the newest chunk, are taken under the lock; what the bytes mean is worked out
    /// behind it.
    private func take(from place: inout Place) -> (pieces: [ArraySlice<UInt8>], missed: UInt64) {
        state.withLock { state in
            var missed: UInt64 = 0
            let oldest = max(state.newest - state.chunks.count + 1, 0)
            if place.chunk < oldest {
                missed = state.chunks[oldest % state.chunks.count].firstEntry - place.entry
                (place.chunk, place.offset) = (oldest, 0)
            }
            var pieces: [ArraySlice<UInt8>] = []
            for number in place.chunk...state.newest {
                let bytes = state.chunks[number % state.chunks.count].bytes
                let new = bytes.dropFirst(number == place.chunk ? place.offset : 0)
                // What is still written to is copied: otherwise whoever writes next would have to, and all of it.
                pieces.append(number == state.newest ? Array(new)[...] : new)
            }
            place.offset = state.chunks[state.newest % state.chunks.count].bytes.count
            place.chunk = state.newest
            place.entry = state.entries
            return (pieces, missed)
        }
    }
}

/// What stands before the bytes of an entry: instant, kind and way, bus, caller, number of bytes.
private struct TapeHead {
    enum Kind: UInt8 {
        case bytes
        case frame
        case note
    }

    static let size = 13
    private static let none: UInt8 = 0xFF

    var kind: Kind
    var way: BusTape.Entry.Way
    var bus: Int?
    var caller: Int?
    var at: Instant
    var length = 0

    init(kind: Kind, way: BusTape.Entry.Way, bus: Int?, caller: Int?, at: Instant) {
        self.kind = kind
        self.way = way
        self.bus = bus
        self.caller = caller
        self.at = at
    }

    init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count >= Self.size else { return nil }
        let base = bytes.startIndex
        var raw: UInt64 = 0
        for place in base..<base + 8 { raw = raw << 8 | UInt64(bytes[place]) }
        guard let kind = Kind(rawValue: bytes[base + 8] & 0x0F),
            let way = BusTape.Entry.Way(rawValue: bytes[base + 8] >> 4)
        else { return nil }
        func number(_ byte: UInt8) -> Int? { byte == Self.none ? nil : Int(byte) }
        self.init(
            kind: kind, way: way, bus: number(bytes[base + 9]), caller: number(bytes[base + 10]),
            at: Instant(nanoseconds: Int64(bitPattern: raw)))
        length = Int(bytes[base + 11]) << 8 | Int(bytes[base + 12])
    }

    func write(into bytes: inout [UInt8]) {
        let raw = UInt64(bitPattern: at.nanoseconds)
        for place in (0..<8).reversed() { bytes.append(UInt8(truncatingIfNeeded: raw >> UInt64(8 * place))) }
        bytes.append(kind.rawValue | way.rawValue << 4)
        bytes.append(bus.map { UInt8(truncatingIfNeeded: $0) } ?? Self.none)
        bytes.append(caller.map { UInt8(truncatingIfNeeded: $0) } ?? Self.none)
        bytes.append(UInt8(truncatingIfNeeded: length >> 8))
        bytes.append(UInt8(truncatingIfNeeded: length))
    }
}

extension BusTape.Entry {
    /// Reads an entry from the beginning of `bytes` and takes it away; `nil` at the end.
    fileprivate init?(_ bytes: inout ArraySlice<UInt8>) {
        guard let head = TapeHead(bytes), bytes.count >= TapeHead.size + head.length else { return nil }
        let body = Array(bytes.dropFirst(TapeHead.size).prefix(head.length))
        bytes = bytes.dropFirst(TapeHead.size + head.length)
        let content: Content
        switch head.kind {
        case .bytes: content = .bytes(body)
        case .note: content = .note(String(decoding: body, as: UTF8.self))
        case .frame:
            guard body.count == 13, let kind = CANFrame.Kind(rawValue: body[0] >> 4 & 3) else { return nil }
            var identifier: UInt32 = 0
            for place in 1..<5 { identifier = identifier << 8 | UInt32(body[place]) }
            var frame = CANFrame(
                identifier: identifier, isExtended: body[0] & 0x80 != 0, kind: kind,
                length: min(body[0] & 0x0F, 8))
            for place in 0..<8 { frame.bytes[place] = body[5 + place] }
            content = .frame(frame)
        }
        self.init(at: head.at, bus: head.bus, caller: head.caller, way: head.way, content)
    }
}
