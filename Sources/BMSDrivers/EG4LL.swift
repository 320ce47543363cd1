import BatteryModel
import BusCodec

/// EG4 LL and LifePower V2 packs (boards of HNGCE) on RS485: Modbus RTU, function 3.
///
/// In a chain the pack with address 1 may answer with values of the whole chain in another layout, whose first registers
/// read 0; such an answer is refused, and the packs are found from address 2 on. A pack of four cells, seen over
/// Bluetooth only, counts its currents in 0.1 A instead of 0.01 A and its charge limit likewise; packs of fewer than
/// eight cells are refused until one has been measured. HNGCE's own reader exchanges registers 22 and 23; the vendor's
/// document is followed, and that pack of four cells agrees with it.
///
/// MOSFET switches and a discharge limit are not told. The protections (from register 45) have no captured answer and
/// are not asked for.
///
/// Sources: vendor's EG4-LL Modbus protocol V01.06; captures of an LFP-51.2V100Ah, firmware Z02T04 (see the golden
/// table).
public enum EG4LL {
    /// The driver.
    public static let driver = BMSDriver(
        sheet: sheet, pollCount: map.questions.count, poll: { map.questions[$0].poll },
        request: { map.request($0, $1, &$2) }, scan: { (head, listening, _) in map.scan(head, listening) },
        decode: decode, answer: answer, visitFacts: { map.visitFacts($0) })

    /// What is said about the protocol as a whole.
    ///
    /// Packs run at 9 600 baud, the document allows 19 200. A known reader waits 2.5 s at most; answers take less than 200 ms as a rule.
    public static let sheet = DriverSheet(
        id: "eg4-ll", name: "EG4 LL, LifePower V2, HNGCE (RS485 Modbus)", addresses: 1...16, baud: 9_600,
        otherBauds: [19_200, 0, 0],
        timing: LineTiming(
            spacing: .milliseconds(100), timeout: .milliseconds(1_000), probeTimeout: .milliseconds(500),
            gap: .milliseconds(50)),
        evidence: "vendor's protocol V01.06; captured answers of one LFP-51.2V100Ah-V1.0",
        isExperimental: true)

    private static let pack: UInt16 = 0
    private static let identity: UInt16 = 105

    static let map = RegisterMap(questions: questions, rows: rows, alarmBits: alarmBits)

    private static let questions: [_ of RegisterQuestion] = [
        RegisterQuestion(Poll("pack", .live, .frames), register: pack, count: 39),
        RegisterQuestion(Poll("identity", .slow, .frames, .optional), register: identity, count: 23),
    ]

    private static let rows: [_ of PackRow] = [
        .number(.packVoltage, 0, in: pack, times: 10, range: 10_000...100_000),
        .number(.current, 1, in: pack, signed: true, times: 10),
        .cells(2, in: pack, absent: 0),
        .number(.mosfetTemperature, 18, in: pack, signed: true, times: 10, range: -400...1_500),
        // Mean and highest temperature; document and observation disagree which is which.
        .unused("temperature_a", 19, in: pack),
        .unused("temperature_b", 20, in: pack),
        // The document has no unit. One reader takes it for Ah, another for %.
        .unused("remaining", 21, in: pack),
        .number(.chargeCurrentLimit, 22, in: pack, times: 1_000, range: 0...500_000),
        .information(.soh, 23, in: pack, times: 10, range: 0...1_000),
        .number(.soc, 24, in: pack, times: 10, range: 0...1_000),
        .unused("status", 25, in: pack),
        .information(.cycles, 29, in: pack, words: 2),
        // Milliampere-seconds.
        .number(.fullCapacity, 31, in: pack, words: 2, over: 3_600, notAvailable: 0),
        PackRow(
            "temperature", in: UInt32(pack), byte: 66, bits: 8, signed: true, times: 10, unit: .decicelsius,
            range: -400...1_200, substitute: 0, count: sensorCount, .temperatures),
        .number(.configuredCells, 36, in: pack, range: 8...16),
        .information(.designCapacity, 37, in: pack, times: 100, notAvailable: 0),
        .unused("balancing_cells", 38, in: pack),
        .text(.model, 105, in: identity, characters: 24),
        .text(.firmware, 117, in: identity, characters: 6),
        // On some firmware a date.
        .text(.serial, 120, in: identity, characters: 16),
    ]

    private static let sensorCount: UInt8 = 6

