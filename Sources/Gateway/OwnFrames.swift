import BatteryModel
import BusCodec

/// What was sent a moment ago, so that an adapter that repeats it is not taken for a second battery.
struct OwnFrames: Sendable {
    /// How long after it was sent a frame may come back.
    static let echoWithin = Interval.seconds(2)

    /// A frame and when it was sent last.
    private struct Sent: Sendable {
        var frame: CANFrame
        var at: Instant
    }

    private var frames: InlineArray<64, Sent?> = InlineArray(repeating: nil)

    /// Notes a frame; of too many different ones the oldest is forgotten.
    mutating func sent(_ frame: CANFrame, at now: Instant) {
        var place = 0
        var oldest = Instant(nanoseconds: .max)
        for index in frames.indices {
            guard let entry = frames[index] else {
                if oldest > Instant(nanoseconds: .min) {
                    (place, oldest) = (index, Instant(nanoseconds: .min))
                }
                continue
            }
            if entry.frame == frame {
                frames[index] = Sent(frame: frame, at: now)
                return
            }
            if entry.at < oldest { (place, oldest) = (index, entry.at) }
        }
        frames[place] = Sent(frame: frame, at: now)
    }

    /// Whether a frame that was heard is one that was sent a moment ago.
    func isEcho(_ frame: CANFrame, at now: Instant) -> Bool {
        for index in frames.indices {
            guard let entry = frames[index], entry.frame == frame else { continue }
            return now - entry.at <= Self.echoWithin
        }
        return false
    }
}
