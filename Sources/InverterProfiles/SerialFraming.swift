import BatteryModel
public import BusCodec

/// How the frames of a serial protocol are cut out of a stream, checked and written.
public enum SerialFraming: Sendable, Equatable {
    /// Modbus RTU; questions may use function 3, 4 or both.
    case modbus
    /// Modbus TCP, the same questions and answers over a network; see ``SerialTalk/overTCP``.
    case modbusTCP
    /// Modbus RTU with two bytes for the length in answers (Voltronic LIB).
    case voltronicLIB
    /// Modbus RTU in which function 4 has registers of its own and its answers repeat the first of them.
    case givEnergy
    /// The telecom family with this version and class of device (CID1).
    case telecom(version: UInt8, deviceClass: UInt8)
    /// The frames of a Kostal PLENTICORE, which name no address.
    case kostal

    /// Finds a question at the head of what the battery side hears.
    public func scanQuestion(_ head: Span<UInt8>) -> ScanStep<SerialFrame> {
        switch self {
        case .modbus, .voltronicLIB, .givEnergy:
            Self.withValue(
                ModbusRTU.scanRequest(head).map {
                    Self.question($0.address, $0.function.rawValue, $0.kind)
                }, head, bodyAt: 2)
        case .modbusTCP:
            Self.withValue(
                ModbusTCP.scanRequest(head).map {
                    Self.question($0.unit, $0.function, $0.kind, transaction: $0.transaction)
                }, head, bodyAt: 8)
        case .telecom:
            Self.withInfo(
                TelecomFrame.scan(head).map {
                    SerialFrame(
                        address: $0.address, code: UInt16($0.code), variant: $0.version,
                        kind: Self.isQuestion($0, deviceClass) ? .question : .answer)
                }, head)
        case .kostal: Self.scanKostal(head)
        }
    }

    /// Finds an answer at the head of what the inverter side hears.
    public func scanAnswer(_ head: Span<UInt8>) -> ScanStep<SerialFrame> {
        switch self {
        case .modbus: ModbusRTU.scanAnswer(head).map(Self.answer)
        case .voltronicLIB: VoltronicLIB.scanAnswer(head).map(Self.answer)
        case .givEnergy: GivEnergyRTU.scanAnswer(head).map(Self.answer)
        case .modbusTCP:
            ModbusTCP.scanAnswer(head).map {
                Self.answer($0.unit, $0.function, $0.kind, transaction: $0.transaction)
            }
        case .telecom:
            TelecomFrame.scan(head).map {
                SerialFrame(
                    address: $0.address, code: 0, variant: $0.version,
                    kind: $0.code == 0 ? .answer : .refusal($0.code))
            }
        case .kostal: Self.scanKostal(head)
        }
    }

    /// Writes a question; `transaction` is what its answer will repeat where the framing has such a number.
    public func write(
        _ question: SerialQuestion, to address: UInt8, transaction: UInt16 = 0,
        into buffer: inout SerialBuffer
    ) {
        let function = ModbusRTU.Function(rawValue: question.variant) ?? .readHolding
        switch self {
        case .modbus, .voltronicLIB, .givEnergy:
            ModbusRTU.encodeRead(
                function, address: address, register: question.code, count: question.count, into: &buffer)
        case .modbusTCP:
            ModbusTCP.encodeRead(
                function, transaction: transaction, unit: address, register: question.code,
                count: question.count, into: &buffer)
        case .telecom(let version, let deviceClass):
            var info = SerialPayload()
            if question.carriesAddress { info.append(address) }
            TelecomFrame(
                version: version, address: address, deviceClass: deviceClass,
                code: UInt8(truncatingIfNeeded: question.code)
            ).encode(info: info.bytes, into: &buffer)
        case .kostal: Self.writeKostal(question.code, into: &buffer)
        }
    }

