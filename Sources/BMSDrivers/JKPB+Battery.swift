import BatteryModel
import BusCodec

extension JKPB {
    /// Writes what a JK-PB that knows `reading` answers.
    ///
    /// It stays silent when another address is asked (if it knows its own), when the frame is damaged, and when it
    /// has a value that does not fit the wire: a simulated battery does not lie. It confirms writes of the settings
    /// that can be written; whoever keeps the values takes them with ``heard(_:)``.
    static func answer(
        _ request: Span<UInt8>, from reading: borrowing PackReading, into buffer: inout AnswerBuffer
    ) {
        guard case .item(let frame, _) = ModbusRTU.scanRequest(request), frame.address <= 15 else { return }
        if let own = reading[.busAddress]?.value, own != Int32(frame.address) { return }
        do throws(SignalError) {
            switch frame.kind {
            case .readRequest(let register, let count) where frame.function == .readHolding:
                guard let range = registers(register, count: count) else { break }
                return try sendRegisters(range, of: frame.address, from: reading, into: &buffer)
            case .writeRequest(let register, let count) where frame.function == .writeMany:
                guard count == 1, let trigger = JKTrigger(rawValue: register) else {
                    return confirm(request, frame, register, count, into: &buffer)
                }
                return try sendRecord(trigger, of: frame.address, from: reading, into: &buffer)
            default:
                break
            }
        } catch {
            return
        }
        let isKnown = frame.function == .readHolding || frame.function == .writeMany
        ModbusRTU.encodeException(
            frame.function.rawValue, address: frame.address,
            code: isKnown ? inaccessible : unsupported, into: &buffer)
    }

    /// Exception code: function not supported.
    private static let unsupported: UInt8 = 1
    /// Exception code: register not accessible.
    static let inaccessible: UInt8 = 2
    /// Exception code: value illegal or out of limits.
    static let illegalValue: UInt8 = 3

    /// Confirms a write to a setting, or refuses it.
    private static func confirm(
        _ request: Span<UInt8>, _ frame: ModbusRTU.Frame, _ register: UInt16, _ count: UInt16,
        into buffer: inout AnswerBuffer
    ) {
        guard case .setting = heard(request) else {
            var code = inaccessible
            if case .refused(let refusal) = heard(request) { code = refusal }
            return ModbusRTU.encodeException(
                frame.function.rawValue, address: frame.address, code: code, into: &buffer)
        }
        ModbusRTU.encodeWriteAnswer(address: frame.address, register: register, count: count, into: &buffer)
    }

    /// A block and the bytes of it that a read asks for; `nil` if they are not there.
    ///
    /// An odd offset is refused: it would begin within a register.
    private static func registers(_ register: UInt16, count: UInt16) -> (block: JKBlock, bytes: Range<Int>)? {
        guard let block = JKBlock(rawValue: UInt32(register) & ~0x1FF), register & 1 == 0,
            (1...0x7D).contains(count)
        else { return nil }
        let first = Int(register) & 0x1FF
        let end = first + 2 * Int(count)
        return end <= JKBlock.length ? (block, first..<end) : nil
    }

    private static func sendRegisters(
        _ range: (block: JKBlock, bytes: Range<Int>), of address: UInt8, from reading: borrowing PackReading,
        into buffer: inout AnswerBuffer
    ) throws(SignalError) {
        let structure = try structure(range.block, .big, from: reading)
        ModbusRTU.encodeReadAnswer(
            address: address, data: structure.span.extracting(range.bytes), into: &buffer)
    }

    /// Sends a record and its acknowledgement; byte 5 as on firmware 14 and 15.30, where a master sends 0.
    private static func sendRecord(
        _ trigger: JKTrigger, of address: UInt8, from reading: borrowing PackReading,
        into buffer: inout AnswerBuffer
    ) throws(SignalError) {
        let structure = try structure(trigger.block, .little, from: reading)
        JK55AA.encode(
            trigger.record, source: address == 0 ? 0 : 5,
            structure: structure.span.extracting(first: JKBlock.length - 1), into: &buffer)
        ModbusRTU.encodeWriteAnswer(address: address, register: trigger.rawValue, count: 1, into: &buffer)
    }

    /// A block as the battery fills it; what it does not know is zero.
    private static func structure(
        _ block: JKBlock, _ order: ByteOrder, from reading: borrowing PackReading
    ) throws(SignalError) -> InlineArray<294, UInt8> {
        var structure = InlineArray<294, UInt8>(repeating: 0)
        var bytes = structure.mutableSpan
        switch block {
        case .status: try fill(&bytes, statusRows, order, from: reading)
        case .settings: try fill(&bytes, settingsRows, order, from: reading)
        case .about: try fill(&bytes, aboutRows, order, from: reading)
        }
        return structure
    }

    private static func fill<let count: Int>(
        _ bytes: inout MutableSpan<UInt8>, _ rows: [count of SignalRow<PackMeaning>], _ order: ByteOrder,
        from reading: borrowing PackReading
    ) throws(SignalError) {
        for index in rows.indices {
            let row = rows[index]
            switch row.meaning {
            case .number(let field), .information(let field), .sensor(let field, _), .copy(let field):
                guard let value = reading[field]?.value else { continue }
                try row.store(value, into: &bytes, order)
            case .cellVoltages:
                try store(reading.cellMillivolts?.value, row, into: &bytes, order)
            case .wireResistances:
                try store(reading.wireMilliohms?.value, row, into: &bytes, order)
            case .cellStates, .sensorBits, .alarmWord:
                try row.store(raw: UInt64(word(row.meaning, from: reading)), into: &bytes, order)
            case .power:
                try row.store(power(of: reading), into: &bytes, order)
            case .identity(let field):
                guard let text = reading.identity?.value[field] else { continue }
                try row.store(text, into: &bytes, padding: 0)
            case .temperatures, .reserved, .secret:
                continue
            }
        }
    }

    private static func store(
        _ values: CellValues?, _ row: SignalRow<PackMeaning>, into bytes: inout MutableSpan<UInt8>,
        _ order: ByteOrder
    ) throws(SignalError) {
        guard let values else { return }
        for index in 0..<CellValues.maximum {
            guard let value = values[index] else { continue }
            try row.store(Int32(value), into: &bytes, order, repetition: index)
        }
    }

    /// The bits that follow from what there is.
    private static func word(_ meaning: PackMeaning, from reading: borrowing PackReading) -> UInt32 {
        switch meaning {
        case .cellStates:
            return reading.cellMillivolts?.value.present ?? 0
        case .sensorBits:
            return JKSensors.wire(fromModel: sensors(of: reading))
        case .alarmWord:
            if let word = reading[.alarmWord]?.value { return UInt32(bitPattern: word) }
            return reading.alarms.map { JKAlarm.word(for: $0.value) } ?? 0
        default:
            return 0
        }
    }

    private static func sensors(of reading: borrowing PackReading) -> UInt32 {
        var bits: UInt32 = reading[.mosfetTemperature] == nil ? 0 : 1
        for number in 0..<4 where reading[PackReading.cellSensor(number)] != nil {
            bits |= 2 << UInt32(number)
        }
        return bits
    }

    /// Milliwatts without sign; 0 where voltage or current is not known.
    private static func power(of reading: borrowing PackReading) -> Int32 {
        guard let voltage = reading[.packVoltage]?.value, let current = reading[.current]?.value else {
            return 0
        }
        return Int32(clamping: (Int64(voltage) * Int64(current) / 1000).magnitude)
    }
}
