import BMSDrivers
import BatteryModel
public import BusCodec
import InverterProfiles

/// One row of a protocol's table in words, whatever its meaning is.
public struct SignalSheet: Sendable, Equatable {
    /// The name.
    public var name: String
    /// First byte, counted from 0.
    public var byte: Int
    /// Bit within the byte; `nil` for a signal that begins at the edge of its byte.
    public var bit: Int?
    /// Length in bits.
    public var bits: Int
    /// How often it stands one after the other.
    public var count: Int
    /// `little`, `big`, or empty where the container decides.
    public var order: String
    /// Whether the raw number is in two's complement.
    public var isSigned: Bool
    /// Whether the raw number is one of IEEE 754.
    public var isFloat: Bool
    /// What one step of the raw number is worth, in ``unit``.
    public var step: String
    /// What is added, in ``unit``.
    public var offset: String
    /// The unit; empty for a plain number.
    public var unit: String
    /// The least it can be; `nil` where any number is allowed.
    public var minimum: String?
    /// The most it can be; `nil` where any number is allowed.
    public var maximum: String?
    /// The raw code that means "not available".
    public var notAvailable: String?
    /// The dialects in which it exists, by number; empty for all.
    public var dialects: [Int]
    /// What it carries.
    public var meaning: String

    /// Describes a row.
    public init<Meaning>(_ row: SignalRow<Meaning>, dialectCount: Int, meaning: String) {
        name = "\(row.name)"
        byte = Int(row.byte)
        bit = row.bit.map { Int($0) }
        bits = Int(row.bits)
        count = Int(row.count)
        order = row.order.map { $0 == .little ? "little" : "big" } ?? ""
        isSigned = row.isSigned
        isFloat = row.isFloat
        unit = "\(row.unit.symbol)"
        let scale = Digits.text(Int64(row.numerator), in: row.unit)
        step = row.denominator == 1 ? scale : "\(scale)/\(row.denominator)"
        offset = Digits.text(Int64(row.offset), in: row.unit)
        if row.range != Int32.min...Int32.max {
            minimum = Digits.text(Int64(row.range.lowerBound), in: row.unit)
            maximum = Digits.text(Int64(row.range.upperBound), in: row.unit)
        }
        notAvailable = row.notAvailable.map { "0x" + Digits.hex($0) }
        let existing = (0..<dialectCount).filter { row.dialects >> UInt8($0) & 1 != 0 }
        dialects = existing.count == dialectCount ? [] : existing
        self.meaning = meaning
    }

    /// The columns of a table of signals.
    static let header = ["byte", "bits", "signal", "step", "offset", "range", "n/a", "dialects", "carries"]

    /// The row of a table of signals.
    ///
    /// - Parameter dialectNames: What the dialects are called; numbers where they have no names.
    /// - Returns: An entry for each column of ``header``.
    func columns(_ dialectNames: [String]) -> [String] {
        let place = bit.map { "\(byte).\($0)" } ?? "\(byte)"
        let sign = isFloat ? " float" : isSigned ? " signed" : ""
        let length = (count > 1 ? "\(count) x " : "") + "\(bits)" + sign + (order == "big" ? " big" : "")
        let symbol = unit.isEmpty ? "" : " " + unit
        let range = minimum.flatMap { low in maximum.map { "\(low)…\($0)\(symbol)" } } ?? ""
        let isPlain = step == "1" && unit.isEmpty
        let exists = dialects.map { $0 < dialectNames.count ? dialectNames[$0] : "\($0)" }
        return [
            place, length, name, isPlain ? "" : step + symbol, offset == "0" ? "" : offset + symbol, range,
            notAvailable ?? "", exists.joined(separator: ", "), meaning,
        ]
    }
}

/// Names of the model's cases as files and screens write them: `cellOverVoltage` becomes `cell_over_voltage`.
enum CaseName {
    static func of<Value>(_ value: Value) -> String {
        var name = ""
        for character in String(describing: value) {
            if character.isUppercase { name += "_" }
            name += character.lowercased()
        }
        return name
    }
}

extension BankMeaning {
    /// What the signal carries, in words.
    var sentence: String {
        switch self {
        case .number(let field): "\(field.name)"
        case .said(let field): "\(field.name), not read back"
        case .meanCell: "voltage over number of cells, not read back"
        case .alarm(let group, let level), .alarmPair(let group, let level):
            CaseName.of(level) + ": " + Wording.alarmNames(group.kinds).joined(separator: ", ")
        case .heardAlarm(let kinds, let level):
            CaseName.of(level) + ", heard only: " + Wording.alarmNames(kinds).joined(separator: ", ")
        case .constant(let raw): "always 0x\(Digits.hex(raw))"
        case .maker: "maker"
        case .shown, .shownText: "shown only"
        case .reserved: "sent as zero"
        }
    }
}

extension PackMeaning {
    /// What the signal carries, in words.
    var sentence: String {
        switch self {
        case .number(let field): CaseName.of(field)
        case .information(let field): CaseName.of(field) + ", for information"
        case .sensor(let field, let bit): CaseName.of(field) + ", if bit \(bit) of TempSensor is set"
        case .sensorBits: "which sensors there are"
        case .cellStates: "which cells there are"
        case .cellVoltages: "cell voltages"
        case .temperatures: "cell temperatures"
        case .wireResistances: "resistance of the balance leads"
        case .alarmWord: "alarm bits"
        case .identity(let field): CaseName.of(field)
        case .copy(let field): CaseName.of(field) + ", a second time"
        case .power: "power without sign"
        case .reserved: ""
        case .secret: "never read"
        }
    }
}
