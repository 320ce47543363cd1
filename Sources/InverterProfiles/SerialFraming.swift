import BatteryModel
public import BusCodec

/// How the frames of a serial protocol are cut out of a stream, checked and written.
public enum SerialFraming: Sendable, Equatable {
    /// Modbus RTU; questions may use function 3, 4 or both.
    case modbus
    /// Modbus RTU in which function 4 has registers of its own and its answers repeat the first of them.
    case givEnergy
    /// The telecom family with this version and class of device (CID1).
    case telecom(version: UInt8, deviceClass: UInt8)

    /// Finds a question at the head of what the battery side hears.
    public func scanQuestion(_ head: Span<UInt8>) -> ScanStep<SerialFrame> {
        switch self {
        case .modbus, .givEnergy: ModbusRTU.scanRequest(head).map { Self.question($0, head) }
        case .telecom:
            TelecomFrame.scan(head).map {
                SerialFrame(
                    address: $0.address, code: UInt16($0.code), variant: $0.version,
                    kind: $0.deviceClass == deviceClass ? .question : .answer)
            }
        }
    }

    /// Finds an answer at the head of what the inverter side hears.
    public func scanAnswer(_ head: Span<UInt8>) -> ScanStep<SerialFrame> {
        switch self {
        case .modbus: ModbusRTU.scanAnswer(head).map(Self.answer)
        case .givEnergy: GivEnergyRTU.scanAnswer(head).map(Self.answer)
        case .telecom:
            TelecomFrame.scan(head).map {
                SerialFrame(
                    address: $0.address, code: 0, variant: $0.version,
                    kind: $0.code == 0 ? .answer : .refusal($0.code))
            }
        }
    }

    /// Writes a question.
    public func write(_ question: SerialQuestion, to address: UInt8, into buffer: inout SerialBuffer) {
        switch self {
        case .modbus, .givEnergy:
            ModbusRTU.encodeRead(
                ModbusRTU.Function(rawValue: question.variant) ?? .readHolding, address: address,
                register: question.code, count: question.count, into: &buffer)
        case .telecom(let version, let deviceClass):
            var info = SerialPayload()
            if question.carriesAddress { info.append(address) }
            TelecomFrame(
                version: version, address: address, deviceClass: deviceClass,
                code: UInt8(truncatingIfNeeded: question.code)
            ).encode(info: info.bytes, into: &buffer)
        }
    }

    /// Writes the answer to `question`, as `address`.
    public func writeAnswer(
        to question: SerialFrame, as address: UInt8, _ payload: Span<UInt8>, into buffer: inout SerialBuffer
    ) {
        switch self {
        case .givEnergy where question.variant == ModbusRTU.Function.readInput.rawValue:
            GivEnergyRTU.encodeInputAnswer(
                address: address, register: question.code, data: payload, into: &buffer)
        case .modbus, .givEnergy:
            ModbusRTU.encodeReadAnswer(
                ModbusRTU.Function(rawValue: question.variant) ?? .readHolding, address: address,
                data: payload, into: &buffer)
        case .telecom(_, let deviceClass):
            TelecomFrame(
                version: question.variant, address: address, deviceClass: deviceClass, code: 0
            ).encode(info: payload, into: &buffer)
        }
    }

    /// Refuses `question`, as `address`.
    public func writeRefusal(
        of question: SerialFrame, as address: UInt8, _ refusal: SerialRefusal, into buffer: inout SerialBuffer
    ) {
        switch self {
        case .modbus, .givEnergy:
            // GivEnergy: more than 128 registers are refused with 2, with 4 by function 4 (bms-analysis, docs/01).
            let isTooLong = space(ofFunction: question.variant) != 0 && question.count > 128
            ModbusRTU.encodeException(
                question.variant, address: address, code: isTooLong ? 4 : refusal.modbusCode, into: &buffer)
        case .telecom(_, let deviceClass):
            TelecomFrame(
                version: question.variant, address: address, deviceClass: deviceClass,
                code: refusal.telecomCode
            ).encode(info: SerialPayload().bytes, into: &buffer)
        }
    }

