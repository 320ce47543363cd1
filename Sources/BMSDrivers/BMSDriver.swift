public import BatteryModel
public import BusCodec

/// One BMS protocol, both sides of it: how a host asks and understands, and how a battery answers.
///
/// A driver is a row of pure functions; it keeps nothing. The line that uses it (``PackLine``) owns the bytes, the
/// time and the readings, and treats every driver alike. All parts but ``settings`` are mandatory.
///
/// On CAN a frame is thirteen bytes, see ``BusCodec/CANFrame/scanRecord(_:)``: so a line of packs need not know
/// what it is made of.
public struct BMSDriver: Sendable {
    /// What is said about the protocol as a whole.
    public var sheet: DriverSheet

    /// Number of questions the driver can ask; they are numbered from 0.
    public var pollCount: Int

    /// Describes a question.
    public var poll: @Sendable (_ index: Int) -> Poll

    /// Writes a question to the pack at `address`.
    public var request: @Sendable (_ poll: Int, _ address: UInt8, _ buffer: inout RequestBuffer) -> Void

    /// Finds the next thing at the head of the stream.
    ///
    /// `head` are the bytes not yet understood, at least one; `listening` says that requests of another master may
    /// appear as well, `isLast` that a silence follows the bytes.
    public var scan: @Sendable (_ head: Span<UInt8>, _ listening: Bool, _ isLast: Bool) -> ScanStep<LineItem>

    /// Puts what an answer says into `reading`, or throws and leaves `reading` as it was.
    ///
    /// `now` is when the answer began to arrive, as near as is known. Only the parts that the answer carries are
    /// replaced.
    public var decode:
        @Sendable (_ answer: Span<UInt8>, _ poll: Int, _ now: Instant, _ reading: inout PackReading)
            throws(AnswerError) -> Void

    /// Writes what a battery that knows `reading` answers to `request`; nothing if it stays silent.
    public var answer:
        @Sendable (_ request: Span<UInt8>, _ reading: borrowing PackReading, _ buffer: inout AnswerBuffer) ->
            Void

    /// Hands over what the driver's tables say, for sheets and documentation.
    public var visitFacts: @Sendable (_ visit: (DriverFact) -> Void) -> Void

    /// What is known of the settings beyond reading them; OPTIONAL.
    public var settings: BMSSettings

    /// Makes a driver from its parts.
    public init(
        sheet: DriverSheet, pollCount: Int, poll: @escaping @Sendable (Int) -> Poll,
        request: @escaping @Sendable (Int, UInt8, inout RequestBuffer) -> Void,
        scan: @escaping @Sendable (Span<UInt8>, Bool, Bool) -> ScanStep<LineItem>,
        decode:
            @escaping @Sendable (Span<UInt8>, Int, Instant, inout PackReading) throws(AnswerError) -> Void,
        answer: @escaping @Sendable (Span<UInt8>, borrowing PackReading, inout AnswerBuffer) -> Void,
        visitFacts: @escaping @Sendable ((DriverFact) -> Void) -> Void, settings: BMSSettings = .none
    ) {
        self.sheet = sheet
        self.pollCount = pollCount
        self.poll = poll
        self.request = request
        self.scan = scan
        self.decode = decode
        self.answer = answer
        self.visitFacts = visitFacts
        self.settings = settings
    }
}

/// Room for the longest request.
public typealias RequestBuffer = ByteBuffer<32>

/// Room for the longest answer.
public typealias AnswerBuffer = ByteBuffer<512>

/// What is said about a driver as a whole.
public struct DriverSheet: Sendable {
    /// The id in configurations and tables.
    public var id: StaticString
    /// The name for people.
    public var name: StaticString
    /// Addresses a pack can have.
    public var addresses: ClosedRange<UInt8>
    /// The address of a pack that nobody has given another; `nil` for the lowest.
    ///
    /// Whoever looks for packs asks there first.
    public var factoryAddress: UInt8?
    /// The line's usual speed in baud, or the usual bit rate of the CAN bus in bit/s.
    public var baud: Int32
    /// Other speeds at which packs of this protocol are met, in baud, the likeliest first; 0 for none.
    ///
    /// A search tries them after the usual speeds of all protocols.
    public var otherBauds: InlineArray<3, Int32>
    /// What the packs are wired to.
    public var wire: Wire
    /// Whether packs say everything by themselves and are never asked.
    public var isBroadcast: Bool
    /// Bus manners.
    public var timing: LineTiming
    /// How sure we are, and from what.
    public var evidence: StaticString
    /// Whether something that limits are made from rests on one reader, one pack, or a guess among sources.
    ///
    /// Otherwise the vendor's document and captured answers of more than one pack agree.
    public var isExperimental: Bool

