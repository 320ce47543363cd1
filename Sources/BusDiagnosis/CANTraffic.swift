public import BatteryModel
import BusCodec

/// What was heard on a CAN bus: one track for each identifier, and what else happened.
///
/// Bounded: of more than ``maximumTracks`` identifiers the later ones are only counted.
public struct CANTraffic: Sendable {
    /// The most identifiers that are kept apart; no battery bus has half as many.
    public static let maximumTracks = 256

    /// The tracks, in the order in which they appeared.
    public private(set) var tracks: [FrameTrack] = []
    /// Number of data frames.
    public private(set) var frames: UInt64 = 0
    /// Number of bits that the data frames took on the wire, stuffing left out.
    public private(set) var bits: UInt64 = 0
    /// Error frames of the controller, and the classes that they had, as Linux names them.
    public private(set) var errorFrames: UInt64 = 0, errorClasses: UInt32 = 0
    /// What the controller said about itself in error frames of that class: the second byte, as Linux names its bits.
    public private(set) var controllerState: UInt8 = 0
    /// Where the first error frame stands.
    public private(set) var firstErrorPlace: Int?
    /// Frames of identifiers that found no room.
    public private(set) var untracked: UInt64 = 0
    /// How often the time went back.
    public private(set) var backwards: UInt64 = 0
    /// When the first and the last frame came; `nil` before any.
    public private(set) var first: Instant?, last: Instant?
    /// Until when was listened.
    public private(set) var until: Instant?

    /// The identifiers of ``tracks``, by themselves: a look at one does not touch the track.
    private var containers: [UInt32] = []
    /// One more than the place of a track in ``tracks``, by the hash of its identifier; 0 for none.
    private var places = [UInt16](repeating: 0, count: 1_024)

    /// Nothing heard.
    public init() {}

    /// The track of an identifier, with bit 31 set for 29 bits; `nil` if it was not heard.
    public func track(_ container: UInt32) -> FrameTrack? { index(of: container).map { tracks[$0] } }

    /// The place of a track in ``tracks``; `nil` if the identifier was not heard.
    func index(of container: UInt32) -> Int? { find(container).found }

    /// Notes a frame; returns the place of its track and whether it says something new, `nil` if it is no data or found
    /// no room.
    mutating func note(_ frame: CANFrame, at now: Instant, place: Int) -> (track: Int, isNews: Bool)? {
        noteTime(now)
        if frame.kind == .error {
            noteError(frame, place: place)
            return nil
        }
        if frame.kind == .data {
            frames &+= 1
            bits &+= (frame.isExtended ? 67 : 47) &+ 8 &* UInt64(frame.length)
        }
        guard let track = findOrMake(frame, at: now, place) else { return nil }
        let isNews = tracks[track].note(frame, at: now, place: place)
        return frame.kind == .data ? (track, isNews) : nil
    }

    private mutating func noteTime(_ now: Instant) {
        if let last {
            if now < last { backwards += 1 }
        } else if first == nil {
            first = now
        }
        last = now
        if let until, now <= until { return }
        until = now
    }

    private mutating func noteError(_ frame: CANFrame, place: Int) {
        errorFrames += 1
        errorClasses |= frame.identifier
        if frame.identifier & 0x4 != 0 { controllerState |= frame.bytes[1] }
        if firstErrorPlace == nil { firstErrorPlace = place }
    }

    /// The track of a frame, a new one if need be; `nil` if there is no room.
    private mutating func findOrMake(_ frame: CANFrame, at now: Instant, _ place: Int) -> Int? {
        let (found, free) = find(FrameTrack.container(of: frame))
        if let found { return found }
        guard tracks.count < Self.maximumTracks else {
            untracked += 1
            return nil
        }
        tracks.append(FrameTrack(frame, at: now, place: place))
        containers.append(FrameTrack.container(of: frame))
        places[free] = UInt16(tracks.count)
        return tracks.count - 1
    }

    /// Notes that nothing came until `now`.
    mutating func passed(to now: Instant) {
        if first == nil { first = now }
        until = max(until ?? now, now)
    }

    /// How long was listened.
    public var length: Interval {
        guard let first, let until else { return .zero }
        return max(until - first, .zero)
    }

    private func find(_ container: UInt32) -> (found: Int?, free: Int) {
        var place = Int(truncatingIfNeeded: (container &* 0x9E37_79B1) >> 22)
        while places[place] != 0 {
            let index = Int(places[place]) - 1
            if containers[index] == container { return (index, place) }
            place = (place + 1) & 1_023
        }
        return (nil, place)
    }
}
