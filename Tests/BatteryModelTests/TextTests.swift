import BatteryModel
import TestSupport
import Testing

/// Short texts from a bus.
@Suite struct TextTests {
    struct Row: Sendable {
        var field: String
        var text: String
    }

    static let rows: [Row] = [
        Row(field: "", text: ""),
        Row(field: "00 41 42", text: ""),
        Row(field: "4A 4B 00 42", text: "JK"),
        Row(field: "20 20 4A 20 4B 20 20", text: "J K"),
        Row(field: "4A 20 00 20 4B", text: "J"),
        Row(field: "20 20 20", text: ""),
        Row(field: "20 00 4A", text: ""),
        Row(field: "4A 1B 5B 7F 80 FF 0A", text: "J?[????"),
        Row(field: "20 7E 21", text: "~!"),
        Row(
            field:
                "20 31 32 33 34 35 36 37 38 39 30 31 32 33 34 35 36 37 38 39 30 31 32 33 34 35 36 37 38 39 30 31 32 33",
            text: "12345678901234567890123456789012"),
    ]

    @Test(arguments: rows)
    func `a field ends at its first zero, loses its outer spaces and shows what is not printable as ?`(
        row: Row
    ) {
        #expect(string(ASCIIText(padded: hex(row.field).span)) == row.text)
    }

    @Test func `a literal is cut off at the capacity`() {
        #expect(string(ASCIIText("JK_PB2A16S20P")) == "JK_PB2A16S20P")
        #expect(
            string(ASCIIText("12345678901234567890123456789012XYZ")) == "12345678901234567890123456789012")
    }

    @Test func `one character too many is left out`() {
        var text = ASCIIText()
        for index in 0..<40 { text.append(0x41 + UInt8(index % 26)) }
        #expect(string(text) == "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEF")
    }

    @Test func `texts are equal if their characters are`() {
        let field = hex("4A 4B 20 00 99")
        #expect(ASCIIText(padded: field.span) == ASCIIText("JK"))
        #expect(ASCIIText("JK") != ASCIIText("JL"))
        #expect(ASCIIText("JK") != ASCIIText("JKB"))
    }

    @Test func `a prefix is found at the beginning only`() {
        let text = ASCIIText("15.10")
        #expect(text.hasPrefix("15.") && text.hasPrefix("") && text.hasPrefix("15.10"))
        #expect(!text.hasPrefix("5.") && !text.hasPrefix("15.11") && !text.hasPrefix("15.100"))
    }

    private func string(_ text: ASCIIText) -> String {
        String(decoding: (0..<text.count).map { text[$0] }, as: UTF8.self)
    }
}
