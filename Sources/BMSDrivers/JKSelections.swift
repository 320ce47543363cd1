/// A number that can be selected in a JK BMS, and what it stands for.
public struct JKSelection: Sendable {
    /// The number.
    public var number: UInt8
    /// What it stands for on firmware 15 and 19.
    public var name: StaticString
    /// What it stands for on firmware 14 where that differs.
    public var nameOn14: StaticString?

    init(_ number: UInt8, _ name: StaticString, on14 nameOn14: StaticString? = nil) {
        self.number = number
        self.name = name
        self.nameOn14 = nameOn14
    }
}

/// The lists from which the protocols of a JK BMS are selected.
///
/// Source: three transcriptions of the app's lists for firmware 15 and 19, and manual V14.03 (2023-09); the numbers
/// agree with the masks in captured records of firmware 14.20 to 19.27. Which of them a pack offers is in its own
/// masks (`uart1Selectable`, `canSelectable`).
public enum JKSelections {
    /// Protocols of UART1 (RS485-1) and, not selectable, of UART2 (RS485-2).
    public static let uart: [_ of JKSelection] = [
        JKSelection(0, "4G-GPS remote module common protocol V4.2"),
        JKSelection(1, "JK BMS RS485 Modbus V1.0"),
        JKSelection(2, "NIU U series"),
        JKSelection(3, "China Tower shared battery cabinet V1.1"),
        JKSelection(4, "PACE RS485 Modbus V1.3"),
        JKSelection(
            5, "Pylontech low voltage RS485 V3.5", on14: "Pylontech low voltage RS485 V3.3"),
        JKSelection(6, "Growatt BMS RS485 1xSxxP ESS Rev 2.01"),
        JKSelection(7, "Voltronic inverter and BMS 485, 2020-03-25"),
        JKSelection(8, "China Tower shared battery cabinet V2.0"),
        JKSelection(9, "WOW RS485 Modbus V1.3", on14: "SRNE low voltage RS485 V3.3"),
        JKSelection(10, "JK BMS LCD protocol V2.0", on14: "Protocol 10"),
        JKSelection(11, "UART1 user customisation"),
        JKSelection(12, "UART2 user customisation"),
        JKSelection(13, "JK BMS RS485 Modbus V1.0 at 9600 baud"),
        JKSelection(14, "Pylontech low voltage RS485 V3.5 at 9600 baud"),
        JKSelection(15, "JK BMS PBxx series LCD protocol V1.0"),
        JKSelection(16, "JK BMS LIN bus V1.0"),
        JKSelection(17, "RS485 protocol 17"),
        JKSelection(18, "RS485 protocol 18"),
        JKSelection(19, "RS485 protocol 19"),
        JKSelection(20, "RS485 protocol 20"),
    ]

    /// Protocols of the CAN port.
    public static let can: [_ of JKSelection] = [
        JKSelection(0, "JK BMS CAN 250K V2.0", on14: "JK BMS CAN V2.0"),
        JKSelection(1, "Deye low voltage hybrid inverter V1.0"),
        JKSelection(2, "Pylontech low voltage V1.2"),
        JKSelection(3, "Growatt BMS CAN low voltage Rev_05"),
        JKSelection(4, "Victron CAN-bus BMS 2017-07-17"),
        JKSelection(5, "MEGAREVO hybrid BMS CAN V1.0", on14: "SEPLOS BMS CAN V1.0"),
        JKSelection(6, "JK BMS CAN 500K V2.0", on14: "Protocol 6"),
        JKSelection(7, "INVT BMS CAN V1.02"),
        JKSelection(8, "GoodWe low voltage BMS (EX/EM/S-BP/BP)", on14: "Protocol 8"),
        JKSelection(9, "SMA Sunny Island, FSS-ConnectingBat-TI-en-10 V1.0", on14: "Protocol 9"),
        JKSelection(10, "MUST PV1800F CAN 1.04.04"),
        JKSelection(11, "LuxpowerTek battery CAN V01"),
        JKSelection(12, "user customisation 1"),
        JKSelection(13, "user customisation 2"),
        JKSelection(14, "placeholder"),
    ]

    /// What sounds the buzzer or closes a dry contact.
    public static let triggers: [_ of JKSelection] = [
        JKSelection(0, "off"),
        JKSelection(1, "low SOC"),
        JKSelection(2, "pack over-voltage"),
        JKSelection(3, "pack under-voltage"),
        JKSelection(4, "cell over-voltage"),
        JKSelection(5, "cell under-voltage"),
        JKSelection(6, "charge over-current"),
        JKSelection(7, "discharge over-current"),
        JKSelection(8, "battery over-temperature"),
        JKSelection(9, "MOSFET over-temperature"),
        JKSelection(10, "system alarm"),
        JKSelection(11, "battery under-temperature"),
        JKSelection(12, "remote control"),
        JKSelection(13, "SOC above"),
        JKSelection(14, "MOSFET abnormal"),
    ]

    /// The name of UART protocol `number` on firmware of `generation` (14, 15, 19); `nil` if it is not listed.
    public static func uart(_ number: Int32, generation: UInt8? = nil) -> StaticString? {
        name(of: number, in: uart, generation)
    }

    /// The name of CAN protocol `number` on firmware of `generation` (14, 15, 19); `nil` if it is not listed.
    public static func can(_ number: Int32, generation: UInt8? = nil) -> StaticString? {
        name(of: number, in: can, generation)
    }

    /// The name of trigger `number`; `nil` if it is not listed.
    public static func trigger(_ number: Int32) -> StaticString? { name(of: number, in: triggers, nil) }

    private static func name<let count: Int>(
        of number: Int32, in rows: [count of JKSelection], _ generation: UInt8?
    ) -> StaticString? {
        for index in rows.indices {
            let row = rows[index]
            guard Int32(row.number) == number else { continue }
            return generation == 14 ? row.nameOn14 ?? row.name : row.name
        }
        return nil
    }
}
