public import BatteryModel

/// How an inverter takes what a battery says.
public struct InverterBehaviour: Sendable, Hashable {
    /// What it makes of the words, beside plain obedience.
    public struct Readings: OptionSet, Sendable, Hashable {
        /// One bit for each.
        public let rawValue: UInt16

        /// Makes a set from its bits.
        public init(rawValue: UInt16) { self.rawValue = rawValue }

        /// It charges with what it has, whatever CCL says.
        public static let ignoresCCL = Readings(rawValue: 1 << 0)
        /// It discharges with what the house wants, whatever DCL says.
        public static let ignoresDCL = Readings(rawValue: 1 << 1)
        /// It goes on charging above CVL.
        public static let ignoresCVL = Readings(rawValue: 1 << 2)
        /// A current of 0 means "nothing said" to it (Sofar).
        public static let ignoresZero = Readings(rawValue: 1 << 3)
        /// It discharges at full power, within DCL, while the bank stands above CVL (Victron).
        public static let emptiesAboveCVL = Readings(rawValue: 1 << 4)
        /// It discharges at full power on a CCL of 0 with a CVL above the bank (Deye).
        public static let dischargesOnZero = Readings(rawValue: 1 << 5)
        /// It looks at the permissions as well as at the currents; others look at the currents alone.
        public static let obeysPermission = Readings(rawValue: 1 << 6)
    }

    /// What it does when it hears no limits any more.
    public enum OnSilence: Sendable, Hashable {
        /// It stops after this time.
        case stops(after: Interval)
        /// It goes on with the last limits for this time, and stops then.
        case goesOn(for: Interval)

        /// For how long limits are good.
        var patience: Interval {
            switch self {
            case .stops(let time), .goesOn(let time): time
            }
        }
    }

    /// How it shows that it is there.
    public struct KeepAlive: Sendable, Hashable {
        /// From one sign of life to the next.
        public var period: Interval
        /// Whether it makes Deye's pauses: 3 s every two hours, and 5 s once a day.
        public var pauses: Bool

        /// Makes a rhythm.
        public init(period: Interval = .seconds(1), pauses: Bool = false) {
            self.period = period
            self.pauses = pauses
        }

        /// Whether a sign of life may be shown a time after the beginning.
        func isShown(after elapsed: Interval) -> Bool {
            guard pauses else { return true }
            let seconds = elapsed.seconds
            if seconds >= 86_400, seconds % 86_400 < 5 { return false }
            return seconds < 7_200 || seconds % 7_200 >= 3
        }
    }

    /// The name it has in files.
    public var name = "obeys"
    /// What it makes of the words.
    public var readings: Readings = .obeysPermission
    /// The time in which it covers two thirds of the way to another current.
    public var lag: Interval = .seconds(2)
    /// How far above CVL it lets the voltage rise, in millivolts.
    public var overshootMillivolts: Int32 = 0
    /// What it does when it hears no limits any more.
    public var onSilence = OnSilence.stops(after: .seconds(5))
    /// How long it waits before it runs (again) once it hears limits.
    public var restartAfter: Interval = .zero
    /// How it shows that it is there.
    public var keepAlive = KeepAlive()
    /// The most it charges with, in watts.
    public var chargeWatts: Int32 = 10_000
    /// The most it discharges with, in watts.
    public var dischargeWatts: Int32 = 10_000

    /// Plain obedience, with a lag.
    public init() {}

    /// One that differs from plain obedience in what `change` does.
    private init(_ name: String, _ change: (inout InverterBehaviour) -> Void) {
        change(&self)
        self.name = name
    }

    /// Every behaviour that has a name.
    public static let all: [InverterBehaviour] = [
        InverterBehaviour(),
        InverterBehaviour("overshoots") { $0.overshootMillivolts = 400 },
        InverterBehaviour("ignores_ccl") { $0.readings.insert(.ignoresCCL) },
        InverterBehaviour("ignores_dcl") { $0.readings.insert(.ignoresDCL) },
        InverterBehaviour("ignores_cvl") { $0.readings.insert(.ignoresCVL) },
        InverterBehaviour("ignores_zero") { $0.readings = .ignoresZero },
        InverterBehaviour("ignores_permission") { $0.readings = [] },
        InverterBehaviour("empties_above_cvl") { $0.readings.insert(.emptiesAboveCVL) },
        InverterBehaviour("discharges_on_zero") {
            $0.readings = .dischargesOnZero
            $0.keepAlive.pauses = true
        },
        InverterBehaviour("goes_on_when_silent") { $0.onSilence = .goesOn(for: .seconds(30 * 60)) },
        InverterBehaviour("restarts_slowly") { $0.restartAfter = .seconds(60) },
    ]

    /// The behaviour called `name`; `nil` if there is none.
    public static func named(_ name: String) -> InverterBehaviour? { all.first { $0.name == name } }
}
