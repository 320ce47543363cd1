/// Why a question is refused, in words that every framing has a code for.
public enum SerialRefusal: UInt8, Sendable {
    /// The command or function is not known.
    case unknownCommand
    /// The registers asked for do not exist.
    case unknownRegister
    /// What is asked for is not known now.
    case notKnownNow
    /// What is to be written is not permitted, or the number of registers is none that can be asked for.
    case notPermitted
    /// Whoever is asked for is not here. Of the address of a frame it is said over a network only, a serial line has
    /// silence for it; of a pack that a frame to the own address names it is said on a line, too.
    case nobodyThere

    /// The exception code of Modbus: 1 illegal function, 2 illegal address, 3 illegal value, 4 device failure, 11 a
    /// gateway's target failed to respond.
    ///
    /// Source: Modbus application protocol V1.1b3, section 7.
    var modbusCode: UInt8 {
        switch self {
        case .unknownCommand: 1
        case .unknownRegister: 2
        case .notPermitted: 3
        case .notKnownNow: 4
        case .nobodyThere: 11
        }
    }

    /// The error code of Voltronic LIB: 2 is all that fits; a value that is not known now has none.
    ///
    /// Source: Voltronic Inverter and BMS 485 communication protocol 20201202.
    var voltronicCode: UInt8? { self == .notKnownNow || self == .nobodyThere ? nil : 2 }

    /// The return code of the telecom family: 4 CID2 invalid, 6 invalid data, 0x90 address error, 0x91 internal
    /// communication error.
    ///
    /// Source: PYLON low voltage protocol RS485 V3.3, section 3.4.
    var telecomCode: UInt8 {
        switch self {
        case .unknownCommand: 0x04
        case .unknownRegister, .notPermitted: 0x06
        case .nobodyThere: 0x90
        case .notKnownNow: 0x91
        }
    }
}
