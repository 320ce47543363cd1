public import BatteryModel
public import BusCodec

/// What a signal of a BMS protocol carries.
public enum PackMeaning: Sendable, Equatable {
    /// A number that limits are made from; out of its range the whole answer is refused.
    case number(PackField)
    /// A number that people and diagnosis read; out of its range it alone is left out.
    ///
    /// It must not take a healthy pack out of the bank: all charge ever turned over leaves 32 bits after some
    /// 7 600 cycles of 280 Ah, and undocumented firmware may put anything where it is only informative.
    case information(PackField)
    /// A temperature that counts only if bit `bit` of ``sensorBits`` is set.
    case sensor(PackField, bit: UInt8)
    /// Which temperature sensors there are.
    case sensorBits
    /// Which cells there are.
    case cellStates
    /// The voltage of each cell.
    case cellVoltages
    /// The temperature of each cell sensor.
    case temperatures
    /// The resistance of each balance lead.
    case wireResistances
    /// The alarm bits.
    case alarmWord
    /// A text.
    case identity(IdentityField)
    /// A number that is carried a second time; written by the battery side, not read.
    case copy(PackField)
    /// Power without sign; written by the battery side, not read.
    case power
    /// Documented, but of no use here, or undocumented.
    case reserved
    /// A PIN or password in plain text: never read, never written.
    case secret

    /// The field that a host reads from it; `nil` for what is no single number, and for what is not read.
    public var field: PackField? {
        switch self {
        case .number(let field), .information(let field), .sensor(let field, _): field
        default: nil
        }
    }
}

/// One row of a BMS protocol.
public typealias PackRow = SignalRow<PackMeaning>

/// One fact from a driver's tables, for sheets and documentation.
public enum DriverFact: Sendable {
    /// The signals that follow stand together.
    case block(StaticString)
    /// A signal.
    case signal(PackRow)
    /// A bit that says that something is wrong; `kind` is `nil` where it stands on healthy packs.
    case alarmBit(Int, name: StaticString, kind: AlarmKind?, level: AlarmLevel)
    /// A bit that says that something is wrong, by its place in a section.
    case alarm(AlarmBit)
    /// A range of firmware that has been proven, and by what.
    case firmware(generation: Int, minors: ClosedRange<Int>, source: StaticString)
}
