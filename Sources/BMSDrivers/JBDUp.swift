import BatteryModel
import BusCodec

/// JBD UP series (UP16S010, UP16S015, UP16S020) on RS485 or UART: functions 0x78 and 0x45 of its own framing.
///
/// The master answers for its slaves too, from what it has heard of them (how long ago, it does not say), but only the
/// block 0x1000. In its own block
/// 0x1000 the current limits are those of all packs together; its own are told by function 0x45 on the port of each
/// pack, and nothing else is taken from there. Reading block 0x2000 from its start makes some firmware send a discharge
/// limit of 0; it is not read. A Bluetooth module may share the line: answers nobody asked for are normal.
///
/// Sources: captures of two UP16S020, firmware 12.4 (see the golden table), and two readers that agree. There is no
/// document of the vendor.
public enum JBDUp {
    /// The driver.
    public static let driver = BMSDriver(
        sheet: sheet, pollCount: questions.count, poll: { questions[$0].poll }, request: request, scan: scan,
        decode: decode, answer: answer,
        visitFacts: {
            DriverFact.visit(
                "Block 0x1000 (cells and sensors behind their numbers) and function 0x45", rows, alarmBits, $0
            )
        })

    /// What is said about the protocol as a whole.
    ///
    /// Answers take 150 to 300 ms, 600 ms have been reported.
    public static let sheet = DriverSheet(
        id: "jbd-up", name: "JBD UP16S (RS485 or UART)", addresses: 1...15, baud: 9_600,
        timing: LineTiming(
            spacing: .milliseconds(100), timeout: .milliseconds(1_500), probeTimeout: .milliseconds(1_000),
            gap: .milliseconds(50)),
        evidence: "captured answers of two UP16S020; two readers that agree; no vendor document",
        isExperimental: true)

    struct Question: Sendable {
        var poll: Poll
        var function: JBDUpFrame.Function
        var start: UInt16
        var end: UInt16
    }

    static let questions: [_ of Question] = [
        Question(poll: Poll("status", .live, .frames), function: .read, start: 0x1000, end: 0x10A0),
        Question(
            poll: Poll("own limits", .live, .frames, .optional), function: .ownStatus, start: 0, end: 0x54),
    ]

    static let status: UInt32 = 0x1000
    static let ownStatus: UInt32 = 0x45
    /// The current limits in the status, which belong to the pack only where it is a slave.
    static let limits: UInt32 = 0x1_1000
    /// Behind the number of cells.
    static let cells: UInt32 = 0x2_1000
    /// Behind the number of sensors.
    static let sensors: UInt32 = 0x3_1000
    /// Behind the last sensor.
    static let end: UInt32 = 0x4_1000

    /// Where the number of cells stands.
    static let cellCountPlace = 66
    /// Bytes behind the last sensor of a pack that is no slave; the last twelve are undocumented.
    static let endLength = 48
    /// Bytes of data that answer function 0x45.
    static let ownStatusLength = 116

    /// The rows; the container is the block, or what stands behind a number in it.
    static let rows: [_ of PackRow] = [
        number(.packVoltage, 0, times: 10),
        .init("pack_voltage_of_slave", in: status, byte: 2, bits: 16, .big, unit: .bits, .reserved),
        PackRow(
            "current", in: status, byte: 4, bits: 32, .big, times: 10, plus: -3_000_000, unit: .milliamps,
            range: -1_000_000...1_000_000, .number(.current)),
        number(.soc, 8, over: 10, range: 0...1_000),
        number(.remainingCapacity, 10, times: 10),
        number(.fullCapacity, 12, times: 10),
        information(.designCapacity, 14, times: 10),
        number(.mosfetTemperature, 16, plus: -500, range: -500...2_000),
        information(.ambientTemperature, 18, plus: -500, range: -500...2_000),
        .init("state", in: status, byte: 20, bits: 16, .big, unit: .bits, .reserved),
        information(.soh, 22, times: 10, range: 0...1_000),
        .flag(.dischargeSwitch, byte: 33, in: status, bit: 0),
        .flag(.chargeSwitch, byte: 33, in: status, bit: 1),
        .flag(.prechargeSwitch, byte: 33, in: status, bit: 2),
        .flag(.heater, byte: 33, in: status, bit: 3),
        .init("connection", in: status, byte: 34, bits: 16, .big, unit: .bits, .reserved),
        information(.cycles, 36),
        information(.highestCellNumber, 38),
        information(.highestCell, 40),
        information(.lowestCellNumber, 42),
        information(.lowestCell, 44),
        information(.averageCell, 46),
        number(.chargeVoltageLimit, 58, times: 100),
        number(.chargeCurrentLimit, 60, times: 100, in: limits),
        .init("discharge_voltage_limit", in: status, byte: 62, bits: 16, .big, unit: .bits, .reserved),
        number(.dischargeCurrentLimit, 64, times: 100, in: limits),
        number(.configuredCells, 66, range: 1...32),
        PackRow(
            "cell", in: cells, byte: 0, bits: 16, .big, unit: .millivolts, range: 0...6_000, count: 32,
            .cellVoltages),
        PackRow(
            "temperature", in: sensors, byte: 0, bits: 16, .big, plus: -500, unit: .decicelsius,
            range: -500...2_000, count: 8, .temperatures),
        .init("balancing_cells", in: end, byte: 2, bits: 16, .big, unit: .bits, .reserved),
        .init("firmware", in: end, byte: 4, bits: 16, .big, unit: .bits, .reserved),
        .init("serial", in: end, byte: 6, bits: 240, unit: .count, .identity(.serial)),
        number(.chargeCurrentLimit, 96, times: 100, in: ownStatus),
        number(.dischargeCurrentLimit, 98, times: 100, in: ownStatus),
    ]

