import Settings
import Testing

/// The sound file with a shunt on a link of its own.
private let shuntText = """
    links:
      battery:
        serial: /dev/ttyUSB0
        baud: 115200
      inverter:
        socketcan: can0
      shunt:
        serial: /dev/ttyUSB1
    packs:
      - name: A
        link: battery
        driver: jk-modbus
        address: 1
        cells: 16
        capacity: 280 Ah
        charge_current: 100 A
        discharge_current: 150 A
    inverter:
      link: inverter
      profile: pylontech-lv-can
    shunt:
      link: shunt
      driver: victron-vedirect
    limits:
      charge_current: 200 A
      discharge_current: 250 A
      soc:
        source: shunt

    """

@Test("a shunt is read, at the speed of its driver, and written back")
func shuntIsRead() throws {
    let settings = try BusbarSettings.read(text: shuntText, file: "busbar.yaml", knowing: catalogue)
    #expect(settings.shunt?.linkName == "shunt")
    #expect(settings.shunt?.driver == "victron-vedirect")
    #expect(
        settings.link(named: "shunt")?.transport
            == .serial(SerialPort(path: "/dev/ttyUSB1", baud: 19_200, format: .eightNoneOne)))
    let effective = settings.effectiveText
    let again = try BusbarSettings.read(text: effective, file: "busbar.yaml", knowing: catalogue)
    #expect(again.effectiveText == effective)
    #expect(again.shunt?.linkName == "shunt" && again.shunt?.driver == "victron-vedirect")
}

private let rows: [Row] = [
    Row(
        "what follows a shunt needs one", "shunt:\n  link: shunt\n  driver: victron-vedirect\n", "",
        """
        busbar.yaml:7:3: link 'shunt' is used by nothing; it would never be read; name it in a pack, the inverter or the shunt, or remove it
        busbar.yaml:25:13: 'source' is 'shunt'; there is no shunt in the file, so that the state of charge would always be that of the BMS; add 'shunt:' with link and driver, or write another source
        """),
    Row(
        "a shunt is not on the link of packs", "  shunt:\n    serial: /dev/ttyUSB1\n", "",
        """
        busbar.yaml:20:9: there is no link 'shunt'; known are: battery, inverter; write one that exists
        """),
    Row(
        "a shunt has a driver that exists", "driver: victron-vedirect", "driver: victron-vedirekt",
        """
        busbar.yaml:23:11: there is no driver of a shunt 'victron-vedirekt'; known are: victron-vedirect; did you mean 'victron-vedirect'?
        """),
    Row(
        "a shunt must be complete", "  driver: victron-vedirect\n", "",
        """
        busbar.yaml:22:3: 'driver' is missing in shunt; every shunt has a language of its own; add the driver, for example 'driver: victron-vedirect'
        """),
    Row(
        "a shunt is no list", "shunt:\n  link: shunt\n  driver: victron-vedirect\n", "shunt: yes\n",
        """
        busbar.yaml:21:8: shunt is not a mapping; it is made of 'key: value' lines; write its keys below, indented
        """),
    Row(
        "a shunt speaks into what packs say", "  link: shunt", "  link: battery",
        """
        busbar.yaml:7:3: link 'shunt' is used by nothing; it would never be read; name it in a pack, the inverter or the shunt, or remove it
        busbar.yaml:22:9: the shunt is on link 'battery'; pack 'A' of line 11 is on it too; wire the shunt to a link of its own
        """),
    Row(
        "a shunt speaks into what the inverter hears", "  link: shunt", "  link: inverter",
        """
        busbar.yaml:7:3: link 'shunt' is used by nothing; it would never be read; name it in a pack, the inverter or the shunt, or remove it
        busbar.yaml:22:9: the shunt is on link 'inverter'; the inverter of line 19 is on it too; wire the shunt to a link of its own
        """),
    Row(
        "a shunt is on a serial line", "serial: /dev/ttyUSB1", "socketcan: can1",
        """
        busbar.yaml:22:9: driver 'victron-vedirect' on link 'shunt'; it needs a serial line (serial or tcp), and line 7 opens a CAN bus (socketcan, slcan or slcan_tcp); name a link of the right kind
        """),
]

@Test("a shunt that cannot work is told with its line", arguments: rows)
func shuntProblem(row: Row) {
    guard let place = shuntText.firstRange(of: row.old) else {
        Issue.record("the file has no \(row.old)")
        return
    }
    #expect(report(shuntText.replacingCharacters(in: place, with: row.new)) == row.expected)
}
