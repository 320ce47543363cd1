import BMSDrivers
import BatteryModel
import ChargeControl
import Detection
import Gateway
import Reporting
import Settings

/// The settings file that fits what was found; what cannot be known is marked.
struct ScanConfiguration {
    var ports: [ScannedPort]
    /// The CAN interface of this machine, if there is one.
    var can: String?

    var lines: [String] {
        var lines = ["links:"]
        for (index, port) in ports.enumerated() {
            lines += ["  \(Self.link(index)):"] + Self.place(port)
        }
        lines += [
            "  inverter:", "    socketcan: \(can ?? unusedInterface)    # CHANGE: the link to the inverter",
            "",
            "packs:",
        ]
        var number = 0
        for (index, port) in ports.enumerated() {
            for found in port.found {
                lines += Self.pack(found, name: Self.name(number), link: Self.link(index))
                number += 1
            }
        }
        lines += [
            "", "inverters:", "  - link: inverter",
            "    profile: pylontech-lv-can    # CHANGE: 'busbar profiles'",
        ]
        return lines + [
            "", "limits:",
            "  charge_current: 20 A       # CHANGE: busbars, main fuse, cables to the inverter",
            "  discharge_current: 20 A    # CHANGE",
        ]
    }

    /// A name that no link of packs has.
    private var unusedInterface: String { ports.contains { $0.path == "can0" } ? "can1" : "can0" }

    /// Where the packs of a port are found, and how fast they speak.
    private static func place(_ port: ScannedPort) -> [String] {
        let speed = port.found.first?.baud
        switch port.kind {
        case .serial:
            return ["    serial: \(LinkArgument.quoted(port.path))"]
                + (speed.map { ["    baud: \($0)"] } ?? [])
        case .adapter:
            return ["    slcan: \(LinkArgument.quoted(port.path))"]
                + (speed.map { ["    bitrate: \($0 / 1_000) kbit/s"] } ?? [])
        case .interface: return ["    socketcan: \(port.path)"]
        }
    }

    private static func link(_ index: Int) -> String { index == 0 ? "battery" : "battery\(index + 1)" }

    private static func name(_ number: Int) -> String {
        number < 26 ? String(UnicodeScalar(UInt8(65 + number))) : "P\(number + 1)"
    }

    private static func driver(_ driver: BMSDriver) -> String {
        let doubt = driver.sheet.isExperimental ? "    # experimental: compare with the BMS's own app" : ""
        return "    driver: \(driver.sheet.id)\(doubt)"
    }

    private static func pack(_ found: LineScan.Found, name: String, link: String) -> [String] {
        let capacity = found.reading[.designCapacity] ?? found.reading[.fullCapacity]
        let ampHours = capacity.map { Int($0.value) / 1_000 }.flatMap { $0 > 0 ? $0 : nil }
        var lines = [
            "  - name: \(name)", "    link: \(link)", driver(found.driver),
            "    address: \(found.address)",
            "    cells: \(found.cells ?? 16)\(found.cells == nil ? "    # CHANGE" : "")",
            "    capacity: \(ampHours ?? 100) Ah\(ampHours == nil ? "    # CHANGE" : "")",
            "    charge_current: 20 A       # CHANGE: what cells, cables and fuse of this pack may carry",
            "    discharge_current: 20 A    # CHANGE",
        ]
        let lacking = DeviceCatalogue.words(of: found.driver.absent)
        if !lacking.isEmpty {
            lines.append("    without: [\(lacking.joined(separator: ", "))]    # never reported by this BMS")
        }
        return lines
    }
}
