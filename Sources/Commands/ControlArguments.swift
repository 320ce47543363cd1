import BatteryModel
import LinuxIO
import Reporting

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

/// A current with its direction on the command line; charging is positive.
struct SignedCurrentArgument: ArgumentValue, Equatable {
    /// In milliamps, -5 000 000…5 000 000.
    let milliamps: Int32

    static let valueName = CurrentArgument.valueName
    static let expected = "a current such as 40, -40A or 40.5A, at most 5000 A"
    static let placeholder = SignedCurrentArgument(milliamps: 0)

    var argumentText: String { "\(Double(milliamps) / 1_000) A" }

    private init(milliamps: Int32) { self.milliamps = milliamps }

    init?(argument: String) {
        let isNegative = argument.hasPrefix("-")
        guard let size = CurrentArgument(argument: isNegative ? String(argument.dropFirst()) : argument)
        else {
            return nil
        }
        milliamps = isNegative ? -size.milliamps : size.milliamps
    }
}

/// A kind of alarm on the command line.
struct AlarmArgument: ArgumentValue, Equatable {
    /// The kind.
    let kind: AlarmKind

    private static let kinds = (0..<UInt8(AlarmKind.count)).compactMap(AlarmKind.init(rawValue:))

    static let valueName = "NAME"
    static let expected = "the name of an alarm as in 'busbar status --json', such as cell_over_voltage"
    static let placeholder = AlarmArgument(kind: .cellOverVoltage)

    var argumentText: String { Wording.alarmName(kind) }

    private init(kind: AlarmKind) { self.kind = kind }

    init?(argument: String) {
        guard let kind = Self.kinds.first(where: { Wording.alarmName($0) == argument }) else { return nil }
        self.kind = kind
    }
}
