import BatteryModel
public import BusCodec

extension JKPB {
    /// Settings: block 0x1000, record 01.
    ///
    /// Source: vendor map V1.1; RCV and RFV (0x20, 0x24) are hidden in V1.0 but filled in captures of firmware 14.
    public static let settingsRows: [_ of SignalRow<PackMeaning>] = [
        voltage("VolSmartSleep", 0x00, .information(.sleepCell)),
        voltage("VolCellUV", 0x04, .number(.cellUnderVoltage)),
        voltage("VolCellUVPR", 0x08, .information(.cellUnderVoltageRelease)),
        voltage("VolCellOV", 0x0C, .number(.cellOverVoltage)),
        voltage("VolCellOVPR", 0x10, .information(.cellOverVoltageRelease)),
        voltage("VolBalanTrig", 0x14, .information(.balanceTrigger)),
        voltage("VolSOC100", 0x18, .information(.fullCell)),
        voltage("VolSOC0", 0x1C, .information(.emptyCell)),
        voltage("VolCellRCV", 0x20, .information(.requestedChargeCell)),
        voltage("VolCellRFV", 0x24, .information(.requestedFloatCell)),
        voltage("VolSysPwrOff", 0x28, .information(.powerOffCell)),
        current("CurBatCOC", 0x2C, .number(.chargeLimit)),
        time("TIMBatCOCPDly", 0x30, .chargeOverCurrentDelay),
        time("TIMBatCOCPRDly", 0x34, .chargeOverCurrentReleaseDelay),
        current("CurBatDcOC", 0x38, .number(.dischargeLimit)),
        time("TIMBatDcOCPDly", 0x3C, .dischargeOverCurrentDelay),
        time("TIMBatDcOCPRDly", 0x40, .dischargeOverCurrentReleaseDelay),
        time("TIMBatSCPRDly", 0x44, .shortCircuitReleaseDelay),
        current("CurBalanMax", 0x48, .information(.balanceCurrentMaximum)),
        threshold("TMPBatCOT", 0x4C, .chargeOverTemperature),
        threshold("TMPBatCOTPR", 0x50, .chargeOverTemperatureRelease),
        threshold("TMPBatDcOT", 0x54, .dischargeOverTemperature),
        threshold("TMPBatDcOTPR", 0x58, .dischargeOverTemperatureRelease),
        threshold("TMPBatCUT", 0x5C, .chargeUnderTemperature),
        threshold("TMPBatCUTPR", 0x60, .chargeUnderTemperatureRelease),
        threshold("TMPMosOT", 0x64, .mosfetOverTemperature),
        threshold("TMPMosOTPR", 0x68, .mosfetOverTemperatureRelease),
        .init("CellCount", in: 0x1000, byte: 0x6C, bits: 32, range: 1...32, .number(.configuredCells)),
        enabled("BatChargeEN", 0x70, .number(.chargeEnabled)),
        enabled("BatDisChargeEN", 0x74, .number(.dischargeEnabled)),
        enabled("BalanEN", 0x78, .information(.balancerEnabled)),
        .init(
            "CapBatCell", in: 0x1000, byte: 0x7C, bits: 32, unit: .milliampHours,
            .information(.designCapacity)),
        .init(
            "SCPDelay", in: 0x1000, byte: 0x80, bits: 32, unit: .microseconds, dialects: JKDialects.proven,
            .information(.shortCircuitDelay)),
        .init(
            "VolStartBalan", in: 0x1000, byte: 0x84, bits: 32, unit: .millivolts, range: 0...10_000,
            dialects: JKDialects.proven, .information(.balanceStart)),
        .init("CellConWireRes", in: 0x1000, byte: 0x88, bits: 32, count: 32, .reserved),
        .init(
            "DevAddr", in: 0x1000, byte: 0x108, bits: 32, range: 0...247, dialects: JKDialects.proven,
            .information(.busAddress)),
        .init(
            "TIMProdischarge", in: 0x1000, byte: 0x10C, bits: 32, unit: .seconds, dialects: JKDialects.proven,
            .information(.prechargeTime)),
        .init("Undocumented110", in: 0x1000, byte: 0x110, bits: 32, unit: .count, .reserved),
        .init(
            "Control", in: 0x1000, byte: 0x114, bits: 16, unit: .bits, dialects: JKDialects.proven,
            .information(.controlWord)),
        heater("TMPStartHeating", 0x116, .heaterStart),
        heater("TMPStopHeating", 0x117, .heaterStop),
        .init(
            "TIMSmartSleep", in: 0x1000, byte: 0x118, bits: 8, unit: .hours, dialects: JKDialects.proven,
            .information(.sleepDelay)),
        .init("DataFieldCtl0", in: 0x1000, byte: 0x119, bits: 8, unit: .bits, .reserved),
    ]

    private static func voltage(
        _ name: StaticString, _ byte: UInt16, _ meaning: PackMeaning
    ) -> SignalRow<PackMeaning> {
        .init(name, in: 0x1000, byte: byte, bits: 32, unit: .millivolts, range: 0...10_000, meaning)
    }

    private static func current(
        _ name: StaticString, _ byte: UInt16, _ meaning: PackMeaning
    ) -> SignalRow<PackMeaning> {
        .init(name, in: 0x1000, byte: byte, bits: 32, unit: .milliamps, range: 0...2_000_000, meaning)
    }

    private static func time(
        _ name: StaticString, _ byte: UInt16, _ field: PackField
    ) -> SignalRow<PackMeaning> {
        .init(name, in: 0x1000, byte: byte, bits: 32, unit: .seconds, .information(field))
    }

    private static func threshold(
        _ name: StaticString, _ byte: UInt16, _ field: PackField
    ) -> SignalRow<PackMeaning> {
        .init(
            name, in: 0x1000, byte: byte, bits: 32, signed: true, unit: .decicelsius, range: -1000...3000,
            .information(field))
    }

    private static func enabled(
        _ name: StaticString, _ byte: UInt16, _ meaning: PackMeaning
    ) -> SignalRow<PackMeaning> {
        .init(name, in: 0x1000, byte: byte, bits: 32, unit: .onOff, range: 0...1, meaning)
    }

    /// A whole degree; what it means depends on the firmware, see ``JKFirmware/hasHeaterTemperatures``.
    private static func heater(
        _ name: StaticString, _ byte: UInt16, _ field: PackField
    ) -> SignalRow<PackMeaning> {
        .init(
            name, in: 0x1000, byte: byte, bits: 8, signed: true, times: 10, unit: .decicelsius,
            dialects: JKDialects.proven, .information(field))
    }
}
