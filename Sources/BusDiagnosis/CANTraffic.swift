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
    /// Error frames of the controller, and the classes that they had, as Linux names them.
    public private(set) var errorFrames: UInt64 = 0, errorClasses: UInt32 = 0
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

    /// One more than the place of a track in ``tracks``, by the hash of its identifier; 0 for none.
    private var places = [UInt16](repeating: 0, count: 1_024)

    /// Nothing heard.
    public init() {}

    /// The track of an identifier, with bit 31 set for 29 bits; `nil` if it was not heard.
    public func track(_ container: UInt32) -> FrameTrack? {
        find(container).found.map { tracks[$0] }
    }

    /// Notes a frame; returns whether it is data.
    mutating func note(_ frame: CANFrame, at now: Instant, place: Int) -> Bool {
        if let last, now < last { backwards += 1 }
        if first == nil { first = now }
        last = now
        until = max(until ?? now, now)
        if frame.kind == .error {
            errorFrames += 1
            errorClasses |= frame.identifier
            if firstErrorPlace == nil { firstErrorPlace = place }
            return false
        }
        if frame.kind == .data { frames += 1 }
        let (index, free) = find(FrameTrack.container(of: frame))
        if let index {
            tracks[index].note(frame, at: now, place: place)
        } else if tracks.count < Self.maximumTracks {
            var track = FrameTrack(frame, at: now, place: place)
            track.note(frame, at: now, place: place)
            tracks.append(track)
            places[free] = UInt16(tracks.count)
        } else {
            untracked += 1
        }
        return frame.kind == .data
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
            if tracks[index].container == container { return (index, place) }
            place = (place + 1) & 1_023
        }
        return (nil, place)
    }
}
