import BMSDrivers
import BatteryModel
import BusCodec

/// The protocols of inverters, and of other makers, that a BMS can be set to beside its own.
enum BMSDialects {
    /// A BMS, by the drivers that read it.
    struct Row: Sendable {
        /// The ids of the drivers.
        let drivers: [StaticString]
        /// What it can be set to, on CAN and on its serial ports.
        let entries: [Entry]
        /// Whether the list of its protocols is known from end to end, so that what is not in it cannot be its own.
        var isWhole = false
        /// Where we have it from.
        let source: StaticString
    }

    /// A protocol that can be chosen.
    struct Entry: Sendable {
        /// The id of the profile or driver.
        let id: StaticString
        /// How its own menu calls it; `nil` where that is not known.
        var menu: StaticString?
    }

    private static let rows: [Row] = [
        Row(
            drivers: ["jk-modbus"],
            entries: [
                Entry(id: "jk-can", menu: "CAN 000 or 006"), Entry(id: "deye-lv-can", menu: "CAN 001 Deye"),
                Entry(id: "pylontech-lv-can", menu: "CAN 002 Pylontech"),
                Entry(id: "growatt-lv-can", menu: "CAN 003 Growatt"),
                Entry(id: "victron-can", menu: "CAN 004 Victron"),
                Entry(id: "megarevo-lv-can", menu: "CAN 005 MEGAREVO"),
                Entry(id: "seplos-can", menu: "CAN 005 on firmware 14"),
                Entry(id: "goodwe-lv-can", menu: "CAN 008 GoodWe"),
                Entry(id: "sma-lv-can", menu: "CAN 009 SMA"),
                Entry(id: "luxpower-can", menu: "CAN 011 LuxpowerTek"),
                Entry(id: "jk-modbus", menu: "UART 001 or 013"),
                Entry(id: "pace-modbus", menu: "UART 004 PACE"),
                Entry(id: "pylontech-lv-rs485", menu: "UART 005 or 014 Pylontech"),
                Entry(id: "growatt-rs485", menu: "UART 006 Growatt"),
                Entry(id: "voltronic-lib-rs485", menu: "UART 007 Voltronic"),
            ], isWhole: true,
            source: "JK-PB protocol lists of firmware 14, 15 and 19; masks in captured records"),
        Row(
            drivers: ["jk-4e57"], entries: [Entry(id: "jk-can"), Entry(id: "jk-modbus", menu: "001")],
            isWhole: true, source: "JK-B protocol list"),
        Row(
            drivers: ["seplos-v2"],
            entries: [
                Entry(id: "seplos-can"), Entry(id: "pylontech-lv-can"), Entry(id: "sma-lv-can"),
                Entry(id: "sofar-lv-can"),
            ], source: "SEPLOS BMS CAN protocol V1.0; captures of its SMA and Sofar modes"),
        Row(
            drivers: ["jbd-up"], entries: [Entry(id: "victron-can", menu: "Can-Victron"), Entry(id: "jbd")],
            source: "Eco-Worthy and JBD UP16S menus"),
        Row(
            drivers: ["daly", "daly-modbus", "daly-d2", "daly-can"],
            entries: [
                Entry(id: "daly-can"), Entry(id: "daly"), Entry(id: "pylontech-lv-can"),
                Entry(id: "growatt-lv-can"),
            ], source: "Daly wiki: inverter protocols on some boards only"),
        Row(
            drivers: ["pylontech"],
            entries: [Entry(id: "pylontech-lv-can"), Entry(id: "pylontech-lv-rs485")],
            source: "Pylontech US5000 manual"),
        Row(
            drivers: ["pace", "pace-v20", "pace-modbus"],
            entries: [
                Entry(id: "pace-modbus", menu: "PACE_MODBUS"),
                Entry(id: "growatt-rs485", menu: "Growatt_485"),
                Entry(id: "deye-lv-can", menu: "Deye"), Entry(id: "pylontech-lv-can", menu: "Pylon"),
            ], source: "PACE PC tool; GP-PC200B documentation"),
        Row(
            drivers: ["eg4-ll"], entries: [Entry(id: "growatt-lv-can")], source: "EG4-LL manual"),
    ]

    /// The row of the BMS that a driver reads; `nil` if nothing is known of it.
    static func row(of driver: Int?) -> Row? {
        guard let driver, KnownProtocols.drivers.indices.contains(driver) else { return nil }
        let id = SignalName(KnownProtocols.drivers[driver].sheet.id)
        return rows.first { row in row.drivers.contains { SignalName($0) == id } }
    }
}

extension BMSDialects.Row {
    /// What has to be chosen for a protocol; `nil` if the BMS is not known to have it.
    func entry(_ id: StaticString) -> BMSDialects.Entry? {
        entries.first { SignalName($0.id) == SignalName(id) }
    }

    /// Whether the BMS cannot speak any of these.
    func lacks(_ ids: [StaticString]) -> Bool { isWhole && !ids.contains { entry($0) != nil } }
}

extension DiagnosisOptions {
    /// The driver of the BMS that is said to be there; `nil` if nobody has said.
    var driver: Int? {
        expectedDriver.flatMap { KnownProtocols.drivers.indices.contains($0) ? $0 : nil }
    }
}