    /// Writes the answer to `question`, as `address`.
    public func writeAnswer(
        to question: SerialFrame, as address: UInt8, _ payload: Span<UInt8>, into buffer: inout SerialBuffer
    ) {
        switch self {
        case .givEnergy where hasOwnRegisters(function: question.variant):
            GivEnergyRTU.encodeInputAnswer(
                address: address, register: question.code, data: payload, into: &buffer)
        case .modbus, .givEnergy:
            ModbusRTU.encodeReadAnswer(
                ModbusRTU.Function(rawValue: question.variant) ?? .readHolding, address: address,
                data: payload, into: &buffer)
        case .modbusTCP:
            ModbusTCP.encodeReadAnswer(
                question.variant, transaction: question.transaction, unit: address, data: payload,
                into: &buffer)
        case .voltronicLIB: VoltronicLIB.encodeReadAnswer(address: address, data: payload, into: &buffer)
        case .telecom(_, let deviceClass):
            TelecomFrame(
                version: question.variant, address: address, deviceClass: deviceClass, code: 0
            ).encode(info: payload, into: &buffer)
        case .kostal: KostalFrame.encode(.answer, body: payload, into: &buffer)
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
        case .modbus, .voltronicLIB, .givEnergy:
            ModbusRTU.encodeWriteAnswer(
                isOne ? .writeOne : .writeMany, address: address, register: write.code, word: word,
                into: &buffer)
        case .modbusTCP:
            ModbusTCP.encodeWriteAnswer(
                write.variant, transaction: write.transaction, unit: address, register: write.code,
                word: word, into: &buffer)
        case .telecom: writeAnswer(to: write, as: address, SerialPayload().bytes, into: &buffer)
        case .kostal: KostalFrame.encode(.confirmation, body: SerialPayload().bytes, into: &buffer)
        }
    }

    /// Refuses `question`, as `address`; writes nothing where the protocol has no code for the reason.
    public func writeRefusal(
        of question: SerialFrame, as address: UInt8, _ refusal: SerialRefusal, into buffer: inout SerialBuffer
    ) {
        switch self {
        case .modbus:
            ModbusRTU.encodeException(
                question.variant, address: address, code: refusal.modbusCode, into: &buffer)
        case .modbusTCP:
            ModbusTCP.encodeException(
                question.variant, transaction: question.transaction, unit: address,
                code: refusal.modbusCode, into: &buffer)
        case .voltronicLIB:
            guard let code = refusal.voltronicCode else { return }
            ModbusRTU.encodeException(question.variant, address: address, code: code, into: &buffer)
        case .givEnergy:
            // More than 128 registers are refused with 2, with 4 by function 4 (bms-analysis, docs/01-protocol.md).
            let isTooLong = hasOwnRegisters(function: question.variant) && question.count > 128
            ModbusRTU.encodeException(
                question.variant, address: address, code: isTooLong ? 4 : refusal.modbusCode, into: &buffer)
        case .telecom(_, let deviceClass):
            TelecomFrame(
                version: question.variant, address: address, deviceClass: deviceClass,
                code: refusal.telecomCode
            ).encode(info: SerialPayload().bytes, into: &buffer)
        case .kostal: break
        }
    }

    /// Whether a question names registers and their number; it names a command otherwise.
    public var countsRegisters: Bool {
        switch self {
        case .modbus, .modbusTCP, .voltronicLIB, .givEnergy: true
        case .telecom, .kostal: false
        }
    }

    /// Whether so many registers may be asked for, or written, at once: an answer has room for 125.
    ///
    /// GivEnergy refuses more as registers that do not exist. Source: Modbus application protocol V1.1b3, section 6.3.
    func permits(count: UInt16) -> Bool {
        !countsRegisters || count > 0 && (count <= 125 || self == .givEnergy)
    }

    /// What stands above the register in the identifier of a block: functions that have registers of their own.
    func space(ofFunction function: UInt8) -> UInt32 {
        hasOwnRegisters(function: function) ? UInt32(function) << 16 : 0
    }

    private func hasOwnRegisters(function: UInt8) -> Bool {
        self == .givEnergy && function == ModbusRTU.Function.readInput.rawValue
    }

