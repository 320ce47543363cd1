import Testing

@Test("Values that contradict each other are told at one with the line of the other", arguments: relationRows)
func contradiction(row: Row) {
    #expect(report(row.text) == row.expected)
}

private let relationRows: [Row] = [
    Row(
        "two packs cannot have one address on a link",
        "address: 2",
        "address: 1",
        """
        busbar.yaml:19:14: address 1 of pack 'B'; the pack of line 11 has it on the same link, and both would answer at once; set another address on the pack and write it here
        """),
    Row(
        "two packs cannot have one name",
        "name: B",
        "name: A",
        """
        busbar.yaml:16:11: a second pack 'A'; line 8 has this name already; give each pack a name of its own
        """),
    Row(
        "packs in parallel have equally many cells",
        "capacity: 280 Ah\n    charge_current: 100 A\n    discharge_current: 150 A\n  - name: B\n    link: battery\n    driver: jk-modbus\n    address: 2\n    cells: 16",
        "capacity: 280 Ah\n    charge_current: 100 A\n    discharge_current: 150 A\n  - name: B\n    link: battery\n    driver: jk-modbus\n    address: 2\n    cells: 15",
        """
        busbar.yaml:20:12: pack 'B' has 15 cells; line 12 has 16, and packs in parallel must have equally many; correct one of the two lines; packs that really differ must not be wired together
        """),
    Row(
        "all packs of a link listen or none",
        "address: 2",
        "address: 2\n    listen: true",
        """
        busbar.yaml:20:13: pack 'B' is listened to on link 'battery'; the pack of line 8 on it is not, and a bus has one master; write the same 'listen' for every pack of this link
        """),
    Row(
        "a driver that must ask cannot listen",
        "driver: jk-modbus\n    address: 1",
        "driver: jbd\n    address: 1\n    listen: true",
        """
        busbar.yaml:12:13: pack 'A' is only listened to; jbd must ask to get an answer; write 'listen: false', and make sure that no other master polls
        busbar.yaml:17:5: pack 'B' is polled on link 'battery'; the pack of line 12 on it is not, and a bus has one master; write the same 'listen' for every pack of this link
        """),
    Row(
        "packs that are only listened to on one link speak one protocol",
        "driver: jk-modbus\n    address: 1\n    cells: 16\n    capacity: 280 Ah\n    charge_current: 100 A\n    discharge_current: 150 A\n  - name: B\n    link: battery\n    driver: jk-modbus",
        "driver: jk-modbus\n    address: 1\n    listen: true\n    cells: 16\n    capacity: 280 Ah\n    charge_current: 100 A\n    discharge_current: 150 A\n  - name: B\n    link: battery\n    listen: true\n    driver: other-listener",
        """
        busbar.yaml:20:13: pack 'B' is listened to with driver 'other-listener'; line 10 listens on the same link with 'jk-modbus', and whose answer it is cannot be told; put the packs of one protocol on one link, or write 'listen: false' and let no other master poll
        """),
    Row(
        "shares of all packs are the whole",
        "charge_current: 100 A\n    discharge_current: 150 A\n  - name: B",
        "charge_current: 100 A\n    share: 40 %\n    discharge_current: 150 A\n  - name: B\n    share: 50 %",
        """
        busbar.yaml:18:12: the shares add up to 90 % with those of line 15; every pack has one, so they are the whole current; make them add up to 100 %
        """),
    Row(
        "one share leaves something for the others",
        "cells: 16",
        "cells: 16\n    share: 100 %",
        """
        busbar.yaml:13:12: the shares add up to 100 %; nothing is left for the packs without a share; lower them, or remove them
        """),
    Row(
        "a pack is lost later than it is stale",
        "limits:",
        "limits:\n  lost: 3 s",
        """
        busbar.yaml:28:9: 'lost' is 3 s; it must be above 'fresh', 3 s (the default): a pack cannot be lost while its readings are fresh; change one of the two
        """),
    Row(
        "of two written values the later line is blamed",
        "limits:",
        "limits:\n  lost: 5 s\n  fresh: 6 s",
        """
        busbar.yaml:29:10: 'fresh' is 6 s; it must be below 'lost', 5 s (line 28): a pack cannot be lost while its readings are fresh; change one of the two
        """),
    Row(
        "a cell may not forbid charging below the charge voltage",
        "limits:",
        "limits:\n  absolute_maximum_cell: 3.45 V",
        """
        busbar.yaml:28:26: 'absolute_maximum_cell' is 3.45 V; it must be above 'charge_voltage_per_cell', 3.45 V (the default): a cell that reaches the charge voltage would already forbid charging; change one of the two
        """),
    Row(
        "the charge voltage lies above its floor",
        "limits:",
        "limits:\n  floor_voltage_per_cell: 3.45 V",
        """
        busbar.yaml:28:27: 'floor_voltage_per_cell' is 3.45 V; it must be below 'charge_voltage_per_cell', 3.45 V (the default): the charge voltage may never be sent below its floor; change one of the two
        """),
    Row(
        "the floor lies above the discharge voltage",
        "limits:",
        "limits:\n  discharge_voltage_per_cell: 3.1 V",
        """
        busbar.yaml:28:31: 'discharge_voltage_per_cell' is 3.1 V; it must be below 'floor_voltage_per_cell', 3 V (the default): the inverter would be told to charge to less than it may discharge to; change one of the two
        """),
    Row(
        "the charge voltage can be reached",
        "limits:",
        "limits:\n  charge_voltage_per_cell: 3.55 V",
        """
        busbar.yaml:28:28: 'charge_voltage_per_cell' is 3.55 V; 'highest_cell' (the default) allows no current there, so that it is never reached; lower the voltage, or move the curve
        """),
    Row(
        "a start does not wait for packs that do not exist",
        "limits:",
        "limits:\n  start_with: 3",
        """
        busbar.yaml:28:15: 'start_with' is 3; from line 8 on there are only 2 packs; write at most 2
        """),
    Row(
        "a pack is polled before its reading is stale",
        "limits:",
        "gateway:\n  poll: 4 s\nlimits:",
        """
        busbar.yaml:28:9: 'poll' is 4 s; with 'fresh' at 3 s (the default) every reading would be stale before the next one; poll more often, or raise 'fresh'
        """),
    Row(
        "a curve rises in its input",
        "limits:",
        "limits:\n  mosfet_temperature: {80 °C: 100 %, 70 °C: 0 %}",
        """
        busbar.yaml:28:38: the point 70 °C of 'mosfet_temperature'; it stands behind 80 °C; order the points so that they rise
        """),
    Row(
        "a curve falls towards danger",
        "limits:",
        "limits:\n  highest_cell: {3.3 V: 50 %, 3.4 V: 100 %, 3.5 V: 0 %}",
        """
        busbar.yaml:28:38: 'highest_cell' rises to 100 %; towards the dangerous end less must be allowed, not more; check the order of the parts
        """),
    Row(
        "a curve reaches nothing where it is dangerous",
        "limits:",
        "limits:\n  lowest_cell: {2.9 V: 10 %, 3.1 V: 100 %}",
        """
        busbar.yaml:28:24: 'lowest_cell' ends at 2.9 V with 10 %; beyond its end a curve stays where it is, and the current would never stop; add a point with 0 %
        """),
    Row(
        "a curve has at most eight points",
        "limits:",
        "limits:\n  charge_temperature: {0 C: 0 %, 1 C: 5 %, 2 C: 9 %, 3 C: 9 %, 4 C: 9 %, 5 C: 9 %, 6 C: 9 %, 7 C: 9 %, 8 C: 0 %}",
        """
        busbar.yaml:28:104: 'charge_temperature' has 9 points; a curve has at most 8; leave out the least important
        """),
    Row(
        "the points of a curve have units",
        "limits:",
        "limits:\n  mosfet_temperature: {70: 100 %, 80 °C: 1}",
        """
        busbar.yaml:28:24: a point of 'mosfet_temperature' is '70', without a unit; it is a temperature; write '70 °C' or '70 C'
        busbar.yaml:28:42: the part at '80 °C' is '1', without a unit; it is a part; write '1 %'
        """),
    Row(
        "a curve is a mapping",
        "limits:",
        "limits:\n  mosfet_temperature: 80 °C",
        """
        busbar.yaml:28:23: 'mosfet_temperature' is '80 °C'; a curve leads from a temperature to a part; write 1…8 points, as in '{150 °C: 0 %}'
        """),
    Row(
        "a full bank is kept below the charge voltage",
        "limits:",
        "limits:\n  stages:\n    float_voltage_per_cell: 3.46 V",
        """
        busbar.yaml:29:29: 'float_voltage_per_cell' is 3.46 V; it must be below 'charge_voltage_per_cell', 3.45 V (the default): a full bank would be kept at its charge voltage for ever; change one of the two
        """),
    Row(
        "float is not below the floor",
        "limits:",
        "limits:\n  floor_voltage_per_cell: 3.4 V",
        """
        busbar.yaml:28:27: 'floor_voltage_per_cell' is 3.4 V; it must be below 'float_voltage_per_cell', 3.375 V (the default): no charge voltage below its floor is ever sent; change one of the two
        """),
    Row(
        "a bank at float is not charged again at once",
        "limits:",
        "limits:\n  stages: {rebulk_cell: 3.38 V}",
        """
        busbar.yaml:28:25: 'rebulk_cell' is 3.38 V; it must be below 'float_voltage_per_cell', 3.375 V (the default): a bank at float would be charged again at once; change one of the two
        """),
    Row(
        "a bank is charged again before it is empty",
        "limits:",
        "limits:\n  stages: {rebulk_cell: 2.9 V}",
        """
        busbar.yaml:28:25: 'rebulk_cell' is 2.9 V; it must be above 'discharge_voltage_per_cell', 2.9 V (the default): the bank would be empty before it is charged again; change one of the two
        """),
    Row(
        "float does not count as the charge voltage",
        "limits:",
        "limits:\n  stages: {float_voltage_per_cell: 3.44 V,\n    absorption_tolerance: 10 mV}",
        """
        busbar.yaml:29:27: 'absorption_tolerance' is 0.01 V (line 29); a bank at 'float_voltage_per_cell', 3.44 V (line 28), would count as being at 'charge_voltage_per_cell', 3.45 V (the default); set the two voltages further apart, or lower the tolerance
        """),
    Row(
        "a full charge does not end with a reason for the next",
        "limits:",
        "limits:\n  stages: {absorption_spread: 80 mV}",
        """
        busbar.yaml:28:31: 'absorption_spread' is 0.08 V; it must be below 'rebulk_spread', 0.08 V (the default): a full charge would end with a reason to begin the next; change one of the two
        """),
    Row(
        "patience does not end before the time of absorption",
        "limits:",
        "limits:\n  stages: {absorption_time: 31 min}",
        """
        busbar.yaml:28:29: 'absorption_time' is 31 min; it must be below 'absorption_patience', 30 min (the default): patience would end before cells that are together have had their time; change one of the two
        """),
    Row(
        "nothing lasts longer than the longest",
        "limits:",
        "limits:\n  stages: {absorption_patience: 5 h}",
        """
        busbar.yaml:28:33: 'absorption_patience' is 5 h; it must be below 'absorption_longest', 4 h (the default): nothing lasts longer than the longest; change one of the two
        """),
    Row(
        "nothing is done before it is told",
        "limits:",
        "limits:\n  supervision: {alarm_after: 61 s}",
        """
        busbar.yaml:28:30: 'alarm_after' is 61 s; it must be below 'act_after', 1 min (the default): nothing is done before it is told; change one of the two
        """),
    Row(
        "a wanted state of charge is not below where charging begins",
        "limits:",
        "limits:\n  stages: {soc_target: 70 %}",
        """
        busbar.yaml:28:24: 'soc_target' is 70 %; it must be above 'rebulk_soc', 80 % (the default): the bank would ask to be charged and refuse it; change one of the two
        """),
    Row(
        "a wish for the morning is not above the wanted state of charge",
        "limits:",
        "limits:\n  stages: {soc_target: 85 %, charge_by: {soc: 90 %, time: 6:00}}",
        """
        busbar.yaml:28:41: 'charge_by' is 90 %; it must be below 'soc_target', 85 % (line 28): charging stops before it; change one of the two
        """),
    Row(
        "a wish is complete",
        "limits:",
        "limits:\n  stages: {charge_by: {soc: 90 %, tiem: 6:00}}",
        """
        busbar.yaml:28:35: unknown key 'tiem' in charge_by; nothing would ever read it; did you mean 'time'?
        """),
    Row(
        "a section is a mapping",
        "limits:",
        "limits:\n  stages: 3.4 V",
        """
        busbar.yaml:28:11: stages is not a mapping; it is made of 'key: value' lines; write its keys below, indented
        """),
]
