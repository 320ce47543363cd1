import Testing

@Test("A value that cannot stand is told with its place, its reason and a remedy", arguments: schemaRows)
func badValue(row: Row) {
    #expect(report(row.text) == row.expected)
}

private let schemaRows: [Row] = [
    Row(
        "an unknown key names the nearest known one",
        "capacity: 280 Ah",
        "capacty: 280 Ah",
        """
        busbar.yaml:13:5: unknown key 'capacty' in pack 1; nothing would ever read it; did you mean 'capacity'?
        """),
    Row(
        "a key of the wrong section lists the known ones",
        "  link: inverter\n  profile",
        "  link: inverter\n  colour: red\n  profile",
        """
        busbar.yaml:26:3: unknown key 'colour' in inverter; nothing would ever read it; remove it; known here: link, profile, dialect, padding, period, keep_alive, address, weight, reads_only
        """),
    Row(
        "a keep-alive is a time or none",
        "  link: inverter\n  profile",
        "  link: inverter\n  keep_alive: never\n  profile",
        """
        busbar.yaml:26:15: 'keep_alive' is 'never'; it is a time, or 'none' for an inverter that never says anything; write for example '10 s'
        """),
    Row(
        "a keep-alive of less than two seconds would be an alarm in every pause",
        "  link: inverter\n  profile",
        "  link: inverter\n  keep_alive: 1 s\n  profile",
        """
        busbar.yaml:26:15: 'keep_alive' is '1 s'; it must lie between 2 s and 600 s; write a value between the two
        """),
    Row(
        "an unknown section names the nearest known one",
        "limits:",
        "limit:",
        """
        busbar.yaml:27:1: unknown key 'limit' in the file; nothing would ever read it; did you mean 'limits'?
        """),
    Row(
        "a dash for an underscore is recognised",
        "  discharge_current: 250 A",
        "  discharge-current: 250 A",
        """
        busbar.yaml:29:3: unknown key 'discharge-current' in limits; nothing would ever read it; did you mean 'discharge_current'?
        """),
    Row(
        "a bare number says which unit to write",
        "charge_current: 100 A",
        "charge_current: 100",
        """
        busbar.yaml:14:21: 'charge_current' is '100', without a unit; it is a current; write '100 A' or '100 mA'
        """),
    Row(
        "a bare voltage says which unit to write",
        "limits:",
        "limits:\n  charge_voltage_per_cell: 3450",
        """
        busbar.yaml:28:28: 'charge_voltage_per_cell' is '3450', without a unit; it is a voltage; write '3450 V' or '3450 mV'
        """),
    Row(
        "a wrong unit lists the right ones",
        "capacity: 280 Ah",
        "capacity: 280 kWh",
        """
        busbar.yaml:13:15: 'capacity' is '280 kWh'; a capacity has another unit; write one of: Ah, mAh
        """),
    Row(
        "a unit in the wrong case is refused",
        "limits:",
        "limits:\n  ramp: 5 a/s",
        """
        busbar.yaml:28:9: 'ramp' is '5 a/s'; a ramp has another unit; write one of: A/s, mA/s
        """),
    Row(
        "a decimal comma is named",
        "limits:",
        "limits:\n  charge_voltage_per_cell: 3,45 V",
        """
        busbar.yaml:28:28: 'charge_voltage_per_cell' is '3,45 V'; a comma parts the items of a list; write a decimal point
        """),
    Row(
        "a step that cannot be kept is refused",
        "limits:",
        "limits:\n  charge_voltage_per_cell: 3.4505 V",
        """
        busbar.yaml:28:28: 'charge_voltage_per_cell' is '3.4505 V'; steps below 1 mV are not kept; round it
        """),
    Row(
        "a word in place of a quantity shows an example",
        "capacity: 280 Ah",
        "capacity: big",
        """
        busbar.yaml:13:15: 'capacity' is 'big'; it is a capacity; write a number and its unit, for example '1 Ah'
        """),
    Row(
        "a value outside its bounds shows the bounds",
        "limits:",
        "limits:\n  fresh: 20 s",
        """
        busbar.yaml:28:10: 'fresh' is '20 s'; it must lie between 1 s and 10 s; write a value between the two
        """),
    Row(
        "a time below its bounds is refused even if it fits the others",
        "limits:",
        "limits:\n  fresh: 1 s\n  lost: 2 s",
        """
        busbar.yaml:29:9: 'lost' is '2 s'; it must lie between 3 s and 30 s; write a value between the two
        """),
    Row(
        "a negative current is refused",
        "charge_current: 200 A",
        "charge_current: -5 A",
        """
        busbar.yaml:28:19: 'charge_current' is '-5 A'; it must lie between 0.1 A and 5000 A; write a value between the two
        """),
    Row(
        "a number too long to hold is refused",
        "capacity: 280 Ah",
        "capacity: 99999999999999999999 Ah",
        """
        busbar.yaml:13:15: 'capacity' is '99999999999999999999 Ah'; it must lie between 1 Ah and 5000 Ah; write a value between the two
        """),
    Row(
        "a voltage outside the window of the chemistry is refused",
        "limits:",
        "limits:\n  chemistry: lto\n  charge_voltage_per_cell: 3.45 V",
        """
        busbar.yaml:29:28: 'charge_voltage_per_cell' is '3.45 V'; it must lie between 1.7 V and 2.85 V; write a value between the two
        """),
    Row(
        "no is not a truth value",
        "address: 1",
        "address: 1\n    listen: no",
        """
        busbar.yaml:12:13: 'listen' is 'no'; it is either on or off; write true or false
        """),
    Row(
        "an unknown word names the nearest known one",
        "limits:",
        "limits:\n  chemistry: lpf",
        """
        busbar.yaml:28:14: 'chemistry' is 'lpf'; known are: lfp, nmc, lto; did you mean 'lfp'?
        """),
    Row(
        "an unknown alarm policy lists the known ones",
        "limits:",
        "limits:\n  alarm_policy: never",
        """
        busbar.yaml:28:17: 'alarm_policy' is 'never'; known are: any_pack, all_packs; write one of them
        """),
    Row(
        "a read mode the driver lacks is refused",
        "driver: jk-modbus\n    address: 1",
        "driver: jbd\n    read: registers\n    address: 1",
        """
        busbar.yaml:11:11: 'read' is 'registers'; jbd has no such way to read a pack; remove it
        """),
    Row(
        "a key without a value is refused",
        "capacity: 280 Ah",
        "capacity:",
        """
        busbar.yaml:13:5: 'capacity' of pack 1 has no value; nothing stands behind its colon; write a value, or remove the key
        """),
    Row(
        "a list where one value is expected is refused",
        "capacity: 280 Ah",
        "capacity: [280 Ah]",
        """
        busbar.yaml:13:15: 'capacity' of pack 1 is a list; one value is expected; write a single value
        """),
    Row(
        "a scalar where a mapping is expected is refused",
        "inverter:\n  link: inverter\n  profile: pylontech-lv-can",
        "inverter: pylontech-lv-can",
        """
        busbar.yaml:24:11: inverter is not a mapping; it is made of 'key: value' lines; write its keys below, indented
        """),
    Row(
        "a mapping where a list is expected is refused",
        "  - name: A\n",
        "  - name: A\n    without: mosfet_temperature\n",
        """
        busbar.yaml:9:14: 'without' of pack 1 is not a list; it can have several items; begin each item with '- '
        """),
    Row(
        "an unknown absent source names the nearest one",
        "cells: 16",
        "cells: 16\n    without: [mosfet_temp]",
        """
        busbar.yaml:13:15: an item of 'without' is 'mosfet_temp'; known are: mosfet_temperature, cell_temperature, bms_limit, switch_state, alarms, single_cells; did you mean 'mosfet_temperature'?
        """),
    Row(
        "an absent source named twice is refused",
        "cells: 16",
        "cells: 16\n    without: [bms_limit, bms_limit]",
        """
        busbar.yaml:13:26: 'bms_limit' stands twice in 'without'; once is enough; remove one
        """),
    Row(
        "a number of cells out of range is refused",
        "cells: 16",
        "cells: 3",
        """
        busbar.yaml:12:12: 'cells' is '3'; it is a whole number from 4 to 32, without a unit; write such a number
        """),
    Row(
        "an address that is no number is refused",
        "address: 1",
        "address: one",
        """
        busbar.yaml:11:14: 'address' is 'one'; it is a whole number from 0 to 255, without a unit; write it as the switches of the pack say
        """),
    Row(
        "an address outside the range of the driver is refused",
        "address: 2",
        "address: 16",
        """
        busbar.yaml:19:14: address 16 of pack 'B'; jk-modbus has addresses 0…15; write the address the pack is set to
        """),
    Row(
        "a missing key of a pack is named",
        "    capacity: 280 Ah\n",
        "",
        """
        busbar.yaml:8:5: 'capacity' is missing in pack 1; the share of the current depends on it; add it, for example 'capacity: 280 Ah'
        """),
    Row(
        "the current of the bank is mandatory",
        "  charge_current: 200 A\n",
        "",
        """
        busbar.yaml:28:3: 'charge_current' is missing in limits; no current is allowed without it; add the most the bank, its cables and its fuses may carry, for example 'charge_current: 100 A'
        """),
    Row(
        "a name with a slash is refused",
        "name: A",
        "name: A/B",
        """
        busbar.yaml:8:11: 'A/B' as the name of a pack; a name is 1…32 letters, digits, spaces, '_', '-' or '.'; choose a simpler name
        """),
]