    /// Puts what a frame carries into `payload`.
    public func readPayload(of frame: Span<UInt8>, into payload: inout SerialPayload) {
        switch self {
        case .modbus: Self.readRegisters(of: frame, from: 3, to: frame.count - 2, into: &payload)
        case .modbusTCP: Self.readRegisters(of: frame, from: 9, to: frame.count, into: &payload)
        case .voltronicLIB:
            Self.readRegisters(
                of: frame, from: VoltronicLIB.dataStart(of: frame), to: frame.count - 2, into: &payload)
        case .givEnergy:
            let isOwn = frame.count > 1 && hasOwnRegisters(function: frame[1])
            let start = isOwn ? GivEnergyRTU.dataStart : 3
            Self.readRegisters(of: frame, from: start, to: frame.count - 2, into: &payload)
        case .telecom: TelecomFrame.readInfo(of: frame, into: &payload)
        case .kostal: KostalFrame.readBody(of: frame, into: &payload)
        }
    }

    private static func readRegisters(
        of frame: Span<UInt8>, from start: Int, to end: Int, into payload: inout SerialPayload
    ) {
        if start < end { payload.append(frame.extracting(start..<end)) }
    }
}

// MARK: - What a frame is

extension SerialFraming {
    private var deviceClass: UInt8 {
        if case .telecom(_, let deviceClass) = self { deviceClass } else { 0 }
    }

    /// Commands begin at 0x40; below, and at 0x90, 0x91 and from 0xE0 on, it is the return code of an answer.
    private static func isQuestion(_ frame: TelecomFrame, _ deviceClass: UInt8) -> Bool {
        frame.deviceClass == deviceClass && (0x40..<0xE0).contains(frame.code) && frame.code & 0xFE != 0x90
    }

    /// The step with the first byte that a question of the telecom family carries.
    private static func withInfo(
        _ step: ScanStep<SerialFrame>, _ head: Span<UInt8>
    ) -> ScanStep<SerialFrame> {
        guard case .item(var frame, let length) = step, frame.kind == .question else { return step }
        var info = ByteBuffer<1>()
        TelecomFrame.readInfo(of: head.extracting(0..<length), into: &info)
        if info.count > 0 { frame.value = UInt16(info.bytes[0]) }
        return .item(frame, length: length)
    }

    private static func question(
        _ address: UInt8, _ function: UInt8, _ kind: ModbusRTU.Frame.Kind?, transaction: UInt16 = 0
    ) -> SerialFrame {
        var frame = SerialFrame(
            address: address, code: 0, variant: function, transaction: transaction, kind: .answer)
        switch kind {
        case .readRequest(let register, let count):
            (frame.code, frame.count, frame.kind) = (register, count, .question)
        case .writeRequest(let register, let count):
            (frame.code, frame.count, frame.kind) = (register, count, .write)
        case nil: frame.kind = .unknown
        default: break
        }
        return frame
    }

    /// The step with the value that a write carries, behind the register (function 6) or behind the numbers of
    /// registers and bytes (function 16); a write of no registers has none.
    private static func withValue(
        _ step: ScanStep<SerialFrame>, _ head: Span<UInt8>, bodyAt body: Int
    ) -> ScanStep<SerialFrame> {
        guard case .item(var frame, let length) = step, frame.kind == .write else { return step }
        let place = frame.variant == ModbusRTU.Function.writeOne.rawValue ? body + 2 : body + 5
        guard place + 1 < length else { return step }
        frame.value = UInt16(head[place]) << 8 | UInt16(head[place + 1])
        return .item(frame, length: length)
    }

    private static func answer(_ frame: ModbusRTU.Frame) -> SerialFrame {
        answer(frame.address, frame.function.rawValue, frame.kind)
    }

    private static func answer(
        _ address: UInt8, _ function: UInt8, _ kind: ModbusRTU.Frame.Kind?, transaction: UInt16 = 0
    ) -> SerialFrame {
        let kind: SerialFrame.Kind =
            if case .exception(let code) = kind { .refusal(code) } else { .answer }
        return SerialFrame(
            address: address, code: 0, variant: function, transaction: transaction, kind: kind)
    }
}