    /// Confirms a write, as `address`.
    ///
    /// Source: Modbus application protocol V1.1b3, sections 6.6 and 6.12: function 6 repeats the value, 16 the number.
    public func writeConfirmation(
        of write: SerialFrame, as address: UInt8, into buffer: inout SerialBuffer
    ) {
        let isOne = write.variant == ModbusRTU.Function.writeOne.rawValue
        let word = isOne ? write.value : write.count
        switch self {
        case .modbus, .givEnergy:
            ModbusRTU.encodeWriteAnswer(
                isOne ? .writeOne : .writeMany, address: address, register: write.code, word: word,
                into: &buffer)
        case .telecom: writeAnswer(to: write, as: address, SerialPayload().bytes, into: &buffer)
        }
    }

    /// What stands above the register in the identifier of a block: functions that have registers of their own.
    func space(ofFunction function: UInt8) -> UInt32 {
        self == .givEnergy && function == ModbusRTU.Function.readInput.rawValue ? UInt32(function) << 16 : 0
    }

    /// Puts what a frame carries into `payload`.
    public func readPayload(of frame: Span<UInt8>, into payload: inout SerialPayload) {
        switch self {
        case .modbus, .givEnergy:
            let isInput = frame.count > 1 && frame[1] == ModbusRTU.Function.readInput.rawValue
            let start = self == .givEnergy && isInput ? GivEnergyRTU.dataStart : 3
            guard frame.count >= start + 2 else { return }
            payload.append(frame.extracting(start..<frame.count - 2))
        case .telecom: TelecomFrame.readInfo(of: frame, into: &payload)
        }
    }

    private var deviceClass: UInt8 {
        if case .telecom(_, let deviceClass) = self { deviceClass } else { 0 }
    }

    private static func question(_ frame: ModbusRTU.Frame, _ bytes: Span<UInt8>) -> SerialFrame {
        let function = frame.function.rawValue
        switch frame.kind {
        case .readRequest(let register, let count):
            return SerialFrame(
                address: frame.address, code: register, count: count, variant: function, kind: .question)
        case .writeRequest(let register, let count):
            return SerialFrame(
                address: frame.address, code: register, count: count, variant: function,
                value: frame.function == .writeOne ? UInt16(bytes[4]) << 8 | UInt16(bytes[5]) : 0,
                kind: .write)
        default:
            return SerialFrame(address: frame.address, code: 0, variant: function, kind: .answer)
        }
    }

    private static func answer(_ frame: ModbusRTU.Frame) -> SerialFrame {
        let kind: SerialFrame.Kind =
            if case .exception(let code) = frame.kind { .refusal(code) } else { .answer }
        return SerialFrame(
            address: frame.address, code: 0, variant: frame.function.rawValue, kind: kind)
    }
}

/// Why a question is refused, in words that every framing has a code for.
public enum SerialRefusal: UInt8, Sendable {
    /// The command or function is not known.
    case unknownCommand
    /// The registers asked for do not exist.
    case unknownRegister
    /// What is asked for is not known now.
    case notKnownNow

    /// The exception code of Modbus: 1 illegal function, 2 illegal address, 4 device failure.
    ///
    /// Source: Modbus application protocol V1.1b3, section 7.
    var modbusCode: UInt8 {
        switch self {
        case .unknownCommand: 1
        case .unknownRegister: 2
        case .notKnownNow: 4
        }
    }

    /// The return code of the telecom family: 4 CID2 invalid, 6 invalid data, 0x91 internal communication error.
    ///
    /// Source: PYLON low voltage protocol RS485 V3.3, section 3.4.
    var telecomCode: UInt8 {
        switch self {
        case .unknownCommand: 0x04
        case .unknownRegister: 0x06
        case .notKnownNow: 0x91
        }
    }
}
