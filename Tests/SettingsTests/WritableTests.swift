import Settings
import Testing
import YAMLFile

@Suite("Settings of a BMS that may be written")
struct WritableTests {
    private func text(_ addition: String, driver: String = "jk-modbus") -> String {
        soundText.replacing(
            "      - name: A\n        link: battery\n        driver: jk-modbus\n".outdented,
            with: "      - name: A\n        link: battery\n        driver: \(driver)\n\(addition)".outdented,
            maxReplacements: 1)
    }

    @Test("nothing may be written unless the pack says so")
    func byDefault() throws {
        #expect(try read(soundText).packs.map(\.settingsWritable) == [false, false])
        let allowed = try read(text("        settings_writable: true\n"))
        #expect(allowed.packs.map(\.settingsWritable) == [true, false])
        #expect(allowed.effectiveText.contains("settings_writable: true"))
        #expect(try read(allowed.effectiveText).packs.map(\.settingsWritable) == [true, false])
    }

    @Test("a driver that can write none is told")
    func cannot() {
        let problems = report(text("        settings_writable: true\n", driver: "jbd"))
        #expect(
            problems.contains(
                """
                busbar.yaml:11:24: settings of pack 'A' may be written; jbd has no proven way to write one; jk-modbus \
                has; remove 'settings_writable'
                """))
    }

    @Test("a pack that is only listened to cannot be written to")
    func listening() {
        let listening = text("        settings_writable: true\n        listen: true\n")
        #expect(
            report(listening).contains(
                """
                busbar.yaml:11:24: settings of pack 'A' may be written; the pack is only listened to, and two masters \
                must not talk on one line; remove 'settings_writable', or take the other master off the line
                """))
    }
}

private func read(_ text: String) throws(SettingsProblems) -> BusbarSettings {
    try BusbarSettings.read(text: text, file: "busbar.yaml", knowing: catalogue)
}

extension String {
    /// The lines as they stand in ``soundText``, which is indented less than this file.
    fileprivate var outdented: String {
        split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.hasPrefix("    ") ? String(line.dropFirst(4)) : String(line)
        }.joined(separator: "\n")
    }
}
