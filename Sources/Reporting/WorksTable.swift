public import BMSDrivers
public import InverterProfiles

/// What works with what, as Markdown: one table of drivers, one of profiles, made from the tables themselves.
public enum WorksTable {
    /// The two tables.
    ///
    /// - Parameters:
    ///   - drivers: What batteries can speak.
    ///   - profiles: What inverters can speak.
    ///   - pages: The folder with the page of each profile, as seen from the file the tables stand in.
    /// - Returns: Markdown without a line break at the end.
    public static func markdown(
        drivers: [BMSDriver], profiles: [InverterProfile], pages: String = "docs/profiles/"
    ) -> String {
        let batteries = drivers.map(\.sheet).map { sheet in
            [
                "\(sheet.name)", "`\(sheet.id)`", Self.link(of: sheet),
                sheet.isExperimental ? "experimental" : "proven", "\(sheet.evidence)",
            ]
        }
        let lines = TextLayout.markdownTable(["battery side", "id", "over", "status", "evidence"], batteries)
        return (lines + [""] + inverters(profiles, pages: pages)).joined(separator: "\n")
    }

    /// The table of profiles.
    static func inverters(_ profiles: [InverterProfile], pages: String) -> [String] {
        let header = ["inverter side", "id", "inverters", "dialects", "over", "status", "evidence"]
        let rows = profiles.map { profile in
            let sheet = ProfileDescription(profile)
            return [
                sheet.name, "[`\(sheet.id)`](\(pages)\(sheet.id).md)", sheet.inverters,
                sheet.dialects.joined(separator: ", "), link(of: profile), sheet.status,
                sheet.evidence,
            ]
        }
        return TextLayout.markdownTable(header, rows)
    }

    private static let canLinks = "SocketCAN, or SLCAN on a serial port or TCP"

    private static func link(of sheet: DriverSheet) -> String {
        switch sheet.wire {
        case .serial: "serial port or TCP serial server, \(sheet.speeds)"
        case .can: "\(canLinks), \(sheet.baud / 1_000) kbit/s"
        }
    }

    private static func link(of profile: InverterProfile) -> String {
        switch profile.sheet.link {
        case .serial(let baud):
            "serial port or TCP serial server, \(baud) baud"
                + (profile.serial?.overTCP.map { "; Modbus TCP, port \($0.tcpPort)" } ?? "")
        case .can(let kilobits): "\(canLinks), \(kilobits) kbit/s"
        }
    }
}
