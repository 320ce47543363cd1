import BatteryModel
import BusDiagnosis
import InverterProfiles
import Testing

@Suite("A BMS that is said to be there")
struct NamedBMSTests {
    /// What is said about a BMS that sends something else than the inverter wants.
    struct Row {
        var bms: String, inverter: String
        /// The entry of its menu that would do.
        var menu: String?
        /// What the likeliest cause begins with.
        var cause: String
    }

    private static let rows = [
        Row(
            bms: "jk-modbus", inverter: "sma-lv-can", menu: "CAN 009 SMA",
            cause: "another protocol is selected"),
        Row(bms: "jk-modbus", inverter: "growatt-lv-can", menu: "CAN 003 Growatt", cause: "another protocol"),
        Row(bms: "jk-modbus", inverter: "samsung-sdi-can", menu: nil, cause: "the named BMS does not have"),
        Row(bms: "seplos-v2", inverter: "samsung-sdi-can", menu: nil, cause: "another protocol is selected"),
    ]

    @Test("is told which entry of its menu the inverter wants, or that it has none")
    func menus() throws {
        for row in Self.rows {
            var options = Speech.named(row.inverter).expectation
            options.expectedDriver = Fault.driver(row.bms)
            let account = CANDiagnosis.account(
                of: Bench(speech: .named("pylontech-lv-can")).passing(), options)
            let finding = try #require(account.findings.first)
            #expect("\(finding.sheet.id)" == "wrong-protocol")
            let menus = finding.facts.filter { "\($0.label)" == "to be chosen at the named BMS" }.map(\.value)
            #expect(menus == row.menu.map { [.text(ASCIIText(text: $0))] } ?? [], "\(row)")
            #expect("\(finding.sheet.causes[0].text)".hasPrefix(row.cause), "\(row)")
        }
    }

    @Test("has its own protocols preferred where frames fit several")
    func preferred() throws {
        let frames = Bench(speech: .named("goodwe-lv-can")).passing()
        let plain = try #require(CANDiagnosis.account(of: frames).best)
        let named = try #require(
            CANDiagnosis.account(of: frames, DiagnosisOptions(expectedDriver: Fault.driver("pylontech"))).best
        )
        #expect("\(plain.id)" == "goodwe-lv-can")
        #expect("\(named.id)" == "pylontech-lv-can")
        #expect(named.reasons.contains { "\($0.label)" == "the named BMS can be set to it" })
    }
}

extension ASCIIText {
    /// The characters of a text.
    fileprivate init(text: String) {
        self.init()
        for byte in text.utf8 { append(byte) }
    }
}
