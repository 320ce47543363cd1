import ChargeControl
import Settings
import Testing
import YAMLFile

/// The devices of the other tests, and batteries that speak inverter protocols.
private let withSources: DeviceCatalogue = {
    var devices = catalogue
    devices.drivers += [
        .init(
            id: "sma-can", addresses: 0...0, linkKinds: [.can], defaultBaud: 115_200,
            source: .init(
                bitrateKbitPerSecond: 250,
                dialects: [.init(name: "old"), .init(name: "new", missing: ["CVL", "DCL"])])),
        .init(
            id: "pylontech-rs485", addresses: 0...15, linkKinds: [.serial], defaultBaud: 9_600,
            source: .init(dialects: [.init(name: "")])),
        .init(id: "no-cells", addresses: 1...16, defaultBaud: 9_600, absent: .singleCells),
    ]
    devices.obstacle = { source, inverter in
        source.profile == "pylontech-rs485" && inverter.profile == "sma-can" ? "temperature" : nil
    }
    return devices
}()

private let sourceText = """
    links:
      battery:
        slcan: /dev/ttyACM0
      inverter:
        socketcan: can0
    packs:
      - name: A
        link: battery
        driver: sma-can
        cells: 16
        capacity: 280 Ah
        charge_current: 100 A
        discharge_current: 150 A
        without: [alarms]
    inverter:
      link: inverter
      profile: pylontech-lv-can
    limits:
      charge_current: 200 A
      discharge_current: 250 A

    """

@Test("a battery that speaks a profile is a pack without address, without single cells, at its bit rate")
func sourceIsRead() throws {
    let settings = try BusbarSettings.read(text: sourceText, file: "busbar.yaml", knowing: withSources)
    let pack = try #require(settings.packs.first)
    #expect(pack.driver == "sma-can" && pack.address == nil && pack.dialect == nil)
    #expect(pack.control.without.contains(.singleCells) && pack.control.without.contains(.alarms))
    let port = SerialPort(path: "/dev/ttyACM0", baud: 115_200, format: .eightNoneOne)
    #expect(settings.link(named: "battery")?.transport == .slcan(port, bitsPerSecond: 250_000))
    let effective = settings.effectiveText
    let again = try BusbarSettings.read(text: effective, file: "busbar.yaml", knowing: withSources)
    #expect(again.effectiveText == effective)
    #expect(effective.contains("single_cells") && !effective.contains("address"))
}

private let rows: [Row] = [
    Row(
        "a protocol that does not tell everything is refused by name", "driver: sma-can\n",
        "driver: sma-can\n    dialect: new\n",
        """
        busbar.yaml:9:13: 'sma-can' as the source of pack 'A'; a battery does not tell CVL and DCL in it, and without that no current is safe; connect the battery over another of its protocols
        """),
    Row(
        "a dialect exists", "driver: sma-can\n", "driver: sma-can\n    dialect: newer\n",
        """
        busbar.yaml:10:14: there is no dialect 'newer'; known are: old, new; write one that exists
        """),
    Row(
        "a source on CAN has no address", "driver: sma-can\n", "driver: sma-can\n    address: 1\n",
        """
        busbar.yaml:10:14: 'address' is 1; sma-can has no addresses; remove it
        """),
    Row(
        "battery and inverter are on different links", "link: inverter", "link: battery",
        """
        busbar.yaml:4:3: link 'inverter' is used by nothing; it would never be read; name it in a pack, the inverter or the shunt, or remove it
        busbar.yaml:16:9: the inverter is on link 'battery'; pack 'A' of line 8 is read over it; wire the inverter to a link of its own
        """),
    Row(
        "the bit rate is that of the battery", "slcan: /dev/ttyACM0\n",
        "slcan: /dev/ttyACM0\n    bitrate: 500 kbit/s\n",
        """
        busbar.yaml:4:14: 'bitrate' is 500 kbit/s; 'sma-can' of line 10 speaks at 250 kbit/s; write 'bitrate: 250 kbit/s', and set the adapter to it
        """),
    Row(
        "the link is of the right kind", "driver: sma-can", "driver: pylontech-rs485",
        """
        busbar.yaml:8:11: driver 'pylontech-rs485' on link 'battery'; it needs a serial line (serial or tcp), and line 2 opens a CAN bus (socketcan, slcan or slcan_tcp); name a link of the right kind
        """),
]

