import Testing

@Test("What is not plain YAML is told with its place, its reason and a remedy", arguments: yamlRows)
func badYAML(row: Row) {
    #expect(report(row.text) == row.expected)
}

private let yamlRows: [Row] = [
    Row(
        "a key written twice names the first line",
        "    cells: 16",
        "    cells: 16\n    cells: 16",
        """
        busbar.yaml:13:5: the key 'cells' stands twice; it already stands in line 12; remove one of the two
        """),
    Row(
        "an anchor is refused",
        "capacity: 280 Ah",
        "capacity: &size 280 Ah",
        """
        busbar.yaml:13:15: an anchor ('&name'); a value must stand where it is used, so that whoever reads that line sees it; remove it
        """),
    Row(
        "an alias is refused",
        "capacity: 280 Ah\n    charge_current: 100 A",
        "capacity: &size 280 Ah\n    charge_current: *size",
        """
        busbar.yaml:13:15: an anchor ('&name'); a value must stand where it is used, so that whoever reads that line sees it; remove it
        busbar.yaml:14:21: an alias ('*name'); a value must stand where it is used, so that whoever reads that line sees it; write the value itself
        """),
    Row(
        "a tag is refused",
        "cells: 16",
        "cells: !!int 16",
        """
        busbar.yaml:12:12: a tag ('!name'); the type of a value follows from its key; remove it
        """),
    Row(
        "a tab in the indentation is refused",
        "    baud: 115200",
        "\tbaud: 115200",
        """
        busbar.yaml:4:1: a tab; a tab looks different in every editor, and YAML forbids it in the indentation; replace it by spaces
        """),
    Row(
        "a tab behind a colon is refused and the rest is read",
        "baud: 115200",
        "baud:\t115201",
        """
        busbar.yaml:4:10: a tab; a tab looks different in every editor, and YAML forbids it in the indentation; replace it by spaces
        busbar.yaml:4:11: 'baud' is '115201'; it is one of the usual rates from 1200 to 3000000, without a unit; look it up in the manual of the BMS, often 9600 or 115200
        """),
    Row(
        "a tab in a comment is no matter",
        "baud: 115200",
        "baud: 115200 #\tfast",
        ""),
    Row(
        "wrong indentation is named",
        "    baud: 115200",
        "   baud: 115200",
        """
        busbar.yaml:4:4: this is not YAML: did not find expected key (while parsing a block mapping that begins in line 2); the indentation fits no line above; indent the keys of one block by the same number of spaces
        """),
    Row(
        "a missing colon is named",
        "    baud: 115200",
        "    baud 115200\n    x: 1",
        """
        busbar.yaml:5:5: this is not YAML: could not find expected ':' (while scanning a simple key that begins in line 4); this is neither 'key: value' nor an item of a list; write a colon and a space behind the key
        """),
    Row(
        "an open bracket is named",
        "cells: 16",
        "cells: 16\n    without: [bms_limit",
        """
        busbar.yaml:14:13: this is not YAML: did not find expected ',' or ']' (while parsing a flow sequence that begins in line 13); a bracket is never closed, or a comma is missing; close the bracket, or write the comma
        """),
    Row(
        "an open quote is named",
        "name: A",
        "name: \"A",
        """
        busbar.yaml:30:1: this is not YAML: found unexpected end of stream (while scanning a quoted scalar that begins in line 8); a quote is never closed; close it
        """),
    Row(
        "a character that begins nothing is named",
        "name: A",
        "name: @A",
        """
        busbar.yaml:8:11: this is not YAML: found character that cannot start any token; the character has a meaning of its own in YAML; put the value in quotes
        """),
    Row(
        "a control character is named",
        "name: A",
        "name: A\u{7}",
        """
        busbar.yaml:8:12: this is not YAML: control characters are not allowed; the file is not plain text; remove the character, or check that it is the right file
        """),
    Row(
        "a second document is refused",
        "packs:",
        "---\npacks:",
        """
        busbar.yaml:7:1: a second document begins here ('---'); only one is read; join both into one, or remove this one
        """),
    Row(
        "a key with brackets is refused",
        "links:",
        "[a]: 1\nlinks:",
        """
        busbar.yaml:1:1: a key that is a list; a key is one word; write 'key: value'; put text with brackets in quotes
        """),
    Row(
        "deep nesting is refused",
        "cells: 16",
        "cells: [[[[[[[[[[[[[[16]]]]]]]]]]]]]]",
        """
        busbar.yaml:12:21: values nested more than 12 deep; nothing is nested so deep; check the indentation and the brackets
        """),
]
