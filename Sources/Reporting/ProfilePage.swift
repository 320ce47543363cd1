public import InverterProfiles

/// The pages of the documentation that are made from the tables of the profiles.
public enum ProfilePage {
    /// What stands on top of every page.
    private static let origin = """
        <!-- Made from the table of the profile by Scripts/profile-pages; what is changed here by hand is lost. -->
        """

    /// The page of one profile: everything its sheet says.
    ///
    /// - Parameter profile: The protocol.
    /// - Returns: Markdown, with a line break at the end.
    public static func markdown(for profile: InverterProfile) -> String {
        let sheet = ProfileDescription(profile)
        var lines = [origin, "", "# \(sheet.name)", ""]
        lines += TextLayout.markdownTable(["what", "how"], sheet.facts.map { [$0.name, $0.text] })
        lines += [
            "",
            "`busbar profiles \(sheet.id)` shows the same, `busbar dbc \(sheet.id)` writes the frames as a DBC file.",
            "", "## Frames", "",
            "\"every\" is how often a frame is sent; \"required\" ones hold back the whole set while a",
            "value for them is not known.", "",
        ]
        lines += TextLayout.markdownTable(ProfileDescription.Frame.header, sheet.frames.map(\.columns))
        lines += [
            "", "## Signals", "",
            "Bytes count from 0, bit 0 is the least significant of its byte. A number is the raw one times its",
            "step plus its offset; \"n/a\" is the raw code for \"not available\".",
        ]
        for frame in sheet.frames {
            lines += ["", "### \(frame.identifier) \(frame.name)", ""]
            let rows = frame.signals.map { $0.columns(sheet.dialects) }
            lines += rows.isEmpty ? ["No data."] : TextLayout.markdownTable(SignalSheet.header, rows)
        }
        lines += [
            "", "## Alarms that the inverter cannot be told", "",
            "Busbar shows them to people; the protocol has no bit for them\(sheet.inFirstDialect).", "",
        ]
        lines += sheet.hiddenAlarms.map { "- \($0.level): \($0.words)" }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The list of all pages.
    ///
    /// - Parameter profiles: The protocols.
    /// - Returns: Markdown, with a line break at the end.
    public static func index(of profiles: [InverterProfile]) -> String {
        let lines = [
            origin, "", "# Inverter profiles", "",
            "One page for each protocol that Busbar speaks to inverters, made from the table that encodes and decodes",
            "its frames. \"Experimental\" means: \(Wording.notProven). How to add one:",
            "[adding-a-protocol.md](../adding-a-protocol.md).", "",
        ]
        return (lines + WorksTable.inverters(profiles, pages: "")).joined(separator: "\n") + "\n"
    }
}
