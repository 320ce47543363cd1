import BatteryModel
import BusCodec

/// Seplos V3 (boards 10E and XZH, for example SG16S200A-SP57B-A) on RS485: Modbus RTU, functions 4 and 1.
///
/// In a chain the first pack is itself a master on the battery side and asks the others all the time; a host belongs
/// on its RS485-1, where it answers for itself. Whether the switches of a pack or the chain give it its address is
/// told in both ways; address 0, all switches off, is answered although Modbus broadcasts there. The values of the
/// whole system (from 0x2000) belong to no pack and are not asked for. Bluetooth bridges refuse the bits.
///
/// Sources: vendor's protocol with an example of every live answer; captures of an SG16S200A-SP57B-A, firmware 1.5
/// (see the golden table). The block at 0x1400 tells which protections are enabled and not, as one project reads it,
/// which have tripped. One project exchanges 0x1118 and 0x1119; the vendor is followed.
public enum SeplosV3 {
    /// The driver.
    public static let driver = BMSDriver(
        sheet: sheet, pollCount: map.questions.count, poll: { map.questions[$0].poll },
        request: { map.request($0, $1, &$2) }, scan: { (head, listening, _) in map.scan(head, listening) },
        decode: decode, answer: answer, visitFacts: { map.visitFacts($0) })

    /// What is said about the protocol as a whole.
    public static let sheet = DriverSheet(
        id: "seplos-v3", name: "Seplos V3 (RS485 Modbus)", addresses: 0...15, baud: 19_200,
        timing: LineTiming(
            spacing: .milliseconds(100), timeout: .milliseconds(400), probeTimeout: .milliseconds(400),
            gap: .milliseconds(50)),
        evidence:
            "vendor's protocol with examples of all live answers; captured answers of SG16S200A-SP57B-A",
        isExperimental: false)

    private static let pack: UInt16 = 0x1000
    private static let cells: UInt16 = 0x1100
    private static let state: UInt16 = 0x1200
    private static let protections: UInt16 = 0x1300
    private static let requests: UInt16 = 0x1335
    private static let identity: UInt16 = 0x1700

    static let map = RegisterMap(questions: questions, rows: rows, alarmBits: alarmBits)

    /// 0x1000 is asked for as in the captures, without its last register, which is reserved.
    private static let questions: [_ of RegisterQuestion] = [
        RegisterQuestion(Poll("pack", .live, .frames), .readInput, register: pack, count: 0x11),
        RegisterQuestion(Poll("cells", .live, .frames), .readInput, register: cells, count: 0x1A),
        RegisterQuestion(Poll("state", .live, .frames), .readCoils, register: state, count: 0x90),
        RegisterQuestion(
            Poll("protections", .slow, .frames, .optional), .readInput, register: protections, count: 0x35),
        RegisterQuestion(
            Poll("requests", .slow, .frames, .optional), .readInput, register: requests, count: 0x35),
        RegisterQuestion(
            Poll("identity", .slow, .frames, .optional), .readInput, register: identity, count: 0x33),
    ]

