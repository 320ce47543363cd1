public import BatteryModel

/// Something that is wrong, or looks wrong, with what was heard.
public struct Finding: Sendable {
    /// What is known about findings of this kind.
    public var sheet: FindingSheet
    /// How sure we are that it is so, in percent.
    public var certainty: Int32
    /// What was measured.
    public var facts: [Fact]
    /// Places in the recording that show it, the first few: a line counted from 1, or a byte.
    public var places: [Int]

    /// Makes a finding.
    public init(_ sheet: FindingSheet, certainty: Int32 = 90, _ facts: [Fact] = [], places: [Int] = []) {
        self.sheet = sheet
        self.certainty = certainty
        self.facts = facts
        self.places = places
    }
}

/// One thing that was measured, as a label and a value.
public struct Fact: Sendable {
    /// What was measured, in a few words.
    public var label: StaticString
    /// What came out.
    public var value: Value

    /// What can come out of a measurement.
    public enum Value: Sendable, Equatable {
        /// How many there were.
        case count(UInt64)
        /// A number in a unit of the tables.
        case number(Int32, Unit)
        /// A length of time.
        case interval(Interval)
        /// An identifier on CAN, with bit 31 set for 29 bits.
        case identifier(UInt32)
        /// An address on a serial line.
        case address(UInt8)
        /// Thousandths of a whole.
        case share(permille: Int32)
        /// A speed in baud, or a bit rate in bit/s.
        case rate(Int32)
        /// Bits, or the code of a device.
        case code(UInt32)
        /// A text from the wire.
        case text(ASCIIText)
    }

    /// Makes a fact.
    public init(_ label: StaticString, _ value: Value) {
        self.label = label
        self.value = value
    }
}

/// The layer on which something is wrong; all five must match before two devices understand each other.
public enum Layer: UInt8, Sendable {
    /// Levels, termination, ground, noise.
    case electrical
    /// Plug, pins, cable.
    case connector
    /// Identifiers, frames, scales, meaning.
    case `protocol`
    /// Bit rate, baud rate, addresses, DIP switches, menus.
    case settings
    /// What the devices do, and which firmware they have.
    case firmwareAndMode
}

/// How bad a finding is.
public enum Severity: UInt8, Sendable, Comparable {
    /// Worth knowing.
    case note
    /// It works, and something will be missing or go wrong at times.
    case warning
    /// It cannot work so, or it is dangerous.
    case fault

    /// Tells whether `lhs` is less bad.
    public static func < (lhs: Severity, rhs: Severity) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// What is known about findings of one kind: one row of ``FindingTable``.
public struct FindingSheet: Sendable {
    /// The word for it in JSON and in the documentation.
    public var id: StaticString
    /// Where it is wrong, in the likeliest case.
    public var layer: Layer
    /// How bad it is.
    public var severity: Severity
    /// What is wrong, as a sentence without full stop.
    public var title: StaticString
    /// What becomes of it: what the inverter or the battery makes of it.
    public var effect: StaticString
    /// What it may come from, the likeliest first.
    public var causes: [Cause]

    /// Makes a sheet.
    public init(
        _ id: StaticString, _ layer: Layer, _ severity: Severity, _ title: StaticString,
        effect: StaticString, causes: [Cause]
    ) {
        self.id = id
        self.layer = layer
        self.severity = severity
        self.title = title
        self.effect = effect
        self.causes = causes
    }
}

/// What a finding may come from.
public struct Cause: Sendable {
    /// The cause.
    public var text: StaticString
    /// Where it lies.
    public var layer: Layer
    /// What to look at or to try.
    public var test: StaticString
    /// What comes out of it if this is the cause.
    public var tells: StaticString
    /// What to change.
    public var fix: StaticString
    /// Where we have it from.
    public var source: StaticString

    /// Makes a cause.
    public init(
        _ text: StaticString, _ layer: Layer, test: StaticString, tells: StaticString, fix: StaticString,
        source: StaticString
    ) {
        self.text = text
        self.layer = layer
        self.test = test
        self.tells = tells
        self.fix = fix
        self.source = source
    }
}
