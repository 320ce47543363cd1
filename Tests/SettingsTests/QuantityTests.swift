import Settings
import Testing
import YAMLFile

private let spellings: [(text: String, quantity: Quantity, kept: Int64)] = [
    ("100 A", .current, 100_000), ("100A", .current, 100_000), ("0.5 A", .current, 500),
    ("250 mA", .current, 250), ("280 Ah", .capacity, 280_000), ("3.45 V", .voltage, 3_450),
    ("3450 mV", .voltage, 3_450), ("3.450000 V", .voltage, 3_450), ("+3.45  V", .voltage, 3_450),
    ("3 s", .time, 3_000), ("500 ms", .time, 500), ("2 min", .time, 120_000), ("0.001 s", .time, 1),
    ("500 kbit/s", .bitRate, 500_000), ("1 Mbit/s", .bitRate, 1_000_000), ("40 %", .part, 400),
    ("0.5%", .part, 5), ("-10 °C", .temperature, -100), ("-0.5 C", .temperature, -5),
    ("5 A/s", .ramp, 5_000),
]

@Test("a quantity is read exactly, however it is spelled")
func spelled() throws {
    for row in spellings {
        #expect(try row.quantity.parse(row.text) == row.kept, "\(row.text)")
    }
}

@Test("a quantity reads back as it is printed")
func printed() throws {
    for row in spellings {
        let text = row.quantity.text(row.kept)
        #expect(try row.quantity.parse(text) == row.kept, "\(text)")
    }
}

private let refused: [(text: String, error: QuantityError)] = [
    ("", .notANumber), ("V", .notANumber), (".5 V", .notANumber), ("5. V", .notANumber),
    ("1.2.3 V", .notANumber),
    ("- 5 V", .notANumber), ("1e3 V", .unknownUnit), ("0x10 V", .unknownUnit),
    ("3", .missingUnit(number: "3")),
    ("3,4 V", .decimalComma), ("3 v", .unknownUnit), ("3 V V", .unknownUnit),
    ("0.0001 V", .finerThanResolution),
    ("0.0000000001 V", .finerThanResolution), ("12345678901 V", .tooLarge), ("٣ V", .notANumber),
]

@Test("a text that is no quantity says why")
func unreadable() {
    for row in refused {
        #expect(throws: row.error, "\(row.text)") { try Quantity.voltage.parse(row.text) }
    }
}
