/// The time on the wall, as far as the machine knows it.
///
/// It may jump when somebody sets it. The control uses it only for what people give by the clock; what is measured
/// goes by ``Instant``.
public struct WallTime: Sendable, Hashable {
    /// Seconds since the beginning of 1970, UTC.
    public var unixSeconds: Int64
    /// How far local time is ahead of UTC, in seconds.
    public var offsetSeconds: Int32

    /// Makes a time.
    public init(unixSeconds: Int64, offsetSeconds: Int32 = 0) {
        self.unixSeconds = unixSeconds
        self.offsetSeconds = offsetSeconds
    }

    /// The second of the local day, 0…86 399.
    public var secondOfDay: Int32 {
        let (local, overflow) = unixSeconds.addingReportingOverflow(Int64(offsetSeconds))
        let second = (overflow ? unixSeconds : local) % 86_400
        return Int32(second < 0 ? second + 86_400 : second)
    }
}
