import Testing

@Test("A link that cannot work is told with its place, its reason and a remedy", arguments: linkRows)
func badLink(row: Row) {
    #expect(report(row.text) == row.expected)
}

private let linkRows: [Row] = [
    Row(
        "a link runs over exactly one thing",
        "serial: /dev/ttyUSB0",
        "serial: /dev/ttyUSB0\n    tcp: 192.168.1.5:4196",
        """
        busbar.yaml:3:5: link 'battery' has serial and tcp; a link is one wire; write exactly one of: serial, tcp, tcp_listen, socketcan, slcan, slcan_tcp
        """),
    Row(
        "a link runs over something",
        "    socketcan: can0",
        "    bitrate: 500 kbit/s",
        """
        busbar.yaml:6:5: link 'inverter' does not say what it runs over; a link is one wire; write exactly one of: serial, tcp, tcp_listen, socketcan, slcan, slcan_tcp
        """),
    Row(
        "a path begins with a slash",
        "serial: /dev/ttyUSB0",
        "serial: ttyUSB0",
        """
        busbar.yaml:3:13: 'serial' is 'ttyUSB0'; it is the path of a device; write it from '/dev/', best '/dev/serial/by-id/...'
        """),
    Row(
        "a baud rate has no unit",
        "baud: 115200",
        "baud: 115200 baud",
        """
        busbar.yaml:4:11: 'baud' is '115200 baud'; it is one of the usual rates from 1200 to 3000000, without a unit; look it up in the manual of the BMS, often 9600 or 115200
        """),
    Row(
        "a baud rate is a usual one",
        "baud: 115200",
        "baud: 115201",
        """
        busbar.yaml:4:11: 'baud' is '115201'; it is one of the usual rates from 1200 to 3000000, without a unit; look it up in the manual of the BMS, often 9600 or 115200
        """),
    Row(
        "a character format is a usual one",
        "baud: 115200",
        "baud: 115200\n    format: 8X1",
        """
        busbar.yaml:5:13: 'format' is '8X1'; it is data bits, parity and stop bits; write 8N1 unless the manual says otherwise
        """),
    Row(
        "a TCP link needs a port",
        "serial: /dev/ttyUSB0\n    baud: 115200",
        "tcp: 192.168.1.5",
        """
        busbar.yaml:3:10: 'tcp' is '192.168.1.5'; it is a host and a port; write 'host:port', or '[address]:port' for IPv6
        """),
    Row(
        "a port lies below 65536",
        "serial: /dev/ttyUSB0\n    baud: 115200",
        "tcp: 192.168.1.5:70000",
        """
        busbar.yaml:3:10: 'tcp' is '192.168.1.5:70000'; it is a host and a port; write 'host:port', or '[address]:port' for IPv6
        """),
    Row(
        "a TCP link has no baud rate",
        "serial: /dev/ttyUSB0",
        "tcp: 192.168.1.5:4196",
        """
        busbar.yaml:4:5: 'baud' in link 'battery'; the converter sets the line itself; remove it
        """),
    Row(
        "an interface name is short",
        "socketcan: can0",
        "socketcan: a-name-that-is-too-long",
        """
        busbar.yaml:6:16: 'socketcan' is 'a-name-that-is-too-long'; it is the name of a CAN interface, at most 15 characters; write it as 'ip link' shows it
        """),
    Row(
        "a bit rate has a unit",
        "socketcan: can0",
        "socketcan: can0\n    bitrate: 500000",
        """
        busbar.yaml:7:14: 'bitrate' is '500000', without a unit; it is a bit rate; write '500000 kbit/s' or '500000 Mbit/s' or '500000 bit/s'
        """),
    Row(
        "a bit rate is that of the profile",
        "socketcan: can0",
        "socketcan: can0\n    bitrate: 250 kbit/s",
        """
        busbar.yaml:7:14: 'bitrate' is 250 kbit/s; profile 'pylontech-lv-can' of line 27 speaks at 500 kbit/s; write 'bitrate: 500 kbit/s', and set the adapter to it
        """),
    Row(
        "an SLCAN adapter has few bit rates",
        "socketcan: can0",
        "slcan: /dev/ttyACM0\n    bitrate: 83 kbit/s",
        """
        busbar.yaml:7:14: 'bitrate' is 83 kbit/s; an SLCAN adapter cannot be set to it; write one of: 10 kbit/s, 20 kbit/s, 50 kbit/s, 100 kbit/s, 125 kbit/s, 250 kbit/s, 500 kbit/s, 800 kbit/s, 1000 kbit/s
        """),
    Row(
        "a profile must fit its link",
        "profile: pylontech-lv-can",
        "profile: pylontech-rs485",
        """
        busbar.yaml:26:12: profile 'pylontech-rs485' on link 'inverter'; it needs a serial line (serial or tcp), and line 5 opens a CAN bus (socketcan, slcan or slcan_tcp); name a link of the right kind, or another profile
        """),
    Row(
        "a driver must fit its link",
        "driver: jk-modbus",
        "driver: can-bms",
        """
        busbar.yaml:9:11: driver 'can-bms' on link 'battery'; it needs a CAN bus (socketcan, slcan or slcan_tcp), and line 2 opens a serial line (serial or tcp); name a link of the right kind
        """),
    Row(
        "an unknown driver names the nearest one",
        "driver: jk-modbus",
        "driver: jk-modbuz",
        """
        busbar.yaml:10:13: there is no driver 'jk-modbuz'; known are: jk-modbus, jbd, other-listener, can-bms; did you mean 'jk-modbus'?
        """),
    Row(
        "an unknown profile names the nearest one",
        "profile: pylontech-lv-can",
        "profile: pylontech-lv",
        """
        busbar.yaml:26:12: there is no profile 'pylontech-lv'; known are: pylontech-lv-can, sma-can, pylontech-rs485, sunspec-battery; did you mean 'pylontech-lv-can'?
        """),
    Row(
        "an unknown dialect names the known ones",
        "profile: pylontech-lv-can",
        "profile: pylontech-lv-can\n  dialect: v2",
        """
        busbar.yaml:27:12: there is no dialect 'v2'; known are: v1.2, v1.3; write one that exists
        """),
    Row(
        "a dialect of a profile without any is refused",
        "profile: pylontech-lv-can",
        "profile: sma-can\n  dialect: v2",
        """
        busbar.yaml:27:12: 'dialect' is 'v2'; sma-can has none; remove it
        """),
    Row(
        "an unknown link names the nearest one",
        "link: battery",
        "link: batery",
        """
        busbar.yaml:9:11: there is no link 'batery'; known are: battery, inverter; did you mean 'battery'?
        """),
    Row(
        "a link nobody uses is refused",
        "links:",
        "links:\n  spare:\n    socketcan: can1",
        """
        busbar.yaml:2:3: link 'spare' is used by nothing; it would never be read; name it in a pack, the inverter or the shunt, or remove it
        """),
    Row(
        "two links cannot open one device",
        "links:",
        "links:\n  second:\n    serial: /dev/ttyUSB0",
        """
        busbar.yaml:2:3: link 'second' is used by nothing; it would never be read; name it in a pack, the inverter or the shunt, or remove it
        busbar.yaml:5:13: '/dev/ttyUSB0' is opened twice; line 3 already opens it; use one link for everything on this wire
        """),
    Row(
        "packs and inverter cannot share a link",
        "  link: inverter",
        "  link: battery",
        """
        busbar.yaml:5:3: link 'inverter' is used by nothing; it would never be read; name it in a pack, the inverter or the shunt, or remove it
        busbar.yaml:25:9: the inverter is on link 'battery'; pack 'A' of line 9 is read over it; wire the inverter to a link of its own
        """),
]
