import BatteryModel
import BusCodec

/// The failure bits that all generations of Daly have in common: seven bytes, and an eighth with a code of its own.
///
/// Of two bits with the same name the first, level 1, is a warning and the second, level 2, a protection. Failures of
/// the board itself have no level; those that make a measurement or a switch unreliable count as protections.
///
/// In the older protocol they are the data of answer 0x98, in the newer ones four registers, the first byte the more
/// significant one of the first register. The last register is reserved in the vendor's spreadsheet and taken for the
/// same by analogy. No capture with a bit in the first four bytes is public.
///
/// Source: vendor's protocol V1.2, answer 0x98; register map of the newer boards (syssi/esphome-daly-bms, docs).
enum DalyFaults {
    /// Bytes that hold bits; the one behind them is a code.
    static let byteCount = 7

    /// The bits, from byte `first` of the section `container` on.
    static func bits(in container: UInt32, from first: UInt16) -> [48 of AlarmBit] {
        var bits = table
        for index in bits.indices {
            bits[index].container = container
            bits[index].byte += first
        }
        return bits
    }

    /// The same for the boards that have a link to parallel packs: one that is alone and healthy has the bit for
    /// internal communication set (capture P81_STATUS_FRAME, together with a fault of that link), so it is no alarm.
    static func bitsWithoutLink(in container: UInt32, from first: UInt16) -> [48 of AlarmBit] {
        var bits = Self.bits(in: container, from: first)
        for index in bits.indices where bits[index].byte == first + 5 && bits[index].bit == 7 {
            bits[index].kinds = AlarmMask()
        }
        return bits
    }

    private static let table: [48 of AlarmBit] = [
        warning(0, 0, "cell over-voltage, level 1", .cellOverVoltage),
        protection(0, 1, "cell over-voltage, level 2", .cellOverVoltage),
        warning(0, 2, "cell under-voltage, level 1", .cellUnderVoltage),
        protection(0, 3, "cell under-voltage, level 2", .cellUnderVoltage),
        warning(0, 4, "pack over-voltage, level 1", .packOverVoltage),
        protection(0, 5, "pack over-voltage, level 2", .packOverVoltage),
        warning(0, 6, "pack under-voltage, level 1", .packUnderVoltage),
        protection(0, 7, "pack under-voltage, level 2", .packUnderVoltage),
        warning(1, 0, "too warm to charge, level 1", .chargeOverTemperature),
        protection(1, 1, "too warm to charge, level 2", .chargeOverTemperature),
        warning(1, 2, "too cold to charge, level 1", .chargeUnderTemperature),
        protection(1, 3, "too cold to charge, level 2", .chargeUnderTemperature),
        warning(1, 4, "too warm to discharge, level 1", .dischargeOverTemperature),
        protection(1, 5, "too warm to discharge, level 2", .dischargeOverTemperature),
        warning(1, 6, "too cold to discharge, level 1", .dischargeUnderTemperature),
        protection(1, 7, "too cold to discharge, level 2", .dischargeUnderTemperature),
        warning(2, 0, "charge over-current, level 1", .chargeOverCurrent),
        protection(2, 1, "charge over-current, level 2", .chargeOverCurrent),
        warning(2, 2, "discharge over-current, level 1", .dischargeOverCurrent),
        protection(2, 3, "discharge over-current, level 2", .dischargeOverCurrent),
        // SOC speaks for itself.
        silent(2, 4, "SOC high, level 1"), silent(2, 5, "SOC high, level 2"),
        silent(2, 6, "SOC low, level 1"), silent(2, 7, "SOC low, level 2"),
        warning(3, 0, "cells apart, level 1", .imbalance),
        protection(3, 1, "cells apart, level 2", .imbalance),
        silent(3, 2, "temperatures apart, level 1"), silent(3, 3, "temperatures apart, level 2"),
        protection(4, 0, "charge MOSFET too warm", .mosfetOverTemperature),
        protection(4, 1, "discharge MOSFET too warm", .mosfetOverTemperature),
        warning(4, 2, "sensor of the charge MOSFET", .temperatureSensorFault),
        warning(4, 3, "sensor of the discharge MOSFET", .temperatureSensorFault),
        protection(4, 4, "charge MOSFET stuck", .chargeSwitchFault),
        protection(4, 5, "discharge MOSFET stuck", .dischargeSwitchFault),
        protection(4, 6, "charge MOSFET does not close", .chargeSwitchFault),
        protection(4, 7, "discharge MOSFET does not close", .dischargeSwitchFault),
        protection(5, 0, "front-end circuit", .internalCommunication),
        protection(5, 1, "cells are not measured", .internalCommunication),
        protection(5, 2, "sensor of the cells", .temperatureSensorFault),
        silent(5, 3, "EEPROM"), silent(5, 4, "clock"),
        warning(5, 5, "precharging failed", .dischargeSwitchFault),
        silent(5, 6, "outside communication"),
        warning(5, 7, "internal communication", .internalCommunication),
        protection(6, 0, "current sensor", .currentSensorFault),
        protection(6, 1, "pack voltage is not measured", .internalCommunication),
        AlarmBit(
            in: 0, byte: 6, bit: 2, "short circuit", AlarmMask(.chargeShortCircuit, .dischargeShortCircuit),
            .protection),
        // That it is not charged, its charge switch says.
        protection(6, 3, "too empty to be charged", .cellUnderVoltage),
    ]

    private static func warning(
        _ byte: UInt16, _ bit: UInt8, _ name: StaticString, _ kind: AlarmKind
    ) -> AlarmBit {
        AlarmBit(in: 0, byte: byte, bit: bit, name, kind, .warning)
    }

    private static func protection(
        _ byte: UInt16, _ bit: UInt8, _ name: StaticString, _ kind: AlarmKind
    ) -> AlarmBit {
        AlarmBit(in: 0, byte: byte, bit: bit, name, kind, .protection)
    }

    /// No alarm: it is told by other means, or limits nothing.
    private static func silent(_ byte: UInt16, _ bit: UInt8, _ name: StaticString) -> AlarmBit {
        AlarmBit(in: 0, byte: byte, bit: bit, name)
    }
}
