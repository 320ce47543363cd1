public import BatteryModel
public import BusCodec

/// One inverter protocol, both sides of it: what a battery says, and what an inverter says and understands.
///
/// A profile is a sheet, its frames, its rows and two named quirks; it keeps nothing. Encoding, decoding, export and
/// simulation are the same for every profile. All parts are mandatory; a profile without quirks says so with
/// ``noPreparation(_:_:)`` and ``noMending(_:_:)``.
public struct InverterProfile: Sendable {
    /// What is said about the protocol as a whole.
    public var sheet: ProfileSheet

    /// Number of frames; they are numbered from 0, in the order in which a set is sent.
    public var frameCount: Int

    /// Describes a frame.
    public var frame: @Sendable (_ index: Int) -> FrameRow

    /// Hands the rows of a container to `visit`, one after the other; for `nil` every row.
    ///
    /// A profile has a table of its own and may add one that it shares with others, for example
    /// ``AlarmPairs``. The loop stands in the profile because a table that is indexed where it lies is not copied;
    /// a span of it would be, all of it for every frame.
    public var visitRows: @Sendable (_ container: UInt32?, _ visit: (BankRow) -> Void) -> Void

    /// Makes the bank fit the protocol before a frame is written: what this protocol wants said differently.
    public var prepare: @Sendable (_ bank: inout BankReading, _ options: ProfileOptions) -> Void

    /// Turns a frame as some maker sends it into what the protocol means; `known` is what was heard before.
    public var mend: @Sendable (_ frame: inout CANFrame, _ known: HeardBefore) -> Void

    /// How it is spoken on a serial line; `nil` for a protocol on CAN.
    public var serial: SerialTalk?

    /// Makes a profile from its parts.
    public init(
        sheet: ProfileSheet, serial: SerialTalk? = nil, frameCount: Int,
        frame: @escaping @Sendable (Int) -> FrameRow,
        visitRows: @escaping @Sendable (UInt32?, (BankRow) -> Void) -> Void,
        prepare: @escaping @Sendable (inout BankReading, ProfileOptions) -> Void,
        mend: @escaping @Sendable (inout CANFrame, HeardBefore) -> Void
    ) {
        self.sheet = sheet
        self.serial = serial
        self.frameCount = frameCount
        self.frame = frame
        self.visitRows = visitRows
        self.prepare = prepare
        self.mend = mend
    }

    /// Whether a frame is sent in a dialect; never in one that the protocol does not have.
    public func sends(_ row: FrameRow, inDialect dialect: UInt8) -> Bool {
        dialect < sheet.dialectCount && row.isSent(inDialect: dialect)
    }

    /// For a protocol that says the bank as it is.
    public static func noPreparation(_ bank: inout BankReading, _ options: ProfileOptions) {}

    /// For a protocol that every maker speaks alike.
    public static func noMending(_ frame: inout CANFrame, _ known: HeardBefore) {}
}

/// What was heard before a frame, as far as mending it depends on that.
public struct HeardBefore: Sendable {
    /// The temperature of the bank in tenths of a degree; `nil` if it was not heard.
    public var temperature: Int32?

    /// Makes it from what was heard.
    public init(temperature: Int32? = nil) { self.temperature = temperature }
}

/// What is said about a profile as a whole.
public struct ProfileSheet: Sendable {
    /// The id in configurations and tables.
    public var id: StaticString
    /// The name for people.
    public var name: StaticString
    /// Which inverters take it.
    public var inverters: StaticString
    /// What it is spoken on.
    public var link: ProfileLink
    /// Names of the dialects, numbered from 0; empty where there is none.
    public var dialects: InlineArray<4, StaticString>
    /// How often the whole set is sent.
    public var period: Interval
    /// The shortest time from a frame to the next with the same identifier, also when something urgent is to be said;
    /// zero where the protocol has none.
    public var spacing: Interval
    /// What the inverter says to show that it is there.
    public var keepAlive: KeepAlive
    /// How this protocol says "stop".
    public var stop: StaticString
    /// What inverters do when the battery falls silent.
    public var silence: StaticString
    /// Whether no frame of a real device has proven it yet; the screen says so.
    public var isExperimental: Bool
    /// How sure we are, and from what.
    public var evidence: StaticString