    /// Registers 26 (warnings), 27 (protections) and 28 (faults).
    private static let alarmBits: [_ of AlarmBit] = [
        warning(0, "pack high", AlarmMask(.packOverVoltage)),
        warning(1, "cell high", AlarmMask(.cellOverVoltage)),
        warning(2, "pack low", AlarmMask(.packUnderVoltage)),
        warning(3, "cell low", AlarmMask(.cellUnderVoltage)),
        warning(4, "charge current high", AlarmMask(.chargeOverCurrent)),
        warning(5, "discharge current high", AlarmMask(.dischargeOverCurrent)),
        warning(6, "temperature of the surroundings", AlarmMask(.batteryOverTemperature)),
        warning(7, "power board warm", AlarmMask(.mosfetOverTemperature)),
        warning(8, "warm while charging", AlarmMask(.chargeOverTemperature)),
        warning(9, "warm while discharging", AlarmMask(.dischargeOverTemperature)),
        warning(10, "cold while charging", AlarmMask(.chargeUnderTemperature)),
        warning(11, "cold while discharging", AlarmMask(.dischargeUnderTemperature)),
        AlarmBit.register(26, in: pack, bit: 12, "SOC low"),
        AlarmBit.register(26, in: pack, bit: 13, "float charge ended"),
        protection(0, "pack over-voltage", AlarmMask(.packOverVoltage)),
        protection(1, "cell over-voltage", AlarmMask(.cellOverVoltage)),
        protection(2, "pack under-voltage", AlarmMask(.packUnderVoltage)),
        protection(3, "cell under-voltage", AlarmMask(.cellUnderVoltage)),
        protection(4, "charge over-current", AlarmMask(.chargeOverCurrent)),
        protection(5, "discharge over-current", AlarmMask(.dischargeOverCurrent)),
        protection(6, "temperature of the surroundings", AlarmMask(.batteryOverTemperature)),
        protection(7, "power board too warm", AlarmMask(.mosfetOverTemperature)),
        protection(8, "too warm to charge", AlarmMask(.chargeOverTemperature)),
        protection(9, "too warm to discharge", AlarmMask(.dischargeOverTemperature)),
        protection(10, "too cold to charge", AlarmMask(.chargeUnderTemperature)),
        protection(11, "too cold to discharge", AlarmMask(.dischargeUnderTemperature)),
        AlarmBit.register(27, in: pack, bit: 12, "SOC too low"),
        protection(13, "short circuit while discharging", AlarmMask(.dischargeShortCircuit)),
        AlarmBit.register(
            28, in: pack, bit: 0, "voltage sensing", AlarmMask(.internalCommunication), .protection),
        AlarmBit.register(
            28, in: pack, bit: 1, "temperature sensing", AlarmMask(.temperatureSensorFault), .protection),
        AlarmBit.register(
            28, in: pack, bit: 2, "current sensing", AlarmMask(.currentSensorFault), .protection),
        AlarmBit.register(28, in: pack, bit: 4, "cells apart", AlarmMask(.imbalance), .warning),
    ]

    private static func warning(_ bit: UInt8, _ name: StaticString, _ kinds: AlarmMask) -> AlarmBit {
        .register(26, in: pack, bit: bit, name, kinds, .warning)
    }

    private static func protection(_ bit: UInt8, _ name: StaticString, _ kinds: AlarmMask) -> AlarmBit {
        .register(27, in: pack, bit: bit, name, kinds, .protection)
    }
}

// MARK: - What rows cannot say

extension EG4LL {
    private static func decode(
        _ answer: Span<UInt8>, _ poll: Int, _ now: Instant, _ reading: inout PackReading
    ) throws(AnswerError) {
        try map.decode(answer, poll, now, &reading) { (block, data, _, reading) in
            guard block == pack else { return }
            reading.keepCells(Int(reading[.configuredCells]?.value ?? 0))
            if !isNearZero(data) { leaveOutAbsentSensors(&reading) }
        }
    }

    /// Whether the pack is so near 0 °C, by register 19 or 20, that one of its sensors may well read that.
    private static func isNearZero(_ data: Span<UInt8>) -> Bool {
        let near: ClosedRange<Int16> = -5...5
        return near.contains(celsius(data, 38)) || near.contains(celsius(data, 40))
    }

    private static func celsius(_ data: Span<UInt8>, _ place: Int) -> Int16 {
        Int16(bitPattern: UInt16(data[place]) << 8 | UInt16(data[place + 1]))
    }

    /// A sensor that is not there reads 0 °C.
    ///
    /// Near freezing it is believed all the same: a cold cell taken for an absent sensor would be charged.
    private static func leaveOutAbsentSensors(_ reading: inout PackReading) {
        for sensor in 0..<Int(sensorCount) {
            let field = PackReading.cellSensor(sensor)
            if reading[field]?.value == 0 { reading[field] = nil }
        }
    }

    private static func answer(
        _ request: Span<UInt8>, _ reading: borrowing PackReading, _ buffer: inout AnswerBuffer
    ) {
        map.answer(request, reading, &buffer) { (block, reading, data) in
            if block == pack { fillMeanTemperature(reading, &data) }
        }
    }

    /// The mean of the sensors stands where the mean and the highest temperature do.
    private static func fillMeanTemperature(
        _ reading: borrowing PackReading, _ data: inout MutableSpan<UInt8>
    ) {
        var sum: Int32 = 0
        var count: Int32 = 0
        for sensor in 0..<Int(sensorCount) {
            guard let value = reading[PackReading.cellSensor(sensor)]?.value else { continue }
            sum += value
            count += 1
        }
        let mean = Int16(clamping: count > 0 ? sum / count / 10 : 0)
        for place in stride(from: 38, to: 42, by: 2) {
            data[place] = UInt8(truncatingIfNeeded: mean >> 8)
            data[place + 1] = UInt8(truncatingIfNeeded: mean)
        }
    }
}
