public import BatteryModel
import Glibc

/// The clock on the wall, which people and logs go by and the control does not.
public enum WallClock {
    /// The time now, with the offset of local time.
    ///
    /// - Returns: `nil` while the clock was obviously never set: before 2024.
    public static func now() -> WallTime? {
        var time = timespec()
        guard clock_gettime(CLOCK_REALTIME, &time) == 0, time.tv_sec > earliest else { return nil }
        return local(Int64(time.tv_sec))
    }

    /// A time with the offset that local time has then.
    public static func local(_ unixSeconds: Int64) -> WallTime {
        var seconds = time_t(unixSeconds)
        var parts = tm()
        guard localtime_r(&seconds, &parts) != nil else { return WallTime(unixSeconds: unixSeconds) }
        return WallTime(unixSeconds: unixSeconds, offsetSeconds: Int32(clamping: parts.tm_gmtoff))
    }

    /// The time at which the clocks here show `unixSeconds` as if it were UTC.
    ///
    /// Of a time that comes twice when the clocks go back, one of the two.
    public static func fromLocal(_ unixSeconds: Int64) -> WallTime {
        let guess = local(unixSeconds)
        let first = unixSeconds &- Int64(guess.offsetSeconds)
        let second = unixSeconds &- Int64(local(first).offsetSeconds)
        return local(second)
    }

    private static let earliest = 1_704_067_200
}
