/// The unit of an integer in the model.
///
/// Every number above the codec is an `Int32` in one of these.
public enum Unit: UInt8, Sendable {
    /// A plain number.
    case count
    /// Thousandths of a volt.
    case millivolts
    /// Thousandths of an ampere; charging is positive.
    case milliamps
    /// Thousandths of an ampere-hour.
    case milliampHours
    /// Watt-hours.
    case wattHours
    /// Thousandths of a whole; a state of charge of 87.3 % is 873.
    case permille
    /// Tenths of a degree Celsius.
    case decicelsius
    /// Thousandths of an ohm.
    case milliohms
    /// Seconds.
    case seconds
    /// Tenths of a second.
    case deciseconds
    /// Millionths of a second.
    case microseconds
    /// Minutes.
    case minutes
    /// Hours.
    case hours
    /// Off (0) or on (1).
    case onOff
    /// A bit pattern; a 32-bit word keeps its pattern although the sign may show.
    case bits
    /// The number of a choice.
    case choice

    /// What is written behind the number as people read it: `mV`, `A` and so on for the display value.
    public var symbol: StaticString {
        switch self {
        case .count, .onOff, .bits, .choice: ""
        case .millivolts: "V"
        case .milliamps: "A"
        case .milliampHours: "Ah"
        case .wattHours: "kWh"
        case .permille: "%"
        case .decicelsius: "°C"
        case .milliohms: "mΩ"
        case .seconds, .deciseconds: "s"
        case .microseconds: "µs"
        case .minutes: "min"
        case .hours: "h"
        }
    }

    /// How many decimal places move the integer into ``symbol``: 3 for millivolts shown as volts.
    public var decimals: Int {
        switch self {
        case .millivolts, .milliamps, .milliampHours, .wattHours: 3
        case .permille, .decicelsius, .deciseconds: 1
        case .count, .milliohms, .seconds, .microseconds, .minutes, .hours, .onOff, .bits, .choice: 0
        }
    }
}
