public import BusCodec

/// A CAN frame of a recording in few bytes, see ``RecordedItem``.
public struct RecordedFrame: Sendable, Equatable {
    /// What was on the wire.
    public var frame: CANFrame
    /// When, see ``RecordedItem/nanoseconds``.
    public var nanoseconds: Int64?
    /// Which way, see ``RecordedItem/direction``.
    public var direction: RecordedItem.Direction?
    /// The link, by its place in ``RecordingBatch/links``.
    public var link: UInt16
    /// A line counted from 1, in a binary file a byte.
    public var place: Int
}

/// What a piece of a recording holds: frames in few bytes, and what is no frame whole.
public struct RecordingBatch: Sendable {
    /// The names of the links so far; a later batch of the same recording begins with the same names.
    public private(set) var links: [String]

    private let frames: [RecordedFrame]
    private let others: [Other]

    /// What is not among the frames.
    struct Other: Sendable {
        /// The number of frames that come before it.
        var framesBefore: Int
        var item: RecordedItem
        var place: Int
    }

    init(links: [String], frames: [RecordedFrame], others: [Other]) {
        self.links = links
        self.frames = frames
        self.others = others
    }

    /// Whether there is nothing in it.
    public var isEmpty: Bool { frames.isEmpty && others.isEmpty }

    /// Hands over what is in it, in its order.
    ///
    /// - Parameters:
    ///   - frame: Is called for each frame.
    ///   - other: Is called for what is no frame; also for a frame whose link has no number, because the recording
    ///     has more links than anybody has.
    public func visit(
        frame: (RecordedFrame) -> Void, other: (RecordedItem, _ place: Int) -> Void
    ) {
        var done = 0
        for next in others {
            for index in done..<next.framesBefore { frame(frames[index]) }
            done = next.framesBefore
            other(next.item, next.place)
        }
        for index in done..<frames.count { frame(frames[index]) }
    }
}

/// Collects what is read until somebody takes it, and counts it.
struct BatchMaker {
    var tally = RecordingTally()
    var links = LinkNames()
    var second = LastSecond()
    private var frames: [RecordedFrame] = []
    private var others: [RecordingBatch.Other] = []

    /// Adds a frame that is already counted as none.
    mutating func add(_ frame: RecordedFrame) {
        tally.frames += 1
        frames.append(frame)
    }

    mutating func add(_ finding: Finding) {
        tally.count(finding)
        guard case .item(let item) = finding.found else { return }
        guard case .frame(let frame) = item.content, let link = links.number(of: item.link) else {
            others.append(.init(framesBefore: frames.count, item: item, place: finding.place))
            return
        }
        frames.append(
            RecordedFrame(
                frame: frame, nanoseconds: item.nanoseconds, direction: item.direction, link: link,
                place: finding.place))
    }

    /// What was collected; after that it is gone.
    mutating func taken() -> RecordingBatch {
        let batch = RecordingBatch(links: links.names, frames: frames, others: others)
        let most = frames.capacity
        frames = []
        // Pieces of a file are of one size, so the next holds about as many.
        frames.reserveCapacity(most)
        others = []
        return batch
    }
}

/// The names of links, numbered as they appear.
struct LinkNames {
    /// More links than anybody has.
    static let most = 256

    private(set) var names: [String] = []
    private var keys: [Key] = []
    private var last = 0 { didSet { usual = Usual(keys[last], UInt16(truncatingIfNeeded: last)) } }
    /// The name that came last.
    private(set) var usual = Usual()

    /// A name of at most seven bytes with the blank behind it, as the first bytes of a line's eight.
    struct Usual {
        /// The bytes, and which of eight they are; of no name, what no bytes are.
        var text: UInt64 = 1, mask: UInt64 = 0
        var length = 0
        var number: UInt16 = 0

        init() {}

        init(_ key: Key, _ number: UInt16) {
            let count = (64 - key.low.leadingZeroBitCount + 7) / 8
            guard key.high == 0, (1...7).contains(count) else { return }
            text = key.low | 0x20 << UInt64(8 * count)
            mask = count == 7 ? .max : 1 << UInt64(8 * count + 8) - 1
            (length, self.number) = (count + 1, number)
        }
    }

    /// The bytes of a name, the first one least significant; none for a name that is no word or too long.
    struct Key: Equatable {
        var low: UInt64 = 0, high: UInt64 = 0

        init() {}

        init(low: UInt64, high: UInt64) { (self.low, self.high) = (low, high) }

        init(_ name: String) {
            guard name.utf8.count <= 16 else { return }
            for (place, byte) in name.utf8.enumerated() {
                if place < 8 {
                    low |= UInt64(byte) << UInt64(8 * place)
                } else {
                    high |= UInt64(byte) << UInt64(8 * (place - 8))
                }
            }
        }

        /// The name, if it is one word of printable characters and not a direction.
        var word: String? {
            let bytes = (0..<16).map {
                UInt8(truncatingIfNeeded: ($0 < 8 ? low : high) >> UInt64(8 * ($0 & 7)))
            }
            let name = bytes.prefix { $0 != 0 }
            guard name.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x23 }) else { return nil }
            let text = String(decoding: name, as: UTF8.self)
            return text.isEmpty || text == "RX" || text == "TX" ? nil : text
        }
    }

    /// The number of a name, a new one if need be; `nil` if there are too many.
    mutating func number(of name: String) -> UInt16? {
        if last < names.count, names[last] == name { return UInt16(last) }
        return number { $0.names[$1] == name } ?? add(name)
    }

    /// The number of a name that is one word; `nil` for what is none, or if there are too many.
    @inline(__always)
    mutating func number(of key: Key) -> UInt16? {
        if last < keys.count, keys[last] == key { return UInt16(truncatingIfNeeded: last) }
        return look(for: key)
    }

    @inline(never)
    private mutating func look(for key: Key) -> UInt16? {
        number { $0.keys[$1] == key } ?? key.word.flatMap { add($0) }
    }

    private mutating func number(where isIt: (LinkNames, Int) -> Bool) -> UInt16? {
        guard let found = names.indices.first(where: { isIt(self, $0) }) else { return nil }
        last = found
        return UInt16(found)
    }

    private mutating func add(_ name: String) -> UInt16? {
        guard names.count < Self.most else { return nil }
        names.append(name)
        // What a line cannot be read quickly with has a key that no line has.
        let key = Key(name)
        keys.append(key.word == name ? key : Key())
        last = names.count - 1
        return UInt16(last)
    }
}