    /// The rows.
    ///
    /// What the pack asks the inverter for is its limit: it lowers it before it protects itself.
    private static let rows: [_ of PackRow] = [
        .number(.packVoltage, 0x1000, in: pack, times: 10),
        .number(.current, 0x1001, in: pack, signed: true, times: 10),
        .number(.remainingCapacity, 0x1002, in: pack, times: 10),
        .number(.fullCapacity, 0x1003, in: pack, times: 10),
        // All that was ever discharged.
        .information(.throughput, 0x1004, in: pack, times: 10_000),
        .number(.soc, 0x1005, in: pack, range: 0...1_000),
        .information(.soh, 0x1006, in: pack, range: 0...1_000),
        .information(.cycles, 0x1007, in: pack),
        .information(.averageCell, 0x1008, in: pack),
        .unused("mean_temperature", 0x1009, in: pack),
        .information(.highestCell, 0x100A, in: pack),
        .information(.lowestCell, 0x100B, in: pack),
        .unused("highest_temperature", 0x100C, in: pack),
        .unused("lowest_temperature", 0x100D, in: pack),
        .number(.dischargeCurrentLimit, 0x100F, in: pack, times: 1_000, range: 0...1_000_000),
        .number(.chargeCurrentLimit, 0x1010, in: pack, times: 1_000, range: 0...1_000_000),
        .cells(0x1100, in: cells, absent: 0),
        .temperatures(0x1110, in: cells, count: 4, plus: kelvin),
        .unused("no_temperature", 0x1114, in: cells, words: 4),
        .information(.ambientTemperature, 0x1118, in: cells, plus: kelvin, range: -1_000...2_000),
        .number(.mosfetTemperature, 0x1119, in: cells, plus: kelvin, range: -1_000...2_000),
        .bits("cell_low_alarms", byte: 0, bits: 16),
        .bits("cell_high_alarms", byte: 2, bits: 16),
        .bits("temperature_low_alarms", byte: 4, bits: 8),
        .bits("temperature_high_alarms", byte: 5, bits: 8),
        .bits("balancing_cells", byte: 6, bits: 16),
        .bits("system_state", byte: 8, bits: 8),
        .flag(.dischargeSwitch, byte: 15, in: 0x1200, bit: 0),
        .flag(.chargeSwitch, byte: 15, in: 0x1200, bit: 1),
        .flag(.heater, byte: 15, in: 0x1200, bit: 3),
        .bits("battery_state", byte: 16, bits: 8),
        // The answers to the next two questions are of the same length; the ranges keep a late one to the first from
        // being taken for one to the second, and the other way round.
        .number(.configuredCells, 0x1301, in: protections, range: 1...16),
        .number(.cellOverVoltageRelease, 0x130C, in: protections, range: 2_000...5_000),
        .number(.cellOverVoltage, 0x130D, in: protections, range: 2_000...5_000),
        .number(.cellUnderVoltageRelease, 0x1310, in: protections, range: 1_000...5_000),
        .number(.cellUnderVoltage, 0x1311, in: protections, range: 1_000...5_000),
        .information(
            .chargeOverCurrent, 0x1317, in: protections, signed: true, times: 1_000, range: currents),
        .information(
            .dischargeOverCurrent, 0x131D, in: protections, signed: true, times: -1_000, range: currents),
        .information(.designCapacity, 0x1358, in: requests, times: 10),
        .number(.chargeVoltageLimit, 0x1365, in: requests, times: 10, range: 40_000...70_000),
        // The maker's name stands before it.
        .text(.model, 0x170A, in: identity, characters: 20),
        // Two digits: "15" is version 1.5.
        .text(.firmware, 0x1714, in: identity, characters: 2),
        .text(.serial, 0x1715, in: identity, characters: 30),
    ]

    private static let kelvin: Int32 = -2_731
    /// What a protection against currents can be set to.
    private static let currents: ClosedRange<Int32> = 1_000...2_000_000
}

extension SignalRow where Meaning == PackMeaning {
    fileprivate static func bits(_ name: StaticString, byte: UInt16, bits: UInt16) -> PackRow {
        PackRow(name, in: 0x1200, byte: byte, bits: bits, unit: .bits, .reserved)
    }
}

// MARK: - What is wrong

