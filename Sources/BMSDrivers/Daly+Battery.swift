import BatteryModel
import BusCodec

extension Daly {
    /// Writes what a board answers; it stays silent to another board's question and to what it does not know.
    static func answer(
        _ request: Span<UInt8>, _ reading: borrowing PackReading, _ buffer: inout AnswerBuffer
    ) {
        guard case .item(let frame, _) = DalyFrame.scan(request), frame.isRequest else { return }
        let own = UInt8(clamping: reading[.busAddress]?.value ?? 1)
        guard board(askedBy: frame.party) ?? own == own else { return }
        guard let poll = poll(frame.id) else {
            return writeExtremes(frame.id, from: own, reading, &buffer)
        }
        do throws(SignalError) {
            if questions[poll].frames > 1 {
                try writeRun(questions[poll], from: own, reading, &buffer)
            } else {
                try writeOne(frame.id, from: own, reading, &buffer)
            }
        } catch {
            return
        }
    }

    private static func writeRun(
        _ question: Question, from board: UInt8, _ reading: borrowing PackReading,
        _ buffer: inout AnswerBuffer
    ) throws(SignalError) {
        let count =
            question.id == 0x95
            ? reading.cellMillivolts?.value.count ?? 0 : DalyBattery.sensorCount(reading)
        var places = InlineArray<96, UInt8>(repeating: 0)
        var bytes = places.mutableSpan
        try PackSection(UInt32(question.id), repetitions: count).write(rows, from: reading, into: &bytes)
        let width = question.places * question.size
        for number in 0..<max(1, (count + question.places - 1) / question.places) {
            var data = InlineArray<8, UInt8>(repeating: 0)
            data[0] = UInt8(number + 1)
            for byte in 0..<width { data[1 + byte] = places[number * width + byte] }
            DalyFrame.encode(party: board, id: question.id, data: data.span, into: &buffer)
        }
    }

    /// The highest and the lowest cell (91) and sensor (92), which other hosts ask for and Busbar works out by itself.
    private static func writeExtremes(
        _ id: UInt8, from board: UInt8, _ reading: borrowing PackReading, _ buffer: inout AnswerBuffer
    ) {
        var data = InlineArray<8, UInt8>(repeating: 0)
        switch id {
        case 0x91:
            guard let high = reading[.highestCell]?.value,
                let highNumber = reading[.highestCellNumber]?.value,
                let low = reading[.lowestCell]?.value, let lowNumber = reading[.lowestCellNumber]?.value
            else { return }
            (data[0], data[1]) = (UInt8(clamping: high >> 8), UInt8(high & 0xFF))
            (data[3], data[4]) = (UInt8(clamping: low >> 8), UInt8(low & 0xFF))
            (data[2], data[5]) = (UInt8(clamping: highNumber), UInt8(clamping: lowNumber))
        case 0x92:
            guard let high = DalyBattery.extremeTemperature(reading, highest: true),
                let low = DalyBattery.extremeTemperature(reading, highest: false)
            else { return }
            (data[0], data[1]) = (UInt8(clamping: high.raw), UInt8(high.sensor))
            (data[2], data[3]) = (UInt8(clamping: low.raw), UInt8(low.sensor))
        default: return
        }
        DalyFrame.encode(party: board, id: id, data: data.span, into: &buffer)
    }

    private static func writeOne(
        _ id: UInt8, from board: UInt8, _ reading: borrowing PackReading, _ buffer: inout AnswerBuffer
    ) throws(SignalError) {
        let section = PackSection(UInt32(id))
        var data = InlineArray<8, UInt8>(repeating: 0)
        var bytes = data.mutableSpan
        try section.write(rows, from: reading, into: &bytes)
        switch id {
        case 0x93:
            if let current = reading[.current]?.value {
                bytes[0] = DalyBattery.State(milliamps: current).rawValue
            }
        case 0x94:
            if let cells = reading.cellMillivolts?.value.count { bytes[0] = UInt8(cells) }
            let sensors = DalyBattery.sensorCount(reading)
            let present = reading[.sensorsPresent].map { ($0.value >> 1).nonzeroBitCount } ?? 0
            bytes[1] = UInt8(sensors > 0 ? sensors : present)
        case 0x98:
            if let alarms = reading.alarms?.value { section.write(alarmBits, from: alarms, into: &bytes) }
        default: break
        }
        DalyFrame.encode(party: board, id: id, data: data.span, into: &buffer)
    }
}
