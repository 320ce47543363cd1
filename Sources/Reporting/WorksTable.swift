public import BMSDrivers
public import InverterProfiles

/// What works with what, as Markdown: one table of drivers, one of profiles, made from the tables themselves.
public enum WorksTable {
    /// The two tables.
    ///
    /// - Parameters:
    ///   - drivers: What batteries can speak.
    ///   - profiles: What inverters can speak.
    /// - Returns: Markdown without a line break at the end.
    public static func markdown(drivers: [BMSDriver], profiles: [InverterProfile]) -> String {
        var lines = ["| battery side | id | over | evidence |", "|---|---|---|---|"]
        for sheet in drivers.map(\.sheet) {
            lines.append(
                "| \(sheet.name) | `\(sheet.id)` | serial port or TCP serial server, \(sheet.baud) baud "
                    + "| \(sheet.evidence) |")
        }
        lines += ["", "| inverter side | id | dialects | over | evidence |", "|---|---|---|---|---|"]
        for sheet in profiles.map(\.sheet) {
            let dialects = (0..<Int(sheet.dialectCount)).map { "\(sheet.dialects[$0])" }
            lines.append(
                "| \(sheet.name) | `\(sheet.id)` | \(dialects.joined(separator: ", ")) | \(link(sheet.link)) "
                    + "| \(sheet.evidence) |")
        }
        return lines.joined(separator: "\n")
    }

    private static func link(_ link: ProfileLink) -> String {
        switch link {
        case .serial(let baud): "serial port or TCP serial server, \(baud) baud"
        case .can(let kilobits): "SocketCAN, or SLCAN on a serial port or TCP, \(kilobits) kbit/s"
        }
    }
}
