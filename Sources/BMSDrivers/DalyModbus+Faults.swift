import BatteryModel
import BusCodec

/// The two styles in which these boards tell what is wrong; both stand side by side and both are believed.
///
/// Bytes count from register 0x66, the more significant one of each register first.
extension DalyModbus {
    /// Registers 0x66 to 0x69: the bits that all generations have in common.
    static let olderBits = DalyFaults.bitsWithoutLink(in: faults, from: 0)

    /// Where registers 0x6D to 0x73 stand.
    static let newerPlaces = 14..<faultBytes

    /// A number of three bits: 0 all is well, 1 a warning, from 2 on a protection.
    private struct Level: Sendable {
        var byte: UInt16
        var bit: UInt8
        var name: StaticString
        var kinds: AlarmMask

        init(_ byte: UInt16, _ bit: UInt8, _ name: StaticString, _ kinds: AlarmMask = AlarmMask()) {
            self.byte = byte
            self.bit = bit
            self.name = name
            self.kinds = kinds
        }
    }

    private static let levels: [_ of Level] = [
        Level(15, 0, "level of cell over-voltage", AlarmMask(.cellOverVoltage)),
        Level(15, 3, "level of cell under-voltage", AlarmMask(.cellUnderVoltage)),
        Level(14, 0, "level of cells apart", AlarmMask(.imbalance)),
        Level(14, 3, "level of too warm to charge", AlarmMask(.chargeOverTemperature)),
        Level(17, 0, "level of too cold to charge", AlarmMask(.chargeUnderTemperature)),
        Level(17, 3, "level of too warm to discharge", AlarmMask(.dischargeOverTemperature)),
        Level(16, 0, "level of too cold to discharge", AlarmMask(.dischargeUnderTemperature)),
        Level(16, 3, "level of temperatures apart"),
        Level(19, 0, "level of pack over-voltage", AlarmMask(.packOverVoltage)),
        Level(19, 3, "level of pack under-voltage", AlarmMask(.packUnderVoltage)),
        Level(18, 0, "level of charge over-current", AlarmMask(.chargeOverCurrent)),
        Level(18, 3, "level of discharge over-current", AlarmMask(.dischargeOverCurrent)),
        // SOC and SOH speak for themselves.
        Level(21, 0, "level of SOC low"),
        Level(21, 3, "level of SOH low"),
        Level(20, 0, "level of MOSFETs too warm", AlarmMask(.mosfetOverTemperature)),
        Level(20, 3, "level of thermal runaway", AlarmMask(.batteryOverTemperature)),
    ]

    private static let flags: [_ of AlarmBit] = [
        flag(15, 6, "smart charger connected"), flag(15, 7, "smart charger faulty"),
        flag(14, 6, "smart load connected"), flag(14, 7, "smart load faulty"),
        flag(17, 6, "charge MOSFET too warm", .mosfetOverTemperature, .protection),
        flag(17, 7, "sensor of the charge MOSFET", .temperatureSensorFault, .warning),
        flag(16, 6, "discharge MOSFET too warm", .mosfetOverTemperature, .protection),
        flag(16, 7, "sensor of the discharge MOSFET", .temperatureSensorFault, .warning),
        AlarmBit(
            in: faults, byte: 19, bit: 6, "short circuit",
            AlarmMask(.chargeShortCircuit, .dischargeShortCircuit), .protection),
        flag(19, 7, "upgrade"),
        flag(18, 6, "charging, under-voltage", .packUnderVoltage, .protection),
        flag(18, 7, "discharging, over-voltage", .packOverVoltage, .protection),
        flag(21, 6, "link to parallel packs active"),
        // Stands on a healthy board that is alone (capture P81_STATUS_FRAME).
        flag(21, 7, "link to parallel packs faulty"),
        flag(24, 0, "front-end circuit", .internalCommunication, .protection),
        flag(24, 1, "communication with the front end", .internalCommunication, .protection),
        flag(24, 2, "front end does not measure", .internalCommunication, .protection),
        flag(24, 3, "voltages are not measured", .internalCommunication, .protection),
        AlarmBit(
            in: faults, byte: 24, bit: 4, "wire of a cell is off",
            AlarmMask(.wireResistance, .internalCommunication), .protection),
        flag(24, 5, "pack voltage is not measured", .internalCommunication, .protection),
        flag(24, 6, "current is not measured", .currentSensorFault, .protection),
        flag(24, 7, "temperatures are not measured", .temperatureSensorFault, .protection),
        flag(27, 0, "wire of a sensor is off", .temperatureSensorFault, .protection),
        flag(27, 1, "EEPROM"), flag(27, 2, "flash"), flag(27, 3, "clock"),
        flag(27, 4, "charge MOSFET", .chargeSwitchFault, .protection),
        flag(27, 5, "discharge MOSFET", .dischargeSwitchFault, .protection),
        flag(27, 6, "precharge MOSFET", .dischargeSwitchFault, .warning),
        flag(27, 7, "precharging failed", .dischargeSwitchFault, .warning),
        // The switches themselves say so.
        flag(26, 0, "charging switched off over the bus"),
        flag(26, 1, "discharging switched off over the bus"),
        flag(26, 2, "charging switched off by hand"), flag(26, 3, "discharging switched off by hand"),
        flag(26, 4, "fan on"), flag(26, 5, "heater on"), flag(26, 6, "current limiter on"),
        flag(26, 7, "heater faulty"),
    ]

    /// Registers 0x6D to 0x73: the three bits of each level, and single bits.
    static let newerBits: [86 of AlarmBit] = {
        var bits = InlineArray<86, AlarmBit>(repeating: flags[0])
        var count = 0
        for index in flags.indices {
            bits[count] = flags[index]
            count += 1
        }
        for index in levels.indices {
            let level = levels[index]
            for bit in 0..<UInt8(3) {
                bits[count] = AlarmBit(
                    in: faults, byte: level.byte, bit: level.bit + bit, level.name, level.kinds,
                    bit == 0 ? .warning : .protection)
                count += 1
            }
        }
        return bits
    }()

    /// Makes every level that is written as 2 and 4 at once a 2: both bits mean a protection.
    static func lowerLevels(in words: inout MutableSpan<UInt8>) {
        for index in levels.indices {
            let place = Int(levels[index].byte)
            let bits = words[place] >> levels[index].bit & 0b111
            if bits & 0b110 == 0b110 { words[place] &= ~(0b101 << levels[index].bit) }
        }
    }

    private static func flag(
        _ byte: UInt16, _ bit: UInt8, _ name: StaticString, _ kind: AlarmKind, _ level: AlarmLevel
    ) -> AlarmBit {
        AlarmBit(in: faults, byte: byte, bit: bit, name, kind, level)
    }

    /// No alarm: it is told by other means, or limits nothing.
    private static func flag(_ byte: UInt16, _ bit: UInt8, _ name: StaticString) -> AlarmBit {
        AlarmBit(in: faults, byte: byte, bit: bit, name)
    }
}
