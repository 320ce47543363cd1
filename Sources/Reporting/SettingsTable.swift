import BatteryModel

/// Draws a settings document as lines for a terminal, or for a pipe.
public struct SettingsTable: Sendable {
    /// How many columns there are; sentences are wrapped.
    public var columns: Int

    /// Makes a view.
    public init(columns: Int = 100) {
        self.columns = columns
    }

    /// What every pack is set to; `pack` shows one of them alone.
    public func lines(_ document: SettingsDocument, pack: String? = nil) -> [String] {
        let shown = document.packs.filter { pack == nil || $0.name == pack }
        let lines = shown.enumerated().flatMap { ($0 == 0 ? [] : [""]) + self.lines($1) }
        guard let write = document.write, shown.contains(where: { $0.name == write.pack }) else {
            return lines
        }
        return lines + ["", "last written: \(TerminalText.tame(write.words))"]
    }

    private func lines(_ pack: SettingsDocument.Pack) -> [String] {
        let title =
            "Pack \(TerminalText.tame(pack.name))   \(pack.driver)"
            + (pack.isWritable ? "   settings may be written" : "")
        guard !pack.settings.isEmpty else { return [title, "  nothing has been read of what it is set to"] }
        let rows = pack.settings.map { row in
            [
                row.name, row.text, row.configured ?? "", row.lowest == nil ? "" : "yes",
                Wording.time(.milliseconds(Int64(row.ageSeconds * 1_000))) + " ago",
            ].map(TerminalText.tame)
        }
        return [title]
            + TextLayout.table(["setting", "BMS", "configuration", "writable", "read"], rows, indent: 2)
            + pack.contradictions.flatMap(lines)
    }

    private func lines(_ finding: SettingsDocument.Finding) -> [String] {
        let text = TerminalText.tame("\(finding.words); \(finding.remedy)")
        return TextLayout.wrapped(text, width: max(columns - 12, 40)).enumerated().map {
            "  " + TextLayout.padded($0 == 0 ? "\(finding.level):" : "", 9) + $1
        }
    }
}
