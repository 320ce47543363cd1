public import BatteryModel
public import BusCodec

/// How a protocol is spoken on a serial line: the inverter asks, the battery side answers.
///
/// The frames of such a profile (``InverterProfile/frame``) are what answers carry: the identifier is the command, or
/// the first register of a block, and the rows name it as their container; where a function has registers of its own
/// (``SerialFraming/givEnergy``), its number stands in bits 16 and up. What rows cannot say is in named functions.
public struct SerialTalk: Sendable {
    /// How frames are cut and checked.
    public var framing: SerialFraming
    /// The port on which it is spoken over a network, see ``overTCP``; 0 where it is not.
    public var tcpPort: UInt16
    /// The rates that are known, the usual one first; 0 where there are no more.
    public var bauds: InlineArray<4, Int32>
    /// The address of the battery that inverters ask, unless the operator says otherwise.
    public var address: UInt8
    /// The byte order of numbers in answers.
    public var order: ByteOrder
    /// The questions that an inverter goes through in a dialect, one after the other; `nil` behind the last.
    public var question: @Sendable (_ index: Int, _ dialect: UInt8) -> SerialQuestion?
    /// The time from one question of an inverter to its next.
    public var spacing: Interval
    /// No answer begins earlier after the end of its question: some inverters are late to listen.
    public var answerAfter: Interval
    /// So long an inverter waits for an answer.
    public var answerWithin: Interval
    /// The address under which a question is answered; `nil` where it is for somebody else.
    public var answersAs: @Sendable (_ asked: UInt8, _ own: UInt8, _ code: UInt16) -> UInt8?
    /// Why a question to the own address is refused before anybody looks for its answer; `nil` if it is not.
    public var objection: @Sendable (_ question: SerialFrame) -> SerialRefusal?
    /// What becomes of a write to the own address.
    public var take: @Sendable (_ write: SerialFrame) -> SerialWriting
    /// Completes what rows have put into an answer, or writes one that they cannot say; returns `false` for a question
    /// that is not known.
    public var complete:
        @Sendable (
            _ question: SerialFrame, _ bank: borrowing BankReading, _ options: ProfileOptions,
            _ hasRows: Bool,
            _ payload: inout SerialPayload
        ) throws(SignalError) -> Bool
    /// Reads an answer that rows cannot say; returns `false` for one that they can.
    public var dissect:
        @Sendable (
            _ code: UInt16, _ payload: Span<UInt8>, _ now: Instant, _ reading: inout BankReading
        ) -> Bool
    /// Turns the payload of an answer as some maker sends it into what the protocol means.
    public var mend: @Sendable (_ code: UInt16, _ payload: inout SerialPayload) -> Void

    /// Makes a talk.
    public init(
        framing: SerialFraming, tcpPort: UInt16 = 0, bauds: InlineArray<4, Int32>, address: UInt8,
        order: ByteOrder = .big,
        question: @escaping @Sendable (Int, UInt8) -> SerialQuestion?, spacing: Interval,
        answerAfter: Interval = .milliseconds(5), answerWithin: Interval = .milliseconds(500),
        answersAs: @escaping @Sendable (UInt8, UInt8, UInt16) -> UInt8? = SerialTalk.onlyOwn,
        objection: @escaping @Sendable (SerialFrame) -> SerialRefusal? = SerialTalk.noObjection,
        take: @escaping @Sendable (SerialFrame) -> SerialWriting = SerialTalk.readOnly,
        complete:
            @escaping @Sendable (
                SerialFrame, borrowing BankReading, ProfileOptions, Bool, inout SerialPayload
            ) throws(SignalError) -> Bool = SerialTalk.byRows,
        dissect:
            @escaping @Sendable (UInt16, Span<UInt8>, Instant, inout BankReading) -> Bool =
            SerialTalk.byRows,
        mend: @escaping @Sendable (UInt16, inout SerialPayload) -> Void = SerialTalk.asItIs
    ) {
        self.framing = framing
        self.tcpPort = tcpPort
        self.bauds = bauds
        self.address = address
        self.order = order
        self.question = question
        self.spacing = spacing
        self.answerAfter = answerAfter
        self.answerWithin = answerWithin
        self.answersAs = answersAs
        self.objection = objection
        self.take = take
        self.complete = complete
        self.dissect = dissect
        self.mend = mend
    }

    /// The same talk in Modbus TCP; `nil` for a protocol that nobody speaks so.
    public var overTCP: SerialTalk? {
        guard tcpPort != 0, framing.countsRegisters else { return nil }
        var talk = self
        talk.framing = .modbusTCP
        return talk
    }

