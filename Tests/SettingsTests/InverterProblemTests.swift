import Settings
import Testing

/// The sound file with two inverters.
private let twoText = soundText.replacing(
    "inverter:\n  link: inverter\n  profile: pylontech-lv-can\n",
    with: """
        inverters:
          - link: inverter
            profile: pylontech-lv-can
            weight: 2
          - link: other
            profile: pylontech-rs485
            address: 18

        """
).replacing("packs:\n", with: "  other:\n    serial: /dev/ttyUSB1\npacks:\n")

@Test("several inverters, each with its weight; a serial one at the rate of its profile")
func severalInverters() throws {
    let settings = try BusbarSettings.read(text: twoText, file: "busbar.yaml", knowing: catalogue)
    #expect(settings.inverters.map(\.profile) == ["pylontech-lv-can", "pylontech-rs485"])
    #expect(settings.inverters.map(\.weight) == [2, 1])
    #expect(settings.inverters.map(\.address) == [nil, 18])
    guard case .serial(let port)? = settings.link(named: "other")?.transport else {
        Issue.record("no serial link")
        return
    }
    #expect(port.baud == 9_600)
    let again = try BusbarSettings.read(
        text: settings.effectiveText, file: "busbar.yaml", knowing: catalogue)
    #expect(again.effectiveText == settings.effectiveText)
    #expect(again.inverters.map(\.weight) == [2, 1] && again.inverters[1].address == 18)
}

private let rows: [(what: String, old: String, new: String, expected: String)] = [
    (
        "two on one link", "link: other\n", "link: inverter\n",
        """
        busbar.yaml:30:11: a second inverter on link 'inverter'; line 27 has one on it already, and both would take the same part; give each inverter a link of its own
        busbar.yaml:31:14: profile 'pylontech-rs485' on link 'inverter'; it needs a serial line (serial or tcp), and line 5 opens a CAN bus (socketcan, slcan or slcan_tcp); name a link of the right kind, or another profile
        busbar.yaml:7:3: link 'other' is used by nothing; it would never be read; name it in a pack, the inverter or the shunt, or remove it
        """
    ),
    (
        "an address on CAN", "weight: 2\n", "address: 2\n",
        """
        busbar.yaml:29:14: 'address' is 2; pylontech-lv-can has no addresses; remove it
        """
    ),
    (
        "both ways of writing", "limits:", "inverter:\n  link: inverter\n  profile: sma-can\nlimits:",
        """
        busbar.yaml:33:1: 'inverter' in the file; 'inverters' lists them already; write all of them in 'inverters', or one here
        """
    ),
    (
        "no part at all", "weight: 2", "weight: 0",
        """
        busbar.yaml:29:13: 'weight' is '0'; it is a whole number from 1 to 1000, without a unit; write such a number
        """
    ),
]

@Test("inverters that cannot work are told with their lines", arguments: rows.indices)
func inverterProblem(_ index: Int) {
    let row = rows[index]
    let found = report(twoText.replacing(row.old, with: row.new))
    #expect(
        Set(found.split(separator: "\n")) == Set(row.expected.split(separator: "\n")), "\(row.what): \(found)"
    )
}
