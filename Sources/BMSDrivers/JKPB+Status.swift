import BatteryModel
public import BusCodec

extension JKPB {
    /// Which cells there are, bit i for cell i + 1.
    static let cellStates = SignalRow<PackMeaning>(
        "CellSta", in: 0x1200, byte: 0x40, bits: 32, unit: .bits, .cellStates)

    /// Which temperature sensors there are: bit 0 power board, bits 1…5 TempBat1…TempBat5.
    static let sensorBits = SignalRow<PackMeaning>(
        "TempSensor", in: 0x1200, byte: 0xD0, bits: 8, unit: .bits, .sensorBits)

    /// Live data: block 0x1200, record 02.
    ///
    /// Source: vendor map V1.1; what lies behind 0x10C is named after the Bluetooth reading of the same structure
    /// (syssi/esphome-jk-bms) and informative only. Vendor TempBat3 repeats the power board in every capture,
    /// therefore TempBat4 and TempBat5 are cell sensors 3 and 4: the manual counts four of them.
    public static let statusRows: [_ of SignalRow<PackMeaning>] = [
        .init(
            "CellVol", in: 0x1200, byte: 0x00, bits: 16, unit: .millivolts, range: 0...6000, count: 32,
            .cellVoltages),
        cellStates,
        .init("CellVolAve", in: 0x1200, byte: 0x44, bits: 16, unit: .millivolts, .information(.averageCell)),
        .init("CellVdifMax", in: 0x1200, byte: 0x46, bits: 16, unit: .millivolts, .information(.cellSpread)),
        .init(
            "MaxVolCellNbr", in: 0x1200, byte: 0x48, bits: 8, plus: 1, range: 1...32,
            .information(.highestCellNumber)),
        .init(
            "MinVolCellNbr", in: 0x1200, byte: 0x49, bits: 8, plus: 1, range: 1...32,
            .information(.lowestCellNumber)),
        .init("CellWireRes", in: 0x1200, byte: 0x4A, bits: 16, unit: .milliohms, count: 32, .wireResistances),
        temperature("TempMos", 0x8A, .sensor(.mosfetTemperature, bit: 0)),
        .init(
            "CellWireResSta", in: 0x1200, byte: 0x8C, bits: 32, unit: .bits,
            .information(.wireResistanceAlarms)),
        .init(
            "BatVol", in: 0x1200, byte: 0x90, bits: 32, unit: .millivolts, range: 0...200_000,
            .number(.packVoltage)),
        .init("BatWatt", in: 0x1200, byte: 0x94, bits: 32, unit: .count, .power),
        .init(
            "BatCurrent", in: 0x1200, byte: 0x98, bits: 32, signed: true, unit: .milliamps,
            range: -2_000_000...2_000_000, .number(.current)),
        temperature("TempBat1", 0x9C, .sensor(.temperature1, bit: 1)),
        temperature("TempBat2", 0x9E, .sensor(.temperature2, bit: 2)),
        .init("Alarm", in: 0x1200, byte: 0xA0, bits: 32, unit: .bits, .alarmWord),
        .init(
            "BalanCurrent", in: 0x1200, byte: 0xA4, bits: 16, signed: true, unit: .milliamps,
            .information(.balanceCurrent)),
        .init(
            "BalanSta", in: 0x1200, byte: 0xA6, bits: 8, unit: .choice, range: 0...2, .information(.balancing)
        ),
        .init(
            "SOC", in: 0x1200, byte: 0xA7, bits: 8, times: 10, unit: .permille, range: 0...1000, .number(.soc)
        ),
        .init(
            "SOCCapRemain", in: 0x1200, byte: 0xA8, bits: 32, signed: true, unit: .milliampHours,
            .number(.remainingCapacity)),
        .init(
            "SOCFullChargeCap", in: 0x1200, byte: 0xAC, bits: 32, unit: .milliampHours, range: 0...20_000_000,
            .number(.fullCapacity)),
        .init("SOCCycleCount", in: 0x1200, byte: 0xB0, bits: 32, unit: .count, .information(.cycles)),
        .init(
            "SOCCycleCap", in: 0x1200, byte: 0xB4, bits: 32, unit: .milliampHours, .information(.throughput)),
        .init(
            "SOCSOH", in: 0x1200, byte: 0xB8, bits: 8, times: 10, unit: .permille, range: 0...1000,
            .number(.soh)),
        switchState("Precharge", 0xB9, .information(.prechargeSwitch)),
        .init("UserAlarm", in: 0x1200, byte: 0xBA, bits: 16, unit: .bits, .reserved),
        .init("RunTime", in: 0x1200, byte: 0xBC, bits: 32, unit: .seconds, .information(.runtime)),
        switchState("Charge", 0xC0, .number(.chargeSwitch)),
        switchState("Discharge", 0xC1, .number(.dischargeSwitch)),
        .init("UserAlarm2", in: 0x1200, byte: 0xC2, bits: 16, unit: .bits, .reserved),
        release("TimeDcOCPR", 0xC4, .dischargeOverCurrentRelease),
        release("TimeDcSCPR", 0xC6, .dischargeShortCircuitRelease),
        release("TimeCOCPR", 0xC8, .chargeOverCurrentRelease),
        release("TimeCSCPR", 0xCA, .chargeShortCircuitRelease),
        release("TimeUVPR", 0xCC, .underVoltageRelease),
        release("TimeOVPR", 0xCE, .overVoltageRelease),
        sensorBits,
        switchState("Heating", 0xD1, .information(.heater)),
        release("TimeEmergency", 0xD4, .emergencyTime),
        .init("BatDisCurCorrect", in: 0x1200, byte: 0xD6, bits: 16, unit: .count, .reserved),
        .init("VolChargCur", in: 0x1200, byte: 0xD8, bits: 16, unit: .millivolts, .reserved),
        .init("VolDischargCur", in: 0x1200, byte: 0xDA, bits: 16, unit: .millivolts, .reserved),
        .init("BatVolCorrect", in: 0x1200, byte: 0xDC, bits: 32, unit: .bits, .reserved),
        .init("BatVol2", in: 0x1200, byte: 0xE4, bits: 16, times: 10, unit: .millivolts, .copy(.packVoltage)),
        .init(
            "HeatCurrent", in: 0x1200, byte: 0xE6, bits: 16, signed: true, unit: .milliamps,
            .information(.heaterCurrent)),
        switchState("ChargerPlugged", 0xEF, .information(.chargerPlugged)),
        .init("SysRunTicks", in: 0x1200, byte: 0xF0, bits: 32, unit: .deciseconds, .information(.uptime)),
        .init(
            "TempBat3", in: 0x1200, byte: 0xF8, bits: 16, signed: true, unit: .decicelsius,
            .copy(.mosfetTemperature)),
        temperature("TempBat4", 0xFA, .sensor(.temperature3, bit: 4)),
        temperature("TempBat5", 0xFC, .sensor(.temperature4, bit: 5)),
        .init("RTCTicks", in: 0x1200, byte: 0x100, bits: 32, unit: .seconds, .information(.clock)),
        .init("TimeEnterSleep", in: 0x1200, byte: 0x108, bits: 32, unit: .seconds, .information(.sleepTime)),
        switchState("PCLModuleSta", 0x10C, .information(.parallelLimiter)),
        .init(
            "BatteryType", in: 0x1200, byte: 0x10D, bits: 8, unit: .choice, range: 0...2,
            dialects: JKDialects.proven, .information(.batteryType)),
        .init(
            "ChargePhase", in: 0x1200, byte: 0x112, bits: 8, unit: .choice, range: 0...2,
            dialects: JKDialects.proven, .information(.chargePhase)),
        .init(
            "DryContacts", in: 0x1200, byte: 0x113, bits: 8, unit: .bits, dialects: JKDialects.proven,
            .information(.dryContacts)),
    ]

    /// A temperature of a live sensor: −100…200 °C, far outside of what a pack survives.
    private static func temperature(
        _ name: StaticString, _ byte: UInt16, _ meaning: PackMeaning
    ) -> SignalRow<PackMeaning> {
        .init(
            name, in: 0x1200, byte: byte, bits: 16, signed: true, unit: .decicelsius, range: -1000...2000,
            meaning)
    }

    private static func switchState(
        _ name: StaticString, _ byte: UInt16, _ meaning: PackMeaning
    ) -> SignalRow<PackMeaning> {
        .init(name, in: 0x1200, byte: byte, bits: 8, unit: .onOff, range: 0...1, meaning)
    }

    private static func release(
        _ name: StaticString, _ byte: UInt16, _ field: PackField
    ) -> SignalRow<PackMeaning> {
        .init(name, in: 0x1200, byte: byte, bits: 16, unit: .seconds, .information(field))
    }
}
