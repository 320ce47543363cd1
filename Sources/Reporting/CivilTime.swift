public import BatteryModel

/// A date and a time of day, without a zone.
public struct CivilTime: Sendable, Equatable {
    /// The year, 1970…9999 where it comes from a text.
    public var year: Int
    /// The month, 1…12.
    public var month: Int
    /// The day of the month, 1…31.
    public var day: Int
    /// The second of the day, 0…86 399.
    public var secondOfDay: Int

    /// The time that a clock shows which is `seconds` past the beginning of 1970.
    public init(seconds: Int64) {
        // Outside of these years nothing was recorded; a hostile number must not overflow.
        let seconds = min(max(seconds, 0), 253_402_300_799)
        var days = Int(seconds / 86_400)
        secondOfDay = Int(seconds % 86_400)
        year = 1970
        while days >= Self.length(ofYear: year) {
            days -= Self.length(ofYear: year)
            year += 1
        }
        month = 1
        while days >= Self.length(ofMonth: month, year) {
            days -= Self.length(ofMonth: month, year)
            month += 1
        }
        day = days + 1
    }

    /// The local time of `wall`.
    public init(_ wall: WallTime) {
        self.init(seconds: wall.unixSeconds &+ Int64(wall.offsetSeconds))
    }

    /// A date and time; `nil` if there is no such day.
    public init?(year: Int, month: Int, day: Int, secondOfDay: Int) {
        guard (1970...9999).contains(year), (1...12).contains(month),
            (1...Self.length(ofMonth: month, year)).contains(day), (0..<86_400).contains(secondOfDay)
        else { return nil }
        (self.year, self.month, self.day, self.secondOfDay) = (year, month, day, secondOfDay)
    }

    /// Seconds since the beginning of 1970 on the same clock.
    public var seconds: Int64 {
        var days = day - 1
        for earlier in 1970..<max(year, 1970) { days += Self.length(ofYear: earlier) }
        for earlier in 1..<max(month, 1) { days += Self.length(ofMonth: earlier, year) }
        return Int64(days) * 86_400 + Int64(secondOfDay)
    }

    /// `2026-11-20`.
    public var date: String { "\(year)-\(Self.two(month))-\(Self.two(day))" }

    /// `13:04:58`.
    public var time: String {
        "\(Self.two(secondOfDay / 3_600)):\(Self.two(secondOfDay / 60 % 60)):\(Self.two(secondOfDay % 60))"
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private static func isLeap(_ year: Int) -> Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    private static func length(ofYear year: Int) -> Int { isLeap(year) ? 366 : 365 }

    private static func length(ofMonth month: Int, _ year: Int) -> Int {
        let lengths = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return lengths[month - 1]
    }
}