extension SeplosV3 {
    private static let alarmBits: [_ of AlarmBit] = [
        alarm(9, 0, "cell high", AlarmMask(.cellOverVoltage), .warning),
        alarm(9, 1, "cell over-voltage", AlarmMask(.cellOverVoltage), .protection),
        alarm(9, 2, "cell low", AlarmMask(.cellUnderVoltage), .warning),
        alarm(9, 3, "cell under-voltage", AlarmMask(.cellUnderVoltage), .protection),
        alarm(9, 4, "pack high", AlarmMask(.packOverVoltage), .warning),
        alarm(9, 5, "pack over-voltage", AlarmMask(.packOverVoltage), .protection),
        alarm(9, 6, "pack low", AlarmMask(.packUnderVoltage), .warning),
        alarm(9, 7, "pack under-voltage", AlarmMask(.packUnderVoltage), .protection),
        alarm(10, 0, "warm while charging", AlarmMask(.chargeOverTemperature), .warning),
        alarm(10, 1, "too warm to charge", AlarmMask(.chargeOverTemperature), .protection),
        alarm(10, 2, "cold while charging", AlarmMask(.chargeUnderTemperature), .warning),
        alarm(10, 3, "too cold to charge", AlarmMask(.chargeUnderTemperature), .protection),
        alarm(10, 4, "warm while discharging", AlarmMask(.dischargeOverTemperature), .warning),
        alarm(10, 5, "too warm to discharge", AlarmMask(.dischargeOverTemperature), .protection),
        alarm(10, 6, "cold while discharging", AlarmMask(.dischargeUnderTemperature), .warning),
        alarm(10, 7, "too cold to discharge", AlarmMask(.dischargeUnderTemperature), .protection),
        alarm(11, 0, "surroundings warm", AlarmMask(.batteryOverTemperature), .warning),
        alarm(11, 1, "surroundings too warm", AlarmMask(.batteryOverTemperature), .protection),
        alarm(11, 2, "surroundings cold", cold, .warning),
        alarm(11, 3, "surroundings too cold", cold, .protection),
        // Alarm before protection here, other than in V2.
        alarm(11, 4, "power board warm", AlarmMask(.mosfetOverTemperature), .warning),
        alarm(11, 5, "power board too warm", AlarmMask(.mosfetOverTemperature), .protection),
        alarm(11, 6, "cells are heated"),
        alarm(12, 0, "charge current high", AlarmMask(.chargeOverCurrent), .warning),
        alarm(12, 1, "charge over-current", AlarmMask(.chargeOverCurrent), .protection),
        alarm(12, 2, "charge over-current, second level", AlarmMask(.chargeOverCurrent), .protection),
        alarm(12, 3, "discharge current high", AlarmMask(.dischargeOverCurrent), .warning),
        alarm(12, 4, "discharge over-current", AlarmMask(.dischargeOverCurrent), .protection),
        alarm(12, 5, "discharge over-current, second level", AlarmMask(.dischargeOverCurrent), .protection),
        alarm(12, 6, "short circuit", shortCircuit, .protection),
        alarm(13, 0, "locked after short circuit", shortCircuit, .protection),
        alarm(13, 2, "locked after charge over-current", AlarmMask(.chargeOverCurrent), .protection),
        alarm(13, 3, "locked after discharge over-current", AlarmMask(.dischargeOverCurrent), .protection),
        alarm(14, 2, "SOC low"),
        alarm(14, 3, "SOC too low to discharge"),
        alarm(14, 4, "cells apart", AlarmMask(.imbalance), .warning),
        alarm(17, 0, "temperature sensor", AlarmMask(.temperatureSensorFault), .warning),
        alarm(17, 1, "front-end circuit", AlarmMask(.internalCommunication), .protection),
        alarm(17, 2, "charge MOSFET", AlarmMask(.chargeSwitchFault), .protection),
        alarm(17, 3, "discharge MOSFET", AlarmMask(.dischargeSwitchFault), .protection),
        alarm(17, 4, "cells far apart", AlarmMask(.imbalance), .protection),
        // Who cannot see a cell cannot say how high it stands.
        alarm(
            17, 5, "wire to a cell broken", AlarmMask(.wireResistance, .internalCommunication), .protection),
        alarm(17, 6, "key"),
        alarm(17, 7, "fire suppression", AlarmMask(.batteryOverTemperature), .protection),
    ]

    private static let cold = AlarmMask(.chargeUnderTemperature, .dischargeUnderTemperature)
    private static let shortCircuit = AlarmMask(.chargeShortCircuit, .dischargeShortCircuit)

    private static func alarm(
        _ byte: UInt16, _ bit: UInt8, _ name: StaticString, _ kinds: AlarmMask = AlarmMask(),
        _ level: AlarmLevel = .info
    ) -> AlarmBit {
        AlarmBit(in: UInt32(state), byte: byte, bit: bit, name, kinds, level)
    }
}

// MARK: - What rows cannot say

extension SeplosV3 {
    private static func decode(
        _ answer: Span<UInt8>, _ poll: Int, _ now: Instant, _ reading: inout PackReading
    ) throws(AnswerError) {
        try map.decode(answer, poll, now, &reading) { (block, _, _, reading) in
            if block == cells { leaveOutAbsentCells(&reading) }
        }
    }

    /// There is room for sixteen cells; how many there are stands in the settings, if the pack tells them.
    private static func leaveOutAbsentCells(_ reading: inout PackReading) {
        guard let count = reading[.configuredCells]?.value else { return }
        reading.keepCells(Int(count))
    }

    private static func answer(
        _ request: Span<UInt8>, _ reading: borrowing PackReading, _ buffer: inout AnswerBuffer
    ) {
        map.answer(request, reading, &buffer) { (block, _, data) in
            if block == cells { fillAbsentSensors(&data) }
        }
    }

    /// The four places behind the cell sensors read 0 °C.
    private static func fillAbsentSensors(_ data: inout MutableSpan<UInt8>) {
        for place in stride(from: 40, to: 48, by: 2) {
            data[place] = 0x0A
            data[place + 1] = 0xAB
        }
    }
}
