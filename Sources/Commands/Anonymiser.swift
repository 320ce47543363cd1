import BMSDrivers
import BatteryModel
import BusCodec
import InverterProfiles
import Recordings
import Reporting

/// Takes serial numbers, names, PINs and passwords out of recordings, as far as they stand in what is known here.
///
/// What is replaced keeps its length, and checksums are right again. What cannot be rewritten so that it says the same
/// in everything else is left out.
struct Anonymiser {
    /// Frames and answers in which something was replaced.
    private(set) var replaced = 0
    /// Frames and answers that were left out, and stretches of text that belong to no protocol.
    private(set) var leftOut = 0

    private var queue: [Waiting] = []
    private var firstNumber = 0
    private var streams: [Key: AnonymousStream] = [:]

    /// Something that waits for what comes behind it.
    private struct Waiting {
        var item: RecordedItem
        /// What becomes of each byte; `nil` for one that goes.
        var bytes: [UInt8?] = []
        /// Bytes of which it is not yet known.
        var open = 0
    }

    /// Bytes of one link in one direction belong together.
    private struct Key: Hashable {
        var link: String
        var direction: RecordedItem.Direction?
    }

    /// Silence behind which what is incomplete stays so.
    private static let gap: Int64 = 200_000_000
    /// Nothing waits longer than until so much has come behind it.
    private static let mostWaiting = 4_000

    /// What was done, in a sentence.
    var sentence: String {
        "names and serial numbers replaced in \(replaced) \(replaced == 1 ? "place" : "places"); \(leftOut) that could not be rewritten left out"
    }

    /// Takes the next items; returns what can be written.
    mutating func take(_ items: [RecordedItem]) -> [RecordedItem] {
        var done: [RecordedItem] = []
        for item in items { done += take(item) }
        return done
    }

    /// Takes the next item; returns what can be written.
    mutating func take(_ item: RecordedItem) -> [RecordedItem] {
        var waiting = Waiting(item: item)
        switch item.content {
        case .note: break
        case .frame(let frame):
            if let other = AnonymousFrames.anonymous(frame) {
                waiting.item.content = .frame(other)
                replaced += 1
            }
        case .bytes(let bytes):
            waiting.bytes = bytes
            waiting.open = bytes.count
            let key = Key(link: item.link, direction: item.direction)
            let number = firstNumber + queue.count
            queue.append(waiting)
            hear(bytes, key, number, at: item.nanoseconds)
            return ready()
        }
        queue.append(waiting)
        return ready()
    }

    /// Says that nothing has come until `time`; returns what need not wait any more.
    mutating func pass(_ time: Int64) -> [RecordedItem] {
        for (key, stream) in streams where stream.lastAt.map({ time - $0 > Self.gap }) ?? false {
            settle(key, isLast: true)
        }
        return ready()
    }

    /// Says that there is no more; returns the rest.
    mutating func finish() -> [RecordedItem] {
        for key in streams.keys { settle(key, isLast: true) }
        return ready()
    }

    private mutating func hear(_ bytes: [UInt8], _ key: Key, _ number: Int, at time: Int64?) {
        var stream = streams[key] ?? AnonymousStream()
        if let time, let last = stream.lastAt, time - last > Self.gap {
            streams[key] = stream
            settle(key, isLast: true)
            stream = streams[key] ?? stream
        }
        stream.lastAt = time ?? stream.lastAt
        stream.add(bytes, number: number)
        streams[key] = stream
        settle(key, isLast: false)
        if queue.count > Self.mostWaiting { for key in streams.keys { settle(key, isLast: true) } }
    }

    /// Works out what becomes of the bytes of a stream, as far as that can be told.
    private mutating func settle(_ key: Key, isLast: Bool) {
        guard var stream = streams[key] else { return }
        streams[key] = nil
        for piece in stream.take(isLast: isLast) {
            switch piece.fate {
            case .kept: break
            case .replaced: replaced += 1
            case .leftOut: leftOut += 1
            }
            for (place, origin) in piece.origins.enumerated() {
                let index = origin.number - firstNumber
                queue[index].bytes[origin.offset] = piece.bytes.map { $0[place] }
                queue[index].open -= 1
            }
        }
        streams[key] = stream
    }

    /// What waits for nothing more, in order; an item that lost all its bytes goes.
    private mutating func ready() -> [RecordedItem] {
        let count = queue.firstIndex { $0.open > 0 } ?? queue.count
        let done = queue.prefix(count).compactMap { waiting -> RecordedItem? in
            guard case .bytes(let before) = waiting.item.content else { return waiting.item }
            let bytes = waiting.bytes.compactMap(\.self)
            if bytes.isEmpty, !before.isEmpty { return nil }
            var item = waiting.item
            item.content = .bytes(bytes)
            return item
        }
        queue.removeFirst(count)
        firstNumber += count
        return done
    }
}

/// Frames of inverter profiles that carry names and serial numbers.
enum AnonymousFrames {
    /// The identifiers, from the rows of all profiles: texts that are called a name or a serial number.
    static let identifiers: Set<UInt32> = {
        var found: Set<UInt32> = []
        for index in ProfileTable.profiles.indices {
            let profile = ProfileTable.profiles[index]
            guard case .can = profile.sheet.link else { continue }
            profile.visitRows(nil) { row in
                let name = "\(row.name)"
                guard case .shownText = row.meaning, name.hasPrefix("serial") || name.hasPrefix("name") else {
                    return
                }
                found.insert(row.container)
            }
        }
        return found
    }()

    /// The frame without what it says; `nil` if it says nothing that must go.
    static func anonymous(_ frame: CANFrame) -> CANFrame? {
        guard frame.kind == .data, identifiers.contains(frame.identifier) else { return nil }
        var other = frame
        // Another protocol may have numbers there: they are no text and stay.
        let bytes = (0..<Int(frame.length)).map { frame.bytes[$0] }
        guard bytes.allSatisfy({ $0 == 0 || $0 == 0xFF || AnonymousText.isPrintable($0) }),
            bytes.contains(where: AnonymousText.isPrintable)
        else { return nil }
        for place in 0..<Int(frame.length) { other.bytes[place] = AnonymousText.mask(bytes[place]) }
        return other == frame ? nil : other
    }
}

/// Text in bytes.
enum AnonymousText {
    static func isPrintable(_ byte: UInt8) -> Bool { (0x20...0x7E).contains(byte) }

    /// A digit becomes 0, a letter X; everything else stays.
    static func mask(_ byte: UInt8) -> UInt8 {
        switch byte {
        case 0x30...0x39: 0x30
        case 0x41...0x5A, 0x61...0x7A: 0x58
        default: byte
        }
    }

    /// The stretches of at least `least` printable characters.
    static func runs(_ bytes: some Collection<UInt8>, least: Int) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var start: Int?
        for (place, byte) in bytes.enumerated() {
            if isPrintable(byte) {
                start = start ?? place
            } else if let begin = start {
                if place - begin >= least { runs.append(begin..<place) }
                start = nil
            }
        }
        if let begin = start, bytes.count - begin >= least { runs.append(begin..<bytes.count) }
        return runs
    }
}
