import BatteryModel

extension SimulatedPack {
    /// The settings a JK-PB leaves the factory with for LFP, with 60 A for each pack.
    static func settings(address: UInt8, cells: Int, capacityMilliampHours: Int32) -> FieldValues {
        [
            .sleepCell: 2_800, .powerOffCell: 2_500, .emptyCell: 2_650, .fullCell: 3_450,
            .cellUnderVoltage: 2_600, .cellUnderVoltageRelease: 2_700, .cellOverVoltage: 3_650,
            .cellOverVoltageRelease: 3_500, .requestedChargeCell: 3_450, .requestedFloatCell: 3_350,
            .balanceTrigger: 10, .balanceStart: 3_400, .balanceCurrentMaximum: 2_000,
            .balancerEnabled: 1,
            .chargeLimit: 60_000, .chargeOverCurrentDelay: 30, .chargeOverCurrentReleaseDelay: 60,
            .dischargeLimit: 60_000, .dischargeOverCurrentDelay: 300, .dischargeOverCurrentReleaseDelay: 60,
            .shortCircuitDelay: 1_500, .shortCircuitReleaseDelay: 60, .prechargeTime: 2,
            .chargeOverTemperature: 550, .chargeOverTemperatureRelease: 500,
            .dischargeOverTemperature: 600, .dischargeOverTemperatureRelease: 550,
            .chargeUnderTemperature: 20, .chargeUnderTemperatureRelease: 50,
            .mosfetOverTemperature: 1_000, .mosfetOverTemperatureRelease: 800,
            .heaterStart: 0, .heaterStop: 50, .sleepDelay: 24, .controlWord: 0,
            .configuredCells: Int32(cells), .chargeEnabled: 1, .dischargeEnabled: 1,
            .designCapacity: capacityMilliampHours, .busAddress: Int32(address),
        ]
    }

    /// What is selected in the BMS: Modbus on UART1, Pylontech on CAN.
    ///
    /// On UART2 the pack with address 0 is the master of the others (protocol 15).
    static func selections(address: UInt8) -> [(PackField, Int32)] {
        [
            (.uart1Protocol, 1), (.uart1Selectable, 0x0000_FFFF), (.uart2Protocol, address == 0 ? 15 : 1),
            (.canProtocol, 2), (.canSelectable, 0x0000_3FFF), (.buzzerTrigger, 0), (.dry1Trigger, 1),
            (.dry2Trigger, 4), (.requestedChargeTime, 60), (.requestedFloatTime, 600), (.boots, 12),
        ]
    }

    /// Hardware 15, firmware 15.41, and a serial number of eleven digits.
    static func identity(address: UInt8, number: UInt64) -> PackIdentity {
        var identity = PackIdentity()
        identity.model = ASCIIText("JK_PB2A16S20P")
        identity.hardware = ASCIIText("15A")
        identity.firmware = ASCIIText("15.41")
        identity.name = text("Simulated-\(address)")
        identity.manufactured = ASCIIText("250612")
        let digits = String(number % 100_000_000)
        identity.serial = text("506" + String(repeating: "0", count: 8 - digits.count) + digits)
        return identity
    }

    private static func text(_ string: String) -> ASCIIText {
        var text = ASCIIText()
        for byte in string.utf8 { text.append(byte) }
        return text
    }
}
