import Settings
import Testing
import YAMLFile

/// The devices of the other tests, and one more driver on CAN.
private let devices: DeviceCatalogue = {
    var devices = catalogue
    devices.drivers.append(
        .init(
            id: "other-can-bms", addresses: 0...15, linkKinds: [.can], defaultBaud: 115_200,
            usualBitrateKbitPerSecond: 250))
    return devices
}()

private let text = """
    links:
      battery:
        slcan: /dev/ttyACM0
      inverter:
        socketcan: can0
    packs:
      - name: A
        link: battery
        driver: can-bms
        address: 0
        cells: 16
        capacity: 280 Ah
        charge_current: 100 A
        discharge_current: 150 A
      - name: B
        link: battery
        driver: can-bms
        address: 1
        cells: 16
        capacity: 280 Ah
        charge_current: 100 A
        discharge_current: 150 A
    inverter:
      link: inverter
      profile: pylontech-lv-can
    limits:
      charge_current: 200 A
      discharge_current: 250 A

    """

@Test(
    "packs on CAN are at the usual bit rate of their driver, or at the one that is written",
    arguments: [("", 250_000), ("    bitrate: 500 kbit/s\n", 500_000)])
func bitRateOfPacks(line: String, bitsPerSecond: Int) throws {
    let place = try #require(text.firstRange(of: "  inverter:\n    socketcan"))
    let written = text.replacingCharacters(in: place, with: line + "  inverter:\n    socketcan")
    let settings = try BusbarSettings.read(text: written, file: "busbar.yaml", knowing: catalogue)
    let port = SerialPort(path: "/dev/ttyACM0", baud: 115_200, format: .eightNoneOne)
    #expect(settings.link(named: "battery")?.transport == .slcan(port, bitsPerSecond: bitsPerSecond))
    #expect(settings.packs.map(\.address) == [0, 1])
}

private let rows: [Row] = [
    Row(
        "a driver of serial lines is not on CAN", "driver: can-bms", "driver: jk-modbus",
        """
        busbar.yaml:8:11: driver 'jk-modbus' on link 'battery'; it needs a serial line (serial or tcp), and line 2 opens a CAN bus (socketcan, slcan or slcan_tcp); name a link of the right kind
        """),
    Row(
        "a driver of CAN is not on a serial line", "slcan: /dev/ttyACM0", "serial: /dev/ttyACM0",
        """
        busbar.yaml:8:11: driver 'can-bms' on link 'battery'; it needs a CAN bus (socketcan, slcan or slcan_tcp), and line 2 opens a serial line (serial or tcp); name a link of the right kind
        busbar.yaml:16:11: driver 'can-bms' on link 'battery'; it needs a CAN bus (socketcan, slcan or slcan_tcp), and line 2 opens a serial line (serial or tcp); name a link of the right kind
        """),
    Row(
        "a CAN bus of packs has one protocol", "driver: can-bms", "driver: other-can-bms",
        """
        busbar.yaml:17:13: pack 'B' on link 'battery' is read by 'can-bms'; the pack of line 9 on it is read by 'other-can-bms', and a CAN bus of packs has one protocol; give packs of another kind a link of their own
        """),
    Row(
        "addresses are those of the driver", "address: 0", "address: 8",
        """
        busbar.yaml:10:14: address 8 of pack 'A'; can-bms has addresses 0…7; write the address the pack is set to
        """),
    Row(
        "two packs have two addresses", "address: 0", "address: 1",
        """
        busbar.yaml:18:14: address 1 of pack 'B'; the pack of line 10 has it on the same link, and both would answer at once; set another address on the pack and write it here
        """),
    Row(
        "a BMS that tells single cells is not without them", "driver: can-bms\n",
        "driver: can-bms\n    without: [single_cells]\n",
        """
        busbar.yaml:10:15: 'single_cells' in 'without' of pack 'A'; can-bms reports them, and the control watches each; remove it; it is for batteries that report none and tell limits of their own
        """),
    Row(
        "the inverter is on another bus than the packs", "link: inverter", "link: battery",
        """
        busbar.yaml:4:3: link 'inverter' is used by nothing; it would never be read; name it in a pack, the inverter or the shunt, or remove it
        busbar.yaml:24:9: the inverter is on link 'battery'; pack 'A' of line 8 is read over it; wire the inverter to a link of its own
        """),
]

@Test("what packs on CAN need", arguments: rows)
func canPackProblems(row: Row) throws {
    let place = try #require(text.firstRange(of: row.old))
    #expect(report(text.replacingCharacters(in: place, with: row.new), knowing: devices) == row.expected)
}
