import BatteryModel
import BusCodec

// Answers about a module: inverter side.

extension PylontechRS485 {
    /// Reads 42 and 44, whose places depend on the number of cells and sensors.
    static func dissect(
        _ code: UInt16, _ payload: Span<UInt8>, _ now: Instant, _ reading: inout BankReading
    ) -> Bool {
        switch code {
        case 0x42: readAnalog(payload, now, &reading)
        case 0x44: readAlarms(payload, now, &reading)
        default: return false
        }
        return true
    }

    /// Reads the first module of 42; with several in one answer the inverter side asks for one at a time.
    private static func readAnalog(
        _ payload: Span<UInt8>, _ now: Instant, _ reading: inout BankReading
    ) {
        let cells = payload.count > 2 ? Int(payload[2]) : 0
        let sensors = 4 + 2 * cells
        guard cells > 0, payload.count > sensors else { return }
        let temperatures = Int(payload[sensors - 1])
        let rest = sensors + 2 * temperatures
        guard temperatures > 0, payload.count >= rest + 11 else { return }
        func set(_ field: BankField, _ value: Int32) { reading[field] = Reading(value, at: now) }
        var (high, low) = (1, 1)
        for number in 1...cells {
            let value = word(payload, 1 + 2 * number)
            if value > word(payload, 1 + 2 * high) { high = number }
            if value < word(payload, 1 + 2 * low) { low = number }
        }
        set(.cells, Int32(cells))
        set(.highestCell, word(payload, 1 + 2 * high))
        set(.highestCellNumber, Int32(high))
        set(.lowestCell, word(payload, 1 + 2 * low))
        set(.lowestCellNumber, Int32(low))
        // The first sensor is that of the board.
        let first = temperatures > 1 ? 1 : 0
        var (warmest, coldest) = (Int32.min, Int32.max)
        for sensor in first..<temperatures {
            warmest = max(warmest, word(payload, sensors + 2 * sensor) - 2_731)
            coldest = min(coldest, word(payload, sensors + 2 * sensor) - 2_731)
        }
        set(.highestTemperature, warmest)
        set(.lowestTemperature, coldest)
        set(.current, Int32(Int16(truncatingIfNeeded: word(payload, rest))) * 100)
        set(.voltage, word(payload, rest + 2))
        let isLong = payload[rest + 6] >= 4 && payload.count >= rest + 17
        let remaining =
            isLong ? Int32(payload[rest + 11]) << 16 | word(payload, rest + 12) : word(payload, rest + 4)
        let total =
            isLong ? Int32(payload[rest + 14]) << 16 | word(payload, rest + 15) : word(payload, rest + 7)
        set(.cycles, word(payload, rest + 9))
        set(.remainingCapacity, remaining)
        set(.capacity, total)
        guard total > 0, remaining <= total else { return }
        set(.soc, Int32(Int64(remaining) * 1_000 / Int64(total)))
    }

    private static func word(_ payload: Span<UInt8>, _ place: Int) -> Int32 {
        Int32(payload[place]) << 8 | Int32(payload[place + 1])
    }

    private static func readAlarms(
        _ payload: Span<UInt8>, _ now: Instant, _ reading: inout BankReading
    ) {
        let cells = payload.count > 2 ? Int(payload[2]) : 0
        guard payload.count > 3 + cells else { return }
        let temperatures = Int(payload[3 + cells])
        let rest = 4 + cells + temperatures
        guard payload.count >= rest + 5 else { return }
        var alarms = AlarmSet()
        func raise(_ state: UInt8, above: AlarmKind, below: AlarmKind? = nil) {
            if state == 2 { alarms.raise(above, .protection) }
            if state == 1, let below { alarms.raise(below, .protection) }
        }
        for place in 3..<3 + cells {
            raise(payload[place], above: .cellOverVoltage, below: .cellUnderVoltage)
        }
        for place in 4 + cells..<rest {
            raise(payload[place], above: .batteryOverTemperature, below: .chargeUnderTemperature)
        }
        raise(payload[rest], above: .chargeOverCurrent)
        raise(payload[rest + 1], above: .packOverVoltage, below: .packUnderVoltage)
        raise(payload[rest + 2], above: .dischargeOverCurrent)
        let status = payload[rest + 3]
        for index in statusBits.indices where status & statusBits[index].bit != 0 {
            alarms.protections = alarms.protections.union(heardBits[index])
        }
        reading.alarms = Reading(alarms, at: now)
    }

    /// What each bit of status 1 is read as, in the order of `statusBits`.
    private static let heardBits: [7 of AlarmMask] = [
        AlarmMask(.packUnderVoltage), AlarmMask(.chargeOverTemperature), AlarmMask(.dischargeOverTemperature),
        AlarmMask(.dischargeOverCurrent), AlarmMask(.chargeOverCurrent), AlarmMask(.cellUnderVoltage),
        AlarmMask(.packOverVoltage),
    ]
}
