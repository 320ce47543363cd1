import BatteryModel
import BusCodec

extension SeplosV2 {
    /// The alarm events; the bytes count from the current's code on.
    ///
    /// Of the power board's two bits one print calls the lower the protection, the other the higher; so both are taken
    /// for it.
    static let alarmBits: [_ of AlarmBit] = [
        protection(event1, 0, "voltage sensor", AlarmMask(.internalCommunication)),
        protection(event1, 1, "temperature sensor", AlarmMask(.temperatureSensorFault)),
        protection(event1, 2, "current sensor", AlarmMask(.currentSensorFault)),
        warning(event1, 3, "key switch", bothSwitches),
        protection(event1, 4, "cells too far apart", AlarmMask(.imbalance)),
        protection(event1, 5, "charge switch", AlarmMask(.chargeSwitchFault)),
        protection(event1, 6, "discharge switch", AlarmMask(.dischargeSwitchFault)),
        warning(event1, 7, "current limiter", AlarmMask(.parallelLimiterFault)),

        warning(event2, 0, "cell high", AlarmMask(.cellOverVoltage)),
        protection(event2, 1, "cell over-voltage", AlarmMask(.cellOverVoltage)),
        warning(event2, 2, "cell low", AlarmMask(.cellUnderVoltage)),
        protection(event2, 3, "cell under-voltage", AlarmMask(.cellUnderVoltage)),
        warning(event2, 4, "pack high", AlarmMask(.packOverVoltage)),
        protection(event2, 5, "pack over-voltage", AlarmMask(.packOverVoltage)),
        warning(event2, 6, "pack low", AlarmMask(.packUnderVoltage)),
        protection(event2, 7, "pack under-voltage", AlarmMask(.packUnderVoltage)),

        warning(event3, 0, "warm to charge", AlarmMask(.chargeOverTemperature)),
        protection(event3, 1, "too warm to charge", AlarmMask(.chargeOverTemperature)),
        warning(event3, 2, "cold to charge", AlarmMask(.chargeUnderTemperature)),
        protection(event3, 3, "too cold to charge", AlarmMask(.chargeUnderTemperature)),
        warning(event3, 4, "warm to discharge", AlarmMask(.dischargeOverTemperature)),
        protection(event3, 5, "too warm to discharge", AlarmMask(.dischargeOverTemperature)),
        warning(event3, 6, "cold to discharge", AlarmMask(.dischargeUnderTemperature)),
        protection(event3, 7, "too cold to discharge", AlarmMask(.dischargeUnderTemperature)),

        warning(event4, 0, "surroundings warm", AlarmMask(.batteryOverTemperature)),
        protection(event4, 1, "surroundings too warm", AlarmMask(.batteryOverTemperature)),
        warning(event4, 2, "surroundings cold", TelecomCode.temperature.low),
        protection(event4, 3, "surroundings too cold", TelecomCode.temperature.low),
        protection(
            event4, 4, "power board warm (one of two prints: too warm)", AlarmMask(.mosfetOverTemperature)),
        protection(
            event4, 5, "power board too warm (one of two prints: warm)", AlarmMask(.mosfetOverTemperature)),
        state(event4, 6, "heating"),

        warning(event5, 0, "charge current high", AlarmMask(.chargeOverCurrent)),
        protection(event5, 1, "charge over-current", AlarmMask(.chargeOverCurrent)),
        warning(event5, 2, "discharge current high", AlarmMask(.dischargeOverCurrent)),
        protection(event5, 3, "discharge over-current", AlarmMask(.dischargeOverCurrent)),
        protection(event5, 4, "transient over-current", overCurrent),
        protection(event5, 5, "output short circuit", shortCircuit),
        protection(event5, 6, "locked after transient over-currents", overCurrent),
        protection(event5, 7, "locked after short circuits", shortCircuit),

        protection(event6, 0, "charge voltage too high", AlarmMask(.packOverVoltage)),
        state(event6, 1, "waits to charge again"),
        // SOC itself says so.
        state(event6, 2, "little charge left"),
        protection(event6, 3, "too little charge left", AlarmMask(.packUnderVoltage)),
        // The charge switch, which is open then, says that it may not be charged.
        protection(event6, 4, "cell too low to be charged", AlarmMask(.cellUnderVoltage)),
        protection(event6, 5, "poles reversed", bothSwitches),
        protection(event6, 6, "output connection", bothSwitches),

        state(event7, 4, "waits for charging, automatic"),
        state(event7, 5, "waits for charging, by hand"),

        warning(event8, 0, "EEPROM", AlarmMask(.internalCommunication)),
        state(event8, 1, "clock"),
        warning(event8, 2, "voltage not calibrated", AlarmMask(.internalCommunication)),
        warning(event8, 3, "current not calibrated", AlarmMask(.currentSensorFault)),
        warning(event8, 4, "zero of the current not calibrated", AlarmMask(.currentSensorFault)),
    ]

    private static let (event1, event2, event3, event4) = (UInt16(3), UInt16(4), UInt16(5), UInt16(6))
    private static let (event5, event6, event7, event8) = (UInt16(7), UInt16(8), UInt16(15), UInt16(16))
    private static let bothSwitches = AlarmMask(.chargeSwitchFault, .dischargeSwitchFault)
    private static let overCurrent = AlarmMask(.chargeOverCurrent, .dischargeOverCurrent)
    private static let shortCircuit = AlarmMask(.chargeShortCircuit, .dischargeShortCircuit)

    private static func protection(
        _ byte: UInt16, _ bit: UInt8, _ name: StaticString, _ kinds: AlarmMask
    ) -> AlarmBit {
        AlarmBit(in: 0x44, byte: byte, bit: bit, name, kinds, .protection)
    }

    private static func warning(
        _ byte: UInt16, _ bit: UInt8, _ name: StaticString, _ kinds: AlarmMask
    ) -> AlarmBit {
        AlarmBit(in: 0x44, byte: byte, bit: bit, name, kinds, .warning)
    }

    private static func state(_ byte: UInt16, _ bit: UInt8, _ name: StaticString) -> AlarmBit {
        AlarmBit(in: 0x44, byte: byte, bit: bit, name)
    }
}
