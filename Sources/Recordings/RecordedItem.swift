public import BusCodec

/// One thing in a recording: a CAN frame, bytes of a serial line, or what else happened on a link.
public struct RecordedItem: Sendable, Equatable {
    /// Nanoseconds since 1970 where the file says when it was recorded, else since its beginning; `nil` without a time.
    ///
    /// A file that gives the time of its place and not the place is read as if it were UTC.
    public var nanoseconds: Int64?
    /// The interface, channel or line as the file calls it; empty where it does not.
    public var link: String
    /// Which way it went, seen from the recorder; `nil` where the file does not say.
    public var direction: Direction?
    /// What was on the wire.
    public var content: Content

    /// Which way something went, seen from the recorder.
    public enum Direction: UInt8, Sendable {
        /// It came from the wire.
        case received
        /// The recorder, or its machine, sent it.
        case sent
    }

    /// What was on the wire.
    public enum Content: Sendable, Equatable {
        /// A frame; of an error frame, the identifier has its class where the file tells it, else 0.
        case frame(CANFrame)
        /// Bytes that came or went together.
        case bytes([UInt8])
        /// Something that was not on the wire, in words: the link was lost, it is back.
        case note(String)
    }

    /// Makes an item.
    public init(nanoseconds: Int64?, link: String, direction: Direction?, content: Content) {
        self.nanoseconds = nanoseconds
        self.link = link
        self.direction = direction
        self.content = content
    }
}

/// What was found in a recording, counted.
public struct RecordingTally: Sendable, Equatable {
    /// CAN frames with data, and requests for data.
    public var frames = 0
    /// Error frames of a controller.
    public var errorFrames = 0
    /// Runs of bytes of a serial line.
    public var byteRuns = 0
    /// Notes of what else happened.
    public var notes = 0
    /// CAN FD frames; they are left out.
    public var flexibleFrames = 0
    /// Lines or blocks that cannot be read.
    public var unreadable = 0
    /// The first of them: its place (a line counted from 1, in binary files a byte counted from 0), and why.
    public var firstUnreadable: Complaint?
    /// Where its times go back or leap.
    public var times = RecordedTime()

    /// Where something cannot be read, and why.
    public struct Complaint: Sendable, Equatable {
        /// A line counted from 1; in binary files a byte counted from 0.
        public var place: Int
        /// Why, as the end of a sentence.
        public var reason: String
    }

    /// Nothing found.
    public init() {}

    /// Whether there was nothing from a wire.
    public var isEmpty: Bool { frames + errorFrames + byteRuns == 0 }

    mutating func count(_ finding: Finding) {
        switch finding.found {
        case .item(let item):
            if let time = item.nanoseconds { times.take(time, place: finding.place) }
            switch item.content {
            case .frame(let frame) where frame.kind == .error: errorFrames += 1
            case .frame: frames += 1
            case .bytes: byteRuns += 1
            case .note: notes += 1
            }
        case .flexible: flexibleFrames += 1
        case .unreadable(let reason):
            unreadable += 1
            if firstUnreadable == nil { firstUnreadable = Complaint(place: finding.place, reason: reason) }
        }
    }
}

/// What a format's reader found, and in which line or at which byte.
struct Finding {
    let found: Found
    let place: Int

    init(_ found: Found, at place: Int) {
        self.found = found
        self.place = place
    }
}

/// What can be found in one place.
enum Found {
    case item(RecordedItem)
    /// A CAN FD frame.
    case flexible
    case unreadable(String)
}

/// Why a line or block cannot be read, as the end of a sentence.
struct Unreadable: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}
