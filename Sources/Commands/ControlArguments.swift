import BatteryModel
import LinuxIO

/// A current on the command line.
struct CurrentArgument: ArgumentValue, Equatable {
    /// In milliamps, 0…5 000 000.
    let milliamps: Int32

    static let valueName = "CURRENT"
    static let expected = "a current such as 40, 40A or 40.5A, at most 5000 A"
    static let placeholder = CurrentArgument(milliamps: 0)

    var argumentText: String { "\(Double(milliamps) / 1_000) A" }

    private init(milliamps: Int32) { self.milliamps = milliamps }

    init?(argument: String) {
        let digits = argument.prefix { ("0"..."9").contains($0) || $0 == "." }
        let unit = argument.dropFirst(digits.count).drop { $0 == " " }
        guard let number = Double(digits), let factor = ["": 1_000.0, "A": 1_000, "mA": 1][unit] else {
            return nil
        }
        let milliamps = (number * factor).rounded()
        guard (0...5_000_000).contains(milliamps) else { return nil }
        self.milliamps = Int32(milliamps)
    }
}

/// A time of day on the command line.
struct TimeOfDayArgument: ArgumentValue, Equatable {
    /// 0…23.
    let hour: Int32
    /// 0…59.
    let minute: Int32

    static let valueName = "HH:MM"
    static let expected = "a time of day such as 14:30"
    static let placeholder = TimeOfDayArgument(hour: 0, minute: 0)

    var argumentText: String { "\(hour):\(minute < 10 ? "0" : "")\(minute)" }

    private init(hour: Int32, minute: Int32) {
        self.hour = hour
        self.minute = minute
    }

    init?(argument: String) {
        let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...2).contains(parts[0].count), parts[1].count == 2,
            parts.allSatisfy({ $0.allSatisfy { ("0"..."9").contains($0) } }),
            let hour = Int32(parts[0]), let minute = Int32(parts[1]), hour < 24, minute < 60
        else { return nil }
        self.hour = hour
        self.minute = minute
    }

    /// The time from now until the clock on the wall shows it.
    var fromNow: Interval? { WallClock.interval(untilHour: hour, minute: minute) }
}