    private static func number(
        _ field: PackField, _ byte: UInt16, times: Int32 = 1, over: Int32 = 1, plus: Int32 = 0,
        range: ClosedRange<Int32> = 0...Int32.max, in container: UInt32 = status
    ) -> PackRow {
        PackRow(
            field.name, in: container, byte: byte, bits: 16, .big, times: times, over: over, plus: plus,
            unit: field.unit, range: range, .number(field))
    }

    private static func information(
        _ field: PackField, _ byte: UInt16, times: Int32 = 1, plus: Int32 = 0,
        range: ClosedRange<Int32> = 0...Int32.max
    ) -> PackRow {
        var row = number(field, byte, times: times, plus: plus, range: range)
        row.meaning = .information(field)
        return row
    }
}

// MARK: - What is wrong

extension JBDUp {
    /// Protections from byte 24 and warnings from byte 28 on, 32 bits each.
    static let alarmBits: [_ of AlarmBit] = [
        protection(0, "cell over-voltage", AlarmMask(.cellOverVoltage)),
        protection(1, "cell under-voltage", AlarmMask(.cellUnderVoltage)),
        protection(2, "pack over-voltage", AlarmMask(.packOverVoltage)),
        protection(3, "pack under-voltage", AlarmMask(.packUnderVoltage)),
        protection(4, "charge over-current", AlarmMask(.chargeOverCurrent)),
        protection(5, "charge over-current, second level", AlarmMask(.chargeOverCurrent)),
        protection(6, "discharge over-current", AlarmMask(.dischargeOverCurrent)),
        protection(7, "discharge over-current, second level", AlarmMask(.dischargeOverCurrent)),
        protection(8, "too warm to charge", AlarmMask(.chargeOverTemperature)),
        protection(9, "too cold to charge", AlarmMask(.chargeUnderTemperature)),
        protection(10, "too warm to discharge", AlarmMask(.dischargeOverTemperature)),
        protection(11, "too cold to discharge", AlarmMask(.dischargeUnderTemperature)),
        protection(12, "power board too warm", AlarmMask(.mosfetOverTemperature)),
        protection(13, "surroundings too warm", AlarmMask(.batteryOverTemperature)),
        protection(14, "surroundings too cold", cold),
        protection(15, "cells apart", AlarmMask(.imbalance)),
        named(24, 16, "temperatures apart"),
        named(24, 17, "SOC too low"),
        protection(18, "short circuit", AlarmMask(.chargeShortCircuit, .dischargeShortCircuit)),
        protection(19, "cell gone", AlarmMask(.cellCountMismatch)),
        protection(20, "temperature sensor gone", AlarmMask(.temperatureSensorFault)),
        protection(21, "charge MOSFET", AlarmMask(.chargeSwitchFault)),
        protection(22, "discharge MOSFET", AlarmMask(.dischargeSwitchFault)),
        protection(23, "current limiter", AlarmMask(.parallelLimiterFault)),
        named(24, 24, "fire suppression faulty"),
        // Stands on every full pack.
        named(24, 25, "full"),
        protection(26, "front-end circuit", AlarmMask(.internalCommunication)),
        named(24, 27, "poles reversed"),
        warning(0, "cell high", AlarmMask(.cellOverVoltage)),
        warning(1, "cell low", AlarmMask(.cellUnderVoltage)),
        warning(2, "pack high", AlarmMask(.packOverVoltage)),
        warning(3, "pack low", AlarmMask(.packUnderVoltage)),
        warning(4, "charge current high", AlarmMask(.chargeOverCurrent)),
        warning(5, "discharge current high", AlarmMask(.dischargeOverCurrent)),
        warning(6, "warm while charging", AlarmMask(.chargeOverTemperature)),
        warning(7, "cold while charging", AlarmMask(.chargeUnderTemperature)),
        warning(8, "warm while discharging", AlarmMask(.dischargeOverTemperature)),
        warning(9, "cold while discharging", AlarmMask(.dischargeUnderTemperature)),
        warning(10, "power board warm", AlarmMask(.mosfetOverTemperature)),
        warning(11, "surroundings warm", AlarmMask(.batteryOverTemperature)),
        warning(12, "surroundings cold", cold),
        warning(13, "cells apart", AlarmMask(.imbalance)),
        named(28, 14, "temperatures apart"),
        named(28, 15, "SOC low"),
        named(28, 16, "memory"),
        named(28, 17, "clock"),
        named(28, 18, "full"),
    ]

    static let alarmPlaces = 24..<32
    private static let cold = AlarmMask(.chargeUnderTemperature, .dischargeUnderTemperature)

    private static func protection(_ bit: UInt8, _ name: StaticString, _ kinds: AlarmMask) -> AlarmBit {
        named(24, bit, name, kinds, .protection)
    }

    private static func warning(_ bit: UInt8, _ name: StaticString, _ kinds: AlarmMask) -> AlarmBit {
        named(28, bit, name, kinds, .warning)
    }

    /// Bit `bit` of the 32 whose most significant byte is number `first`.
    private static func named(
        _ first: UInt16, _ bit: UInt8, _ name: StaticString, _ kinds: AlarmMask = AlarmMask(),
        _ level: AlarmLevel = .info
    ) -> AlarmBit {
        AlarmBit(in: status, byte: first + 3 - UInt16(bit / 8), bit: bit % 8, name, kinds, level)
    }
}
