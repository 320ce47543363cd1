public import BatteryModel
import Glibc

/// The clock on the wall: what people go by, and what may jump whenever somebody sets it.
public enum WallClock {
    /// The time now with the local offset; `nil` while the machine does not know it.
    ///
    /// A machine without a battery for its clock begins somewhere in the past until the network tells it the time.
    public static func now() -> WallTime? {
        var seconds = time(nil)
        var parts = tm()
        guard seconds > earliest, localtime_r(&seconds, &parts) != nil else { return nil }
        return WallTime(unixSeconds: Int64(seconds), offsetSeconds: Int32(clamping: parts.tm_gmtoff))
    }

    /// What the clock shows, in nanoseconds since 1970, whether that can be right or not.
    public static var unixNanoseconds: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// The time from now to the next time the clock shows `hour` and `minute`, up to a day.
    ///
    /// Knows of the hours that are left out or come twice when summer time begins and ends; `nil` while the machine
    /// does not know the time.
    public static func interval(untilHour hour: Int32, minute: Int32) -> Interval? {
        var now = time(nil)
        var parts = tm()
        guard now > earliest, localtime_r(&now, &parts) != nil else { return nil }
        for _ in 0..<2 {
            var goal = parts
            (goal.tm_hour, goal.tm_min, goal.tm_sec, goal.tm_isdst) = (hour, minute, 0, -1)
            let seconds = mktime(&goal)
            if seconds > now { return .seconds(Int64(seconds - now)) }
            parts.tm_mday += 1
        }
        return nil
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

    /// The beginning of 2020: no machine that runs this program is older.
    private static let earliest = 1_577_836_800
}
