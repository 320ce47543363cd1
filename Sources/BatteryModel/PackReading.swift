/// Everything a pack has reported, each part with its own instant.
///
/// A part that was not reported is `nil`. It never becomes 0, and nothing here keeps a value beyond its age:
/// whoever reads a value sees when it was measured.
public struct PackReading: Sendable {
    /// One place for each ``PackField``; the number is ``PackField/count``.
    @usableFromInline
    var fields: InlineArray<108, Reading<Int32>?> = InlineArray(repeating: nil)

    /// Cell voltages in millivolts.
    public var cellMillivolts: Reading<CellValues>?
    /// The cells of a BMS that tells them in pieces, while they come together.
    public var cellPieces = CellPieces()
    /// Resistances of the balance leads in milliohms.
    public var wireMilliohms: Reading<CellValues>?
    /// Alarms as the BMS reports them.
    public var alarms: Reading<AlarmSet>?
    /// What the pack says it is.
    public var identity: Reading<PackIdentity>?

    /// Nothing reported yet.
    public init() {}

    /// The number reported for `field`, in the unit of the field; `nil` if it was not reported.
    @inlinable
    public subscript(field: PackField) -> Reading<Int32>? {
        // Inlined, and by its span: a call would copy all places to read one.
        @inline(__always)
        get { fields.span[Int(field.rawValue)] }
        set { fields[Int(field.rawValue)] = newValue }
    }

    /// The number of cell sensors a pack can have.
    public static let cellSensorCount = 8

    /// The field of cell sensor `number`, counted from 0.
    ///
    /// - Precondition: `number` is below ``cellSensorCount``.
    public static func cellSensor(_ number: Int) -> PackField {
        cellSensors[number]
    }

    private static let cellSensors: [8 of PackField] = [
        .temperature1, .temperature2, .temperature3, .temperature4, .temperature5, .temperature6,
        .temperature7,
        .temperature8,
    ]
}

/// What a pack says it is.
public struct PackIdentity: Sendable, Equatable {
    /// Model, for example `JK_PB2A16S20P`.
    public var model = ASCIIText()
    /// Hardware version.
    public var hardware = ASCIIText()
    /// Firmware version.
    public var firmware = ASCIIText()
    /// Serial number.
    public var serial = ASCIIText()
    /// The name its owner gave it.
    public var name = ASCIIText()
    /// Date of manufacture as the maker writes it.
    public var manufactured = ASCIIText()

    /// Nothing known.
    public init() {}

    /// One of the texts.
    public subscript(field: IdentityField) -> ASCIIText {
        get {
            switch field {
            case .model: model
            case .hardware: hardware
            case .firmware: firmware
            case .serial: serial
            case .name: name
            case .manufactured: manufactured
            }
        }
        set {
            switch field {
            case .model: model = newValue
            case .hardware: hardware = newValue
            case .firmware: firmware = newValue
            case .serial: serial = newValue
            case .name: name = newValue
            case .manufactured: manufactured = newValue
            }
        }
    }
}

/// One of the texts by which a pack says what it is.
public enum IdentityField: UInt8, Sendable {
    /// Model.
    case model
    /// Hardware version.
    case hardware
    /// Firmware version.
    case firmware
    /// Serial number.
    case serial
    /// The name its owner gave it.
    case name
    /// Date of manufacture.
    case manufactured
}