    /// Makes a sheet.
    public init(
        id: StaticString, name: StaticString, inverters: StaticString, link: ProfileLink,
        dialects: InlineArray<4, StaticString>,
        period: Interval, spacing: Interval = .zero, keepAlive: KeepAlive, stop: StaticString,
        silence: StaticString,
        isExperimental: Bool = false, evidence: StaticString
    ) {
        self.id = id
        self.name = name
        self.inverters = inverters
        self.link = link
        self.dialects = dialects
        self.period = period
        self.spacing = spacing
        self.keepAlive = keepAlive
        self.stop = stop
        self.silence = silence
        self.isExperimental = isExperimental
        self.evidence = evidence
    }

    /// Number of dialects.
    public var dialectCount: UInt8 {
        var count: UInt8 = 0
        for index in dialects.indices where dialects[index].utf8CodeUnitCount > 0 { count += 1 }
        return count
    }
}

/// What a profile is spoken on.
public enum ProfileLink: Sendable, Equatable {
    /// Classic CAN.
    case can(bitrateKilobits: Int32)
    /// RS485 or RS232, eight bits, no parity, one stop bit; the talk of the profile says the rest.
    case serial(baud: Int32)
}

/// What an inverter says to show that it is there.
public struct KeepAlive: Sendable {
    /// Its identifier.
    public var identifier: UInt32
    /// Whether the identifier has 29 bits.
    public var isExtended: Bool
    /// Whether a frame with the same number and the other width counts as well.
    public var acceptsEitherWidth: Bool
    /// How often it is expected.
    public var period: Interval
    /// After how much silence the inverter counts as silent.
    public var timeout: Interval
    /// Whether it only shows that the link works; sending does not depend on it.
    public var isLinkIndicatorOnly: Bool

    /// Makes a rule.
    public init(
        identifier: UInt32, isExtended: Bool = false, acceptsEitherWidth: Bool = false,
        period: Interval = .seconds(1), timeout: Interval = .seconds(5), isLinkIndicatorOnly: Bool = true
    ) {
        self.identifier = identifier
        self.isExtended = isExtended
        self.acceptsEitherWidth = acceptsEitherWidth
        self.period = period
        self.timeout = timeout
        self.isLinkIndicatorOnly = isLinkIndicatorOnly
    }

    /// For a protocol of which no frame of an inverter is known: no frame has this identifier, so none is ever heard.
    public static let unknown = KeepAlive(identifier: .max, isExtended: true)

    /// Whether there is anything to be heard.
    public var isKnown: Bool { identifier != .max }

    /// Whether a frame is it.
    func isSaid(by frame: CANFrame) -> Bool {
        frame.kind == .data && frame.identifier == identifier
            && (frame.isExtended == isExtended || acceptsEitherWidth)
    }
}

/// How a profile is to be spoken to one inverter.
public struct ProfileOptions: Sendable, Hashable {
    /// The dialect, numbered from 0.
    public var dialect: UInt8
    /// Whether frames to the inverter are filled up to eight bytes with zeros.
    ///
    /// Sol-Ark ignores shorter frames (Sol-Ark battery communication V1.3); no inverter is known that refuses
    /// filled ones, and JK BMS fill all of theirs.
    public var padsToEight: Bool
    /// Whether the current is sent, and read, with discharging positive.
    public var invertsCurrent: Bool
    /// The battery's own address on a serial line; `nil` for the one that inverters of this kind ask.
    public var address: UInt8?

    /// Makes options.
    public init(
        dialect: UInt8 = 0, padsToEight: Bool = true, invertsCurrent: Bool = false, address: UInt8? = nil
    ) {
        self.dialect = dialect
        self.padsToEight = padsToEight
        self.invertsCurrent = invertsCurrent
        self.address = address
    }
}
