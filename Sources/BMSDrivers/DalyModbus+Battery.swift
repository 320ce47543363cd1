import BatteryModel
import BusCodec

extension DalyModbus {
    /// Writes what a board answers; it refuses registers that nobody asks for here, and stays silent to another's
    /// question.
    static func answer(
        _ request: Span<UInt8>, _ reading: borrowing PackReading, _ buffer: inout AnswerBuffer
    ) {
        let own = UInt8(clamping: reading[.busAddress]?.value ?? 1)
        guard sheet.addresses.contains(own), case .item(let frame, _) = ModbusRTU.scanRequest(request),
            frame.address == asked + own
        else { return }
        guard case .readRequest(let register, let count) = frame.kind,
            let poll = RegisterQuestion.index(of: frame.function, register, count, in: questions)
        else {
            return ModbusRTU.encodeException(
                frame.function.rawValue, address: answering + own, code: 2, into: &buffer)
        }
        var data = InlineArray<148, UInt8>(repeating: 0)
        var bytes = data.mutableSpan
        do throws(SignalError) {
            try PackSection(UInt32(register)).write(rows, from: reading, into: &bytes)
            switch poll {
            case 0: DalyBlock(first: cells).put(UInt16(DalyBattery.sensorCount(reading)), 0x3D, into: &bytes)
            case 1: try writeStatus(reading, &bytes)
            default: break
            }
        } catch {
            return
        }
        ModbusRTU.encodeReadAnswer(
            address: answering + own, data: data.span.extracting(first: 2 * Int(count)), into: &buffer)
    }

    private static func writeStatus(
        _ reading: borrowing PackReading, _ bytes: inout MutableSpan<UInt8>
    ) throws(SignalError) {
        let block = DalyBlock(first: status)
        if let high = DalyBattery.extremeTemperature(reading, highest: true),
            let low = DalyBattery.extremeTemperature(reading, highest: false)
        {
            block.put(high.raw, 0x43, into: &bytes)
            block.put(high.sensor, 0x44, into: &bytes)
            block.put(low.raw, 0x45, into: &bytes)
            block.put(low.sensor, 0x46, into: &bytes)
            block.put(high.raw - low.raw, 0x47, into: &bytes)
        }
        if let current = reading[.current]?.value {
            block.put(UInt16(DalyBattery.State(milliamps: current).rawValue), 0x48, into: &bytes)
        }
        block.put(DalyBattery.watts(reading), 0x58, into: &bytes)
        guard let alarms = reading.alarms?.value else { return }
        let first = 2 * Int(faults - status)
        var words = bytes._mutatingExtracting(first..<first + faultBytes)
        PackSection(faults).write(olderBits, from: alarms, into: &words)
        PackSection(faults).write(newerBits, from: alarms, into: &words)
        lowerLevels(in: &words)
    }
}
