public import BatteryModel

/// A bit of the JK alarm word (register 0x12A0) and what it means; 1 is a fault.
///
/// Source: vendor map V1.1. Other projects exchange bits 11 and 12; the vendor is followed. Bits 22 and 23 stand in
/// V1.1 without a number, next in sequence.
public struct JKAlarm: Sendable {
    /// Bit number, 0 is the least significant.
    public var bit: UInt8
    /// The vendor's name.
    public var name: StaticString
    /// What is wrong; `nil` where the bit stands on healthy packs.
    public var kind: AlarmKind?
    /// How serious it is.
    public var level: AlarmLevel

    init(_ bit: UInt8, _ name: StaticString, _ kind: AlarmKind?, _ level: AlarmLevel) {
        self.bit = bit
        self.name = name
        self.kind = kind
        self.level = level
    }

    /// The documented bits.
    ///
    /// Bit 19 says that the settings password is still the default. It is set all the time on many healthy
    /// packs, for example in the captures of firmware 15.30, and is never an alarm.
    public static let rows: [_ of JKAlarm] = [
        JKAlarm(0, "AlarmWireRes", .wireResistance, .warning),
        JKAlarm(1, "AlarmMosOTP", .mosfetOverTemperature, .protection),
        JKAlarm(2, "AlarmCellQuantity", .cellCountMismatch, .protection),
        JKAlarm(3, "AlarmCurSensorErr", .currentSensorFault, .protection),
        JKAlarm(4, "AlarmCellOVP", .cellOverVoltage, .protection),
        JKAlarm(5, "AlarmBatOVP", .packOverVoltage, .protection),
        JKAlarm(6, "AlarmChOCP", .chargeOverCurrent, .protection),
        JKAlarm(7, "AlarmChSCP", .chargeShortCircuit, .protection),
        JKAlarm(8, "AlarmChOTP", .chargeOverTemperature, .protection),
        JKAlarm(9, "AlarmChUTP", .chargeUnderTemperature, .protection),
        JKAlarm(10, "AlarmCPUAuxCommuErr", .internalCommunication, .protection),
        JKAlarm(11, "AlarmCellUVP", .cellUnderVoltage, .protection),
        JKAlarm(12, "AlarmBatUVP", .packUnderVoltage, .protection),
        JKAlarm(13, "AlarmDchOCP", .dischargeOverCurrent, .protection),
        JKAlarm(14, "AlarmDchSCP", .dischargeShortCircuit, .protection),
        JKAlarm(15, "AlarmDchOTP", .dischargeOverTemperature, .protection),
        JKAlarm(16, "AlarmChargeMOS", .chargeSwitchFault, .protection),
        JKAlarm(17, "AlarmDischargeMOS", .dischargeSwitchFault, .protection),
        JKAlarm(18, "GPSDisconnected", .positionLost, .info),
        JKAlarm(19, "ModifyPWDInTime", nil, .info),
        JKAlarm(20, "DischargeOnFailed", .dischargeSwitchFault, .protection),
        JKAlarm(21, "BatteryOverTempAlarm", .batteryOverTemperature, .warning),
        JKAlarm(22, "TemperatureSensorAnomaly", .temperatureSensorFault, .warning),
        JKAlarm(23, "PCLModuleAnomaly", .parallelLimiterFault, .warning),
    ]

    /// The alarms that `word` raises; undocumented bits are worth knowing, no more.
    static func alarms(in word: UInt32) -> AlarmSet {
        var alarms = AlarmSet()
        var undocumented = word
        for index in rows.indices where word >> UInt32(rows[index].bit) & 1 != 0 {
            undocumented &= ~(1 << UInt32(rows[index].bit))
            if let kind = rows[index].kind { alarms.raise(kind, rows[index].level) }
        }
        if undocumented != 0 { alarms.raise(.undocumented, .info) }
        return alarms
    }

    /// The word that raises `alarms`, as far as the protocol can say them.
    static func word(for alarms: AlarmSet) -> UInt32 {
        var word: UInt32 = 0
        for index in rows.indices {
            guard let kind = rows[index].kind, alarms[rows[index].level].contains(kind) else { continue }
            word |= 1 << UInt32(rows[index].bit)
        }
        return word
    }
}
