import BatteryModel
import BusCodec

/// Felicity Solar packs (FLA, LPBA, LPBF) on RS485: Modbus RTU, function 3.
///
/// CVL, CCL and DCL are told, and obeyed beside the cells. Protections that are set are not. Discharging is positive on
/// the wire. The blocks are those that known readers ask for in one piece; nobody has tried to read across what lies
/// between them.
///
/// Sources: two open readers, one on LPBF48250 and an FLA pack of eight cells (mr-manuel/venus-os_dbus-serialbattery,
/// felicity.py, pull requests 116 and 484), one on LPBA48100 (DM6JM/FelicityConverter), which agree. No frame has been
/// captured; the sign of the current and the alarm bits are the first reader's.
public enum Felicity {
    /// The driver.
    public static let driver = BMSDriver(
        sheet: sheet, pollCount: map.questions.count, poll: { map.questions[$0].poll },
        request: { map.request($0, $1, &$2) }, scan: { (head, listening, _) in map.scan(head, listening) },
        decode: decode, answer: { (request, reading, buffer) in map.answer(request, reading, &buffer) },
        visitFacts: { map.visitFacts($0) })

    /// What is said about the protocol as a whole.
    ///
    /// Readers wait as long as their libraries do; nobody says how long a pack takes. The vendor's tool asks at 1 and 16.
    public static let sheet = DriverSheet(
        id: "felicity", name: "Felicity FLA, LPBA, LPBF (RS485 Modbus)", addresses: 1...16, baud: 9_600,
        timing: LineTiming(
            spacing: .milliseconds(100), timeout: .seconds(1), probeTimeout: .milliseconds(300),
            gap: .milliseconds(50)),
        evidence:
            "two open readers that agree, used with three packs; no captured frame, and the sign of the current from one of them",
        isExperimental: true)

    private static let pack: UInt16 = 0x1302
    private static let limits: UInt16 = 0x131C
    private static let cells: UInt16 = 0x132A
    private static let firmware: UInt16 = 0xF80B

    static let map = RegisterMap(questions: questions, rows: rows, alarmBits: alarmBits)

    private static let questions: [_ of RegisterQuestion] = [
        RegisterQuestion(Poll("pack", .live, .frames), register: pack, count: 10),
        RegisterQuestion(Poll("limits", .live, .frames), register: limits, count: 4),
        RegisterQuestion(Poll("cells", .live, .frames), register: cells, count: 20),
        RegisterQuestion(Poll("firmware", .slow, .frames, .optional), register: firmware, count: 1),
    ]

    /// What the place of a cell or a sensor reads that is not fitted.
    private static let notFitted: UInt64 = 0x7FFF

    private static let rows: [_ of PackRow] = [
        .flag(.chargeSwitch, 0x1302, in: pack, bit: 0),
        .flag(.dischargeSwitch, 0x1302, in: pack, bit: 2),
        .unused("status_2", 0x1303, in: pack),
        .number(.packVoltage, 0x1306, in: pack, times: 10, range: 5_000...100_000),
        .number(.current, 0x1307, in: pack, signed: true, times: -100),
        .number(
            .mosfetTemperature, 0x130A, in: pack, signed: true, times: 10, range: -400...1_500,
            notAvailable: notFitted),
        .number(.soc, 0x130B, in: pack, times: 10, range: 0...1_000),
        .number(.chargeVoltageLimit, 0x131C, in: limits, times: 10),
        .unused("discharge_voltage_limit", 0x131D, in: limits),
        .number(.chargeCurrentLimit, 0x131E, in: limits, times: 100),
        .number(.dischargeCurrentLimit, 0x131F, in: limits, times: 100),
        PackRow(
            "cell", in: UInt32(cells), byte: 0, bits: 16, .big, unit: .millivolts, range: 0...6_000,
            notAvailable: notFitted, count: 16, .cellVoltages),
        PackRow(
            "temperature", in: UInt32(cells), byte: 32, bits: 16, .big, signed: true, times: 10,
            unit: .decicelsius, range: -400...1_500, notAvailable: notFitted, count: 4, .temperatures),
        .unused("firmware", 0xF80B, in: firmware),
    ]

    /// Register 0x1304.
    private static let alarmBits: [_ of AlarmBit] = [
        fault(2, "cell over-voltage", AlarmMask(.cellOverVoltage)),
        fault(3, "cell under-voltage", AlarmMask(.cellUnderVoltage)),
        fault(4, "charge over-current", AlarmMask(.chargeOverCurrent)),
        fault(5, "discharge over-current", AlarmMask(.dischargeOverCurrent)),
        fault(6, "power board too warm", AlarmMask(.mosfetOverTemperature)),
        fault(8, "cells too warm", AlarmMask(.chargeOverTemperature, .dischargeOverTemperature)),
        fault(9, "cells too cold", AlarmMask(.chargeUnderTemperature, .dischargeUnderTemperature)),
    ]

    private static func fault(_ bit: UInt8, _ name: StaticString, _ kinds: AlarmMask) -> AlarmBit {
        .register(0x1304, in: pack, bit: bit, name, kinds, .protection)
    }
}

// MARK: - What rows cannot say

extension Felicity {
    private static func decode(
        _ answer: Span<UInt8>, _ poll: Int, _ now: Instant, _ reading: inout PackReading
    ) throws(AnswerError) {
        try map.decode(answer, poll, now, &reading) { (block, data, now, reading) in
            if block == firmware { takeFirmware(UInt16(data[0]) << 8 | UInt16(data[1]), now, &reading) }
        }
    }

    /// The version is a number, 418 for example.
    private static func takeFirmware(_ number: UInt16, _ now: Instant, _ reading: inout PackReading) {
        var text = ASCIIText()
        var divisor: UInt16 = 10_000
        while divisor > 0 {
            let digit = UInt8(truncatingIfNeeded: number / divisor % 10)
            if text.count > 0 || digit > 0 || divisor == 1 { text.append(0x30 + digit) }
            divisor /= 10
        }
        var identity = reading.identity?.value ?? PackIdentity()
        identity.firmware = text
        reading.identity = Reading(identity, at: now)
    }
}
