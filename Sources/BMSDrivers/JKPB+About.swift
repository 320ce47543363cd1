import BatteryModel
public import BusCodec

extension JKPB {
    /// Identity, protocol selections and outputs: block 0x1400, record 03.
    ///
    /// Source: vendor map V1.1 for the first 0x28 bytes and the outputs; the rest is unofficial and was checked
    /// against captured records of firmware 14.20, 15.10, 15.38 and 19.27. The masks are little-endian on Modbus
    /// too: they are bytes, the first of which holds protocols 0…7. PIN and password stand here in plain text.
    public static let aboutRows: [_ of SignalRow<PackMeaning>] = [
        text("ManufacturerDeviceID", 0x00, 16, .identity(.model)),
        text("HardwareVersion", 0x10, 8, .identity(.hardware)),
        text("SoftwareVersion", 0x18, 8, .identity(.firmware)),
        .init("ODDRunTime", in: 0x1400, byte: 0x20, bits: 32, unit: .seconds, .information(.lifetime)),
        .init("PWROnTimes", in: 0x1400, byte: 0x24, bits: 32, unit: .count, .information(.boots)),
        text("BLEName", 0x28, 16, .identity(.name)),
        text("BLEPIN", 0x38, 16, .secret),
        text("ManufacturingDate", 0x48, 8, .identity(.manufactured)),
        text("SerialNumber", 0x50, 16, .identity(.serial)),
        text("UserData1", 0x60, 16, .reserved),
        text("SettingsPassword", 0x70, 16, .secret),
        text("UserData2", 0x80, 16, .reserved),
        choice("UART1MPRTOLNbr", 0xB2, .information(.uart1Protocol)),
        choice("CANMPRTOLNbr", 0xB3, .information(.canProtocol)),
        mask("UART1MPRTOLEnable", 0xB4, .information(.uart1Selectable)),
        text("HardwareOptions", 0xB8, 12, .reserved),
        mask("CANMPRTOLEnable", 0xC4, .information(.canSelectable)),
        choice("UART2MPRTOLNbr", 0xD4, .information(.uart2Protocol)),
        mask("UART2MPRTOLEnable", 0xD5, .reserved),
        choice("LCDBuzzerTrigger", 0xE4, .information(.buzzerTrigger)),
        choice("DRY1Trigger", 0xE5, .information(.dry1Trigger)),
        choice("DRY2Trigger", 0xE6, .information(.dry2Trigger)),
        choice("UARTMPTLVer", 0xE7, .reserved),
        .init("TriggerValues", in: 0x1400, byte: 0xE8, bits: 32, signed: true, count: 6, .reserved),
        .init("DataStoredPeriod", in: 0x1400, byte: 0x100, bits: 32, signed: true, unit: .seconds, .reserved),
        requestTime("RCVTime", 0x104, .requestedChargeTime),
        requestTime("RFVTime", 0x105, .requestedFloatTime),
        choice("CANMPTLVer", 0x106, .reserved),
        choice("UART3MPRTOLNbr", 0x108, .reserved),
    ]

    private static func text(
        _ name: StaticString, _ byte: UInt16, _ characters: UInt16, _ meaning: PackMeaning
    ) -> SignalRow<PackMeaning> {
        .init(name, in: 0x1400, byte: byte, bits: characters * 8, unit: .count, meaning)
    }

    private static func choice(
        _ name: StaticString, _ byte: UInt16, _ meaning: PackMeaning
    ) -> SignalRow<PackMeaning> {
        .init(name, in: 0x1400, byte: byte, bits: 8, unit: .choice, dialects: JKDialects.proven, meaning)
    }

    private static func mask(
        _ name: StaticString, _ byte: UInt16, _ meaning: PackMeaning
    ) -> SignalRow<PackMeaning> {
        .init(
            name, in: 0x1400, byte: byte, bits: 32, .little, unit: .bits, dialects: JKDialects.proven, meaning
        )
    }

    /// Tenths of an hour on the wire.
    private static func requestTime(
        _ name: StaticString, _ byte: UInt16, _ field: PackField
    ) -> SignalRow<PackMeaning> {
        .init(
            name, in: 0x1400, byte: byte, bits: 8, times: 6, unit: .minutes, dialects: JKDialects.proven,
            .information(field))
    }
}
