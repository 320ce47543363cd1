import BMSDrivers
import BusCodec
import InverterProfiles

/// Something whole on a serial line, as the protocol that found it understands it.
struct SerialItem: Sendable, Equatable {
    enum Kind: UInt8, Sendable {
        /// Somebody asks.
        case question
        /// Somebody writes.
        case write
        /// Somebody answers.
        case answer
        /// Somebody refuses.
        case refusal
        /// Belongs to the framing and says nothing of use.
        case other
    }

    var kind: Kind
    /// Who is asked or answers; `nil` where the bytes do not say.
    var address: UInt8?
    /// Which question of the protocol it is; `nil` if none of them, or if the bytes do not say.
    var poll: Int?
    /// What a profile reads it as.
    var frame: SerialFrame?
    /// The code of a refusal.
    var code: UInt8 = 0
    /// The first register or the command that is asked for, whoever knows it.
    var register: UInt16?

    init(_ kind: Kind, address: UInt8?) {
        self.kind = kind
        self.address = address
    }

    /// What a driver has found.
    init(_ item: LineItem) {
        switch item.kind {
        case .request: kind = .question
        case .answer: kind = .answer
        case .refusal: kind = .refusal
        case .other: kind = .other
        }
        (address, poll, code) = (item.address, item.poll, item.code)
    }

    /// What the framing of a profile has found.
    init(_ frame: SerialFrame) {
        (address, self.frame) = (frame.address, frame)
        switch frame.kind {
        case .question: kind = .question
        case .write: kind = .write
        case .answer: kind = .answer
        case .unknown: kind = .other
        // The codes of commands: the question of a device of another class, not the refusal of one.
        case .refusal(let code) where (0x40..<0xE0).contains(code) && code & 0xFE != 0x90: kind = .other
        case .refusal(let code): (kind, self.code) = (.refusal, code)
        }
        if kind == .question || kind == .write { register = frame.code }
    }

    /// What is Modbus, whatever it asks for.
    init(_ frame: ModbusRTU.Frame) {
        address = frame.address
        switch frame.kind {
        case .readRequest(let register, _): (kind, self.register) = (.question, register)
        case .writeRequest(let register, _): (kind, self.register) = (.write, register)
        case .readAnswer: kind = .answer
        case .writeAnswer: kind = .other
        case .exception(let code): (kind, self.code) = (.refusal, code)
        }
    }

    /// What is a frame of the telecom family, whatever its class and version.
    init(_ frame: TelecomFrame) {
        address = frame.address
        switch frame.code {
        case 0: kind = .answer
        case 0x90, 0x91, 0x01..<0x40, 0xE0...: (kind, code) = (.refusal, frame.code)
        default: (kind, register) = (.question, UInt16(frame.code))
        }
    }
}
