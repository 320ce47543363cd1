public import BatteryModel
public import BusCodec

/// What a shunt has reported of the whole bank.
public struct ShuntReading: Sendable {
    /// The current in milliamps; charging is positive.
    public var currentMilliamps: Reading<Int32>?
    /// The state of charge in thousandths; `nil` while the shunt does not know it.
    public var socPermille: Reading<Int32>?
    /// The voltage of the bank in millivolts.
    public var voltageMillivolts: Reading<Int32>?
    /// The capacity in milliamp-hours that has been set on a shunt which says its charge in these; otherwise `nil`.
    public var capacityMilliampHours: Reading<Int32>?

    /// Nothing reported.
    public init() {}
}

/// One protocol of a shunt: how a host understands it, and what the shunt says.
///
/// All parts are mandatory, except for the questions.
public struct ShuntDriver: Sendable {
    /// What is said about the protocol as a whole.
    public var sheet: ShuntSheet

    /// Finds the next thing at the head of the stream; `isLast` says that a silence follows the bytes.
    public var scan: @Sendable (_ head: Span<UInt8>, _ isLast: Bool) -> ScanStep<ShuntItem>

    /// Puts what a message says into `reading`, or throws and leaves `reading` as it was.
    ///
    /// `now` is when the message arrived. Returns whether the message was one that carries readings.
    public var decode:
        @Sendable (_ message: Span<UInt8>, _ now: Instant, _ reading: inout ShuntReading)
            throws(AnswerError) -> Bool

    /// Writes what a shunt that knows `reading` says.
    public var say: @Sendable (_ reading: ShuntReading, _ buffer: inout AnswerBuffer) -> Void

    /// How it is asked; `nil` for a shunt that speaks by itself, to which nothing is ever sent.
    public var questions: ShuntQuestions?

    /// Makes a driver from its parts.
    public init(
        sheet: ShuntSheet, scan: @escaping @Sendable (Span<UInt8>, Bool) -> ScanStep<ShuntItem>,
        decode: @escaping @Sendable (Span<UInt8>, Instant, inout ShuntReading) throws(AnswerError) -> Bool,
        say: @escaping @Sendable (ShuntReading, inout AnswerBuffer) -> Void,
        questions: ShuntQuestions? = nil
    ) {
        self.questions = questions
        self.sheet = sheet
        self.scan = scan
        self.decode = decode
        self.say = say
    }
}

/// How a shunt is asked that does not speak by itself.
public struct ShuntQuestions: Sendable {
    /// How long nothing may stand on the line before it is asked: as long as a display asks, nobody else needs to.
    public var silence: Interval
    /// Writes a question; `turn` is how many there have been before.
    public var write: @Sendable (_ turn: Int, _ buffer: inout RequestBuffer) -> Void

    /// Makes questions.
    public init(silence: Interval, write: @escaping @Sendable (Int, inout RequestBuffer) -> Void) {
        self.silence = silence
        self.write = write
    }
}

/// What is said about the protocol of a shunt as a whole.
public struct ShuntSheet: Sendable {
    /// The id in configurations and tables.
    public var id: StaticString
    /// The name for people.
    public var name: StaticString
    /// The line's usual speed in baud.
    public var baud: Int32
    /// Silence after which an unfinished message will not be finished.
    public var gap: Interval
    /// How sure we are, and from what.
    public var evidence: StaticString

    /// Makes a sheet.
    public init(
        id: StaticString, name: StaticString, baud: Int32, gap: Interval, evidence: StaticString
    ) {
        self.id = id
        self.name = name
        self.baud = baud
        self.gap = gap
        self.evidence = evidence
    }
}

/// Something that was found on the line of a shunt.
public enum ShuntItem: UInt8, Sendable {
    /// A message that may carry readings.
    case message
    /// A message with a wrong checksum.
    case spoiled
    /// Belongs to the protocol but says nothing of use.
    case other
}

/// All protocols of shunts.
public enum ShuntTable {
    /// One row for each protocol.
    public static let drivers: [_ of ShuntDriver] = [VictronShunt.driver, JunctekShunt.driver]
}
