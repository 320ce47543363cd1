import BatteryModel
import BusCodec

extension JKCAN {
    /// The bits of the frame with faults.
    ///
    /// Up to bit 10 they are those of the alarm word of ``JKPB``. From 11 on the document's example leaves one bit free
    /// and two readers of the document do not, and no capture has such a fault: each bit raises what it means to
    /// either. Bit 19 stands on healthy packs of the alarm word.
    static let faultBits: [_ of AlarmBit] = [
        fault(0, "balance lead", AlarmMask(.wireResistance), .warning),
        fault(1, "MOSFET too warm", AlarmMask(.mosfetOverTemperature)),
        fault(2, "number of cells", AlarmMask(.cellCountMismatch)),
        fault(3, "current sensor", AlarmMask(.currentSensorFault)),
        fault(4, "cell over-voltage", AlarmMask(.cellOverVoltage)),
        fault(5, "pack over-voltage", AlarmMask(.packOverVoltage)),
        fault(6, "charge over-current", AlarmMask(.chargeOverCurrent)),
        fault(7, "short circuit while charging", AlarmMask(.chargeShortCircuit)),
        fault(8, "too warm to charge", AlarmMask(.chargeOverTemperature)),
        fault(9, "too cold to charge", AlarmMask(.chargeUnderTemperature)),
        fault(10, "internal communication", AlarmMask(.internalCommunication)),
        fault(11, "cell under-voltage, or free", AlarmMask(.cellUnderVoltage)),
        fault(12, "pack or cell under-voltage", AlarmMask(.packUnderVoltage, .cellUnderVoltage)),
        fault(
            13, "discharge over-current or pack under-voltage",
            AlarmMask(.dischargeOverCurrent, .packUnderVoltage)),
        fault(
            14, "short circuit while discharging, or discharge over-current",
            AlarmMask(.dischargeShortCircuit, .dischargeOverCurrent)),
        fault(
            15, "too warm to discharge, or short circuit",
            AlarmMask(.dischargeOverTemperature, .dischargeShortCircuit)),
        fault(
            16, "charge MOSFET, or too warm to discharge",
            AlarmMask(.chargeSwitchFault, .dischargeOverTemperature)),
        fault(17, "discharge or charge MOSFET", AlarmMask(.dischargeSwitchFault, .chargeSwitchFault)),
        fault(18, "positioning module or discharge MOSFET", AlarmMask(.positionLost, .dischargeSwitchFault)),
        fault(19, "password not changed", AlarmMask(), .info),
    ]

    private static func fault(
        _ bit: UInt8, _ name: StaticString, _ kinds: AlarmMask, _ level: AlarmLevel = .protection
    ) -> AlarmBit {
        AlarmBit(in: faults, byte: UInt16(bit / 8), bit: bit % 8, name, kinds, level)
    }

    /// An alarm with a level of two bits, of which `bit` is the lower one.
    struct LeveledAlarm: Sendable {
        var bit: AlarmBit

        init(_ field: UInt8, _ name: StaticString, _ kinds: AlarmMask = AlarmMask()) {
            bit = AlarmBit(
                in: JKCAN.alarms, byte: UInt16(field / 4), bit: field % 4 * 2, name, kinds,
                kinds.isEmpty ? .info : .protection)
        }

        /// Where the two bits stand in the word.
        var shift: UInt32 { UInt32(bit.byte) * 8 + UInt32(bit.bit) }
    }

    /// The alarms of the frame that is sent while one stands: 0 none, 1 severe, 2 important, 3 general.
    ///
    /// Document V2.1 knows fewer of them than V1. A temperature that is too low is not said to be so for one direction.
    static let leveledAlarms: [_ of LeveledAlarm] = [
        LeveledAlarm(0, "cell over-voltage", AlarmMask(.cellOverVoltage)),
        LeveledAlarm(1, "cell under-voltage", AlarmMask(.cellUnderVoltage)),
        LeveledAlarm(2, "pack over-voltage", AlarmMask(.packOverVoltage)),
        LeveledAlarm(3, "pack under-voltage", AlarmMask(.packUnderVoltage)),
        LeveledAlarm(4, "cells apart", AlarmMask(.imbalance)),
        LeveledAlarm(5, "discharge over-current", AlarmMask(.dischargeOverCurrent)),
        LeveledAlarm(6, "charge over-current", AlarmMask(.chargeOverCurrent)),
        LeveledAlarm(7, "too warm", AlarmMask(.batteryOverTemperature)),
        LeveledAlarm(8, "too cold", AlarmMask(.chargeUnderTemperature, .dischargeUnderTemperature)),
        LeveledAlarm(9, "temperatures apart"),
        LeveledAlarm(10, "SOC low"),
        LeveledAlarm(11, "insulation"),
        LeveledAlarm(12, "high-voltage interlock"),
        LeveledAlarm(13, "outside communication"),
        LeveledAlarm(14, "internal communication", AlarmMask(.internalCommunication)),
    ]

    /// The vendor's levels; 2 and 3 both are a warning here.
    private static let severe: UInt32 = 1
    private static let important: UInt32 = 2
    /// Alarms are over when nothing was said of them for so long; while one stands, it is said ten times a second.
    static let alarmsLast = Interval.seconds(3)

    /// Puts together what the two frames with alarms have said.
    ///
    /// The one with faults comes all the time and gives the alarms their age. A board of V1 has only the other, and says
    /// nothing while all is well: until it has once raised an alarm, it is not known to report any.
    static func noteAlarms(at now: Instant, in reading: inout PackReading) {
        var alarms = AlarmSet()
        if let levels = reading[.alarmLevels]?.value(at: now, noOlderThan: alarmsLast) {
            alarms = Self.alarms(inLevels: UInt32(bitPattern: levels))
        }
        guard let faults = reading[.alarmWord] else {
            if reading[.alarmLevels] != nil { reading.alarms = Reading(alarms, at: now) }
            return
        }
        alarms.formUnion(Self.alarms(inFaults: UInt32(bitPattern: faults.value)))
        reading.alarms = Reading(alarms, at: faults.at)
    }

    private static func alarms(inFaults word: UInt32) -> AlarmSet {
        var bytes = InlineArray<3, UInt8>(repeating: 0)
        for index in bytes.indices { bytes[index] = UInt8(truncatingIfNeeded: word >> UInt32(8 * index)) }
        return PackSection(faults).alarms(faultBits, in: bytes.span)
    }

    private static func alarms(inLevels word: UInt32) -> AlarmSet {
        var alarms = AlarmSet()
        for index in leveledAlarms.indices {
            let alarm = leveledAlarms[index]
            let code = word >> alarm.shift & 3
            guard code != 0 else { continue }
            let level: AlarmLevel = code == severe ? .protection : .warning
            alarms[level] = alarms[level].union(alarm.bit.kinds)
        }
        return alarms
    }

    /// The word that says `alarms`; 0 if there is nothing to say.
    static func levels(of alarms: AlarmSet) -> UInt32 {
        var word: UInt32 = 0
        for index in leveledAlarms.indices {
            let alarm = leveledAlarms[index]
            if alarms.protections.intersects(alarm.bit.kinds) {
                word |= severe << alarm.shift
            } else if alarms.warnings.intersects(alarm.bit.kinds) {
                word |= important << alarm.shift
            }
        }
        return word
    }
}