    /// The address under which a question to `asked` is answered; `nil` where it is for somebody else.
    ///
    /// Over a network, where the unit means nothing, clients send 255, or 0, which on a serial line would be for
    /// everybody: who answers the one answers the other. Source: MODBUS Messaging on TCP/IP Implementation Guide
    /// V1.0b, on the unit identifier.
    public func answerer(of asked: UInt8, own: UInt8, code: UInt16) -> UInt8? {
        if let address = answersAs(asked, own, code) { return address }
        guard framing == .modbusTCP, asked == 0, answersAs(255, own, code) != nil else { return nil }
        return asked
    }

    /// For a protocol in which only the own address is answered, under that address.
    public static func onlyOwn(_ asked: UInt8, _ own: UInt8, _ code: UInt16) -> UInt8? {
        asked == own ? own : nil
    }

    /// For a protocol in which whoever asks the right address has named the right battery.
    public static func noObjection(_ question: SerialFrame) -> SerialRefusal? { nil }

    /// For a protocol in which nothing can be written.
    public static func readOnly(_ write: SerialFrame) -> SerialWriting { .refused(.unknownCommand) }

    /// For a protocol whose rows say every answer.
    public static func byRows(
        _ question: SerialFrame, _ bank: borrowing BankReading, _ options: ProfileOptions, _ hasRows: Bool,
        _ payload: inout SerialPayload
    ) throws(SignalError) -> Bool { hasRows }

    /// For a protocol whose rows say every answer.
    public static func byRows(
        _ code: UInt16, _ payload: Span<UInt8>, _ now: Instant, _ reading: inout BankReading
    ) -> Bool { false }

    /// For a protocol that every maker speaks alike.
    public static func asItIs(_ code: UInt16, _ payload: inout SerialPayload) {}
}

/// The bytes that an answer carries, without address, checksum and whatever else frames it.
public typealias SerialPayload = ByteBuffer<512>

/// A whole frame on a serial line.
public typealias SerialBuffer = ByteBuffer<1_100>

/// A question as an inverter asks it.
public struct SerialQuestion: Sendable, Equatable {
    /// The command, or the first register.
    public var code: UInt16
    /// How many registers are asked for; 0 where the protocol has none.
    public var count: UInt16
    /// Whether the question carries the address as its payload, as Pylontech's questions about a module do.
    public var carriesAddress: Bool
    /// The function of a Modbus question; 0 for the usual one, 3.
    public var variant: UInt8

    /// Makes a question.
    public init(code: UInt16, count: UInt16 = 0, carriesAddress: Bool = false, variant: UInt8 = 0) {
        self.code = code
        self.count = count
        self.carriesAddress = carriesAddress
        self.variant = variant
    }
}

/// What a frame on a serial line is about.
public struct SerialFrame: Sendable, Equatable {
    /// What kind of frame it is.
    public enum Kind: Sendable, Equatable {
        /// Asks for something.
        case question
        /// Asks to write something.
        case write
        /// Asks for something that the framing has no word for.
        case unknown
        /// Answers a question.
        case answer
        /// Refuses a question, with the code of the protocol.
        case refusal(UInt8)
    }

    /// The address asked, or answering.
    public var address: UInt8
    /// The command or the first register; 0 in an answer that does not tell what it answers.
    public var code: UInt16
    /// Number of registers; 0 where the protocol has none.
    public var count: UInt16
    /// What else an answer has to repeat: the version of a telecom frame, the function of a Modbus frame.
    public var variant: UInt8
    /// The number that an answer over a network has to repeat; 0 where the framing has none.
    public var transaction: UInt16
    /// The first of the values to be written, or the first byte that a telecom question carries; 0 if there is none.
    public var value: UInt16
    /// What kind of frame it is.
    public var kind: Kind

    /// Makes a frame.
    public init(
        address: UInt8, code: UInt16, count: UInt16 = 0, variant: UInt8 = 0, transaction: UInt16 = 0,
        value: UInt16 = 0, kind: Kind
    ) {
        self.address = address
        self.code = code
        self.count = count
        self.variant = variant
        self.transaction = transaction
        self.value = value
        self.kind = kind
    }
}

/// What becomes of a write.
public enum SerialWriting: Sendable, Equatable {
    /// It is confirmed, as the protocol wants it, and has no effect.
    case confirmed
    /// It is refused.
    case refused(SerialRefusal)
}
