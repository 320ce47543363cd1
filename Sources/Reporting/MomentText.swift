public import BatteryModel

/// A moment in the past as people type it: `13:05`, `2026-11-20 13:05:30`, `-10min`.
public enum MomentText: Sendable, Equatable {
    /// A time of day, today or, if that is still to come, yesterday.
    case timeOfDay(Int)
    /// A local date and time.
    case local(CivilTime)
    /// A date and time in UTC.
    case utc(CivilTime)
    /// So many seconds ago.
    case ago(Int64)

    /// What a text may be, for messages.
    public static let expected = "a time such as 13:05, '2026-11-20 13:05', 2026-11-20T12:05Z or -10min"

    /// Reads a text; `nil` if it is no moment.
    public init?(_ text: String) {
        if text.hasPrefix("-") {
            guard let seconds = Self.length(text.dropFirst()) else { return nil }
            self = .ago(seconds)
            return
        }
        guard let space = text.firstIndex(where: { $0 == " " || $0 == "T" }) else {
            guard let time = Self.time(text[...]) else { return nil }
            self = .timeOfDay(time)
            return
        }
        let isUTC = text.hasSuffix("Z")
        let clock = text[text.index(after: space)...].dropLast(isUTC ? 1 : 0)
        let parts = text[..<space].split(separator: "-", omittingEmptySubsequences: false).map {
            Self.number($0, digits: 1...4)
        }
        guard parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2],
            let time = Self.time(clock),
            let civil = CivilTime(year: year, month: month, day: day, secondOfDay: time)
        else { return nil }
        self = isUTC ? .utc(civil) : .local(civil)
    }

    /// The moment in seconds since the beginning of 1970.
    ///
    /// - Parameters:
    ///   - now: The present.
    ///   - fromLocal: Finds the moment at which local clocks show a time.
    /// - Returns: The moment.
    public func unixSeconds(now: WallTime, fromLocal: (Int64) -> Int64) -> Int64 {
        switch self {
        case .ago(let seconds): return now.unixSeconds - seconds
        case .utc(let civil): return civil.seconds
        case .local(let civil): return fromLocal(civil.seconds)
        case .timeOfDay(let second):
            let midnight = now.unixSeconds + Int64(now.offsetSeconds) - Int64(now.secondOfDay)
            let today = fromLocal(midnight + Int64(second))
            return today <= now.unixSeconds ? today : fromLocal(midnight - 86_400 + Int64(second))
        }
    }

    private static let units: [(word: String, seconds: Int64)] = [
        ("s", 1), ("min", 60), ("h", 3_600), ("d", 86_400),
    ]

    private static func length(_ text: Substring) -> Int64? {
        let digits = text.prefix { ("0"..."9").contains($0) }
        guard let count = number(digits, digits: 1...7),
            let unit = units.first(where: { $0.word == text.dropFirst(digits.count) })
        else { return nil }
        return Int64(count) * unit.seconds
    }

    private static func time(_ text: Substring) -> Int? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map {
            number($0, digits: 1...2)
        }
        guard (2...3).contains(parts.count), let hour = parts[0], let minute = parts[1],
            let second = parts.count == 3 ? parts[2] : 0, hour < 24, minute < 60, second < 60
        else { return nil }
        return hour * 3_600 + minute * 60 + second
    }

    private static func number(_ text: Substring, digits: ClosedRange<Int>) -> Int? {
        guard digits.contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text)
    }
}
