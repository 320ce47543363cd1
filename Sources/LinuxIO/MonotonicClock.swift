public import BatteryModel
import CLinuxIO
import Glibc

/// The clock that never jumps and goes on counting while the machine is suspended.
public enum MonotonicClock {
    /// The time now.
    public static func now() -> Instant {
        var time = timespec()
        // Cannot fail: the clock exists since Linux 2.6.39 and the pointer is good.
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }
}