    /// What packs are wired to.
    public enum Wire: UInt8, Sendable {
        /// A serial line.
        case serial
        /// A CAN bus.
        case can
    }

    /// All of ``baud`` and ``otherBauds``, one for each call.
    public func visitBauds(_ visit: (Int32) -> Void) {
        visit(baud)
        for index in otherBauds.indices where otherBauds[index] > 0 { visit(otherBauds[index]) }
    }

    /// Makes a sheet.
    public init(
        id: StaticString, name: StaticString, addresses: ClosedRange<UInt8>, factoryAddress: UInt8? = nil,
        baud: Int32, otherBauds: InlineArray<3, Int32> = [0, 0, 0], wire: Wire = .serial,
        isBroadcast: Bool = false, timing: LineTiming, evidence: StaticString, isExperimental: Bool
    ) {
        self.factoryAddress = factoryAddress
        self.otherBauds = otherBauds
        self.wire = wire
        self.isBroadcast = isBroadcast
        self.isExperimental = isExperimental
        self.id = id
        self.name = name
        self.addresses = addresses
        self.baud = baud
        self.timing = timing
        self.evidence = evidence
    }
}

/// How a line wants to be treated.
public struct LineTiming: Sendable {
    /// Quiet time between the end of an answer and the next request.
    public var spacing: Interval
    /// How long to wait for an answer from a pack that has been answering.
    public var timeout: Interval
    /// How long to wait for an answer from a pack that has not.
    public var probeTimeout: Interval
    /// Silence after which an unfinished item will not be finished.
    public var gap: Interval

    /// Makes a timing.
    public init(spacing: Interval, timeout: Interval, probeTimeout: Interval, gap: Interval) {
        self.spacing = spacing
        self.timeout = timeout
        self.probeTimeout = probeTimeout
        self.gap = gap
    }
}

/// One question of a driver.
public struct Poll: Sendable {
    /// What is asked for, in a word.
    public var name: StaticString
    /// Whether it is asked in every round, or once a minute.
    public var pace: Pace
    /// In which way of reading it is used.
    public var mode: ReadMode
    /// Whether every pack of the protocol answers it.
    public var need: Need
    /// How often a pack says it that is never asked; `nil` for one that is.
    public var period: Interval?

    /// Whether a pack that does not answer is lost.
    public enum Need: UInt8, Sendable {
        /// Without the answer the pack is silent.
        case mandatory
        /// Some firmware does not know the question; then it is asked seldom, and nothing else follows.
        case optional
    }

    /// How often a question is asked.
    public enum Pace: UInt8, Sendable {
        /// In every round: what a limit needs.
        case live
        /// Once a minute: settings and identity.
        case slow
    }

    /// Makes a question.
    public init(
        _ name: StaticString, _ pace: Pace, _ mode: ReadMode, _ need: Need = .mandatory,
        every period: Interval? = nil
    ) {
        self.period = period
        self.name = name
        self.pace = pace
        self.mode = mode
        self.need = need
    }
}

/// The way in which a driver that knows two of them reads.
public enum ReadMode: UInt8, Sendable {
    /// Whole records on a trigger: fewest transactions.
    case frames
    /// Register by register, as any Modbus master would.
    case registers
}

/// Something that was found on a line.
public struct LineItem: Sendable, Equatable {
    /// What it is.
    public enum Kind: UInt8, Sendable {
        /// A master asks.
        case request
        /// A pack answers.
        case answer
        /// A pack refuses.
        case refusal
        /// Belongs to the protocol but says nothing of use.
        case other
    }

    /// What it is.
    public var kind: Kind
    /// The pack it comes from or goes to; `nil` where the bytes do not say.
    public var address: UInt8?
    /// The question it asks or answers; `nil` where the bytes do not say.
    public var poll: Int?
    /// The code of a refusal; of an answer in several frames, how many they are.
    public var code: UInt8

    /// Makes an item.
    public init(_ kind: Kind, address: UInt8? = nil, poll: Int? = nil, code: UInt8 = 0) {
        self.kind = kind
        self.address = address
        self.poll = poll
        self.code = code
    }
}

/// Why an answer with a correct checksum is not believed.
public enum AnswerError: Error, Equatable, Sendable {
    /// A signal cannot be read.
    case signal(SignalError)
    /// It has not the length that was asked for.
    case wrongLength(needed: Int, got: Int)
    /// It is not the structure that was asked for.
    case wrongStructure
    /// The pack's own clock says that the data are old.
    case frozen
}
