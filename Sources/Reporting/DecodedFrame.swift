public import BatteryModel
public import BusCodec
public import InverterProfiles

/// What a frame says, signal by signal, for showing it.
public struct DecodedFrame: Sendable, Equatable {
    /// What kind of frame it is.
    public enum Kind: Sendable {
        /// One of the profile's.
        case known
        /// None of the profile's.
        case unknown
        /// A request for a frame.
        case remote
        /// The report of an error on the bus, by the controller.
        case error
    }

    /// One signal that says something.
    public struct Signal: Sendable, Equatable {
        /// Its name in the table.
        public var name: String
        /// What it says.
        public var value: Value
        /// The unit of the value; empty for one without.
        public var unit: String
        /// Whether a person misses nothing without it: an alarm that does not stand, bits that carry nothing.
        public var isQuiet: Bool
    }

    /// What a signal says.
    public enum Value: Sendable, Equatable {
        /// A number, exact, in decimal.
        case decimal(String)
        /// A pattern of bits.
        case bits(UInt64)
        /// Yes or no.
        case flag(Bool)
        /// A text.
        case text(String)
    }

    /// What kind of frame it is.
    public var kind: Kind
    /// Its name in the table; `unknown`, `remote request` or `error frame` if it is none of the profile's.
    public var name: String
    /// What it says.
    public var signals: [Signal] = []
    /// Signals that the sender does not know, or that lie behind the end of the frame.
    public var unreported: [String] = []
    /// What is wrong with it.
    public var errors: [String] = []
}

/// Reads frames one after the other; some makers send what only earlier frames explain.
public struct FrameReader: Sendable {
    private let profile: InverterProfile
    private let dialect: UInt8?
    private var known = BankReading()

    /// Makes a reader.
    ///
    /// - Parameters:
    ///   - profile: The protocol.
    ///   - dialect: The dialect spoken; `nil` reads all of them.
    public init(_ profile: InverterProfile, dialect: UInt8? = nil) {
        self.profile = profile
        self.dialect = dialect
    }

    /// What `frame` says.
    public mutating func read(_ frame: CANFrame, at now: Instant = Instant(nanoseconds: 0)) -> DecodedFrame {
        switch frame.kind {
        case .remote: return DecodedFrame(kind: .remote, name: "remote request")
        case .error: return DecodedFrame(kind: .error, name: "error frame")
        case .data: break
        }
        var decoded = DecodedFrame(kind: .known, name: "")
        let index = profile.visitSignals(of: frame, dialect: dialect, known: known) { row, content in
            decoded.add(row, content)
        }
        guard let index else { return DecodedFrame(kind: .unknown, name: "unknown") }
        decoded.name = "\(profile.frame(index).name)"
        if decoded.signals.isEmpty, decoded.errors.isEmpty, frame.length == 0, !decoded.unreported.isEmpty {
            decoded.errors.append("the frame has no bytes")
        }
        _ = profile.decode(frame, dialect: dialect, at: now, into: &known)
        return decoded
    }
}

extension DecodedFrame {
    /// Adds what one row carries.
    fileprivate mutating func add(_ row: BankRow, _ content: SignalContent) {
        let name = "\(row.name)"
        switch content {
        case .number(let number):
            signals.append(
                Signal(
                    name: name, value: row.unit.displayed(number), unit: "\(row.unit.symbol)", isQuiet: false)
            )
        case .alarm(let stands):
            signals.append(Signal(name: name, value: .flag(stands), unit: "", isQuiet: !stands))
        case .text(let text):
            signals.append(Signal(name: name, value: .text(text.string), unit: "", isQuiet: false))
        case .bits(let bits):
            if row.meaning == .reserved, bits == 0 { return }
            let isQuiet = row.meaning == .constant(bits)
            signals.append(Signal(name: name, value: .bits(bits), unit: "", isQuiet: isQuiet))
        case .notAvailable:
            unreported.append(name)
        case .cutOff:
            if row.meaning != .reserved { unreported.append(name) }
        case .outOfRange(let value):
            let shown = Digits.display(value, in: row.unit)
            let low = Digits.text(Int64(row.range.lowerBound), in: row.unit)
            let high = Digits.display(Int64(row.range.upperBound), in: row.unit)
            errors.append("\(name) is \(shown), outside of \(low) to \(high)")
        }
    }
}

extension ASCIIText {
    /// The characters.
    public var string: String {
        String(decoding: (0..<count).map { self[$0] }, as: UTF8.self)
    }
}