@Test("what a source needs", arguments: rows)
func sourceProblems(row: Row) {
    guard let place = sourceText.firstRange(of: row.old) else {
        Issue.record("the file has no \(row.old)")
        return
    }
    #expect(problems(sourceText.replacingCharacters(in: place, with: row.new)) == row.expected)
}

private func problems(_ text: String) -> String {
    do throws(SettingsProblems) {
        _ = try BusbarSettings.read(text: text, file: "busbar.yaml", knowing: withSources)
        return ""
    } catch {
        return error.description
    }
}

@Test("a source is alone on its link")
func sourceIsAlone() throws {
    let first = try #require(sourceText.firstRange(of: "  - name: A"))
    let second = """
          - {name: B, link: battery, driver: sma-can, cells: 16, capacity: 280 Ah, charge_current: 100 A,
             discharge_current: 150 A}

        """
    let text = sourceText.replacingCharacters(in: first.lowerBound..<first.lowerBound, with: second)
    #expect(
        problems(text) == """
            busbar.yaml:7:21: pack 'B' is on link 'battery'; pack 'A' of line 9 is on it too, and the two cannot be told apart; give each battery a link of its own
            busbar.yaml:10:11: pack 'A' is on link 'battery'; pack 'B' of line 7 is on it too, and the two cannot be told apart; give each battery a link of its own
            """)
}

@Test("an inverter that needs what the battery never tells is refused, with the signal")
func sourceObstacle() throws {
    var text = sourceText
    for (old, new) in [
        ("driver: sma-can", "driver: pylontech-rs485"), ("slcan: /dev/ttyACM0", "serial: /dev/ttyUSB0"),
        ("profile: pylontech-lv-can", "profile: sma-can"),
    ] {
        text = text.replacingCharacters(in: try #require(text.firstRange(of: old)), with: new)
    }
    #expect(
        problems(text) == """
            busbar.yaml:17:12: profile 'sma-can' for a battery that speaks 'pylontech-rs485'; the inverter needs 'temperature', and pack 'A' of line 7 never tells it; choose another profile of the inverter, or connect the battery over another of its protocols
            """)
}

@Test(
    "a BMS that reports no cells, but limits of its own, is read only if the operator has written that down")
func driverWithoutCells() throws {
    var text = sourceText
    for (old, new) in [
        ("driver: sma-can", "driver: no-cells\n    address: 1"),
        ("slcan: /dev/ttyACM0", "serial: /dev/ttyUSB0"),
    ] {
        text = text.replacingCharacters(in: try #require(text.firstRange(of: old)), with: new)
    }
    #expect(
        problems(text) == """
            busbar.yaml:9:13: pack 'A' is read by 'no-cells'; it never reports single_cells, and the control does not guess; write 'without: [alarms, single_cells]' in the pack; docs/safety.md says what that means
            """)
    let written = "without: [alarms, single_cells]"
    text = text.replacingCharacters(in: try #require(text.firstRange(of: "without: [alarms]")), with: written)
    let settings = try BusbarSettings.read(text: text, file: "busbar.yaml", knowing: withSources)
    #expect(settings.packs.first?.control.without.contains(.singleCells) == true)
}

@Test("a BMS driver has neither a dialect nor limits in the place of its cells")
func noSource() {
    let row = Row(
        "", "driver: jk-modbus\n    address: 1\n",
        "driver: jk-modbus\n    address: 1\n    dialect: v1\n    without: [single_cells]\n", "")
    #expect(
        report(row.text) == """
            busbar.yaml:12:14: 'dialect' is 'v1'; jk-modbus has none; remove it
            busbar.yaml:13:15: 'single_cells' in 'without' of pack 'A'; jk-modbus reports them, and the control watches each; remove it; it is for batteries that report none and tell limits of their own
            """)
}
