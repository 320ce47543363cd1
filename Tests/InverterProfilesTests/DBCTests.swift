import InverterProfiles
import Reporting
import Testing

@Suite("DBC export")
struct DBCTests {
    private let v12 = DBC.text(for: PylontechLV.profile, options: ProfileOptions(padsToEight: false))
    private let v13 = DBC.text(for: PylontechLV.profile, options: ProfileOptions(dialect: 1))

    @Test(
        "has every kind of line",
        arguments: [
            "BU_: Battery Inverter",
            "BO_ 849 limits: 8 Battery",
            "BO_ 853 soc_soh: 4 Battery",
            "BO_ 773 inverter_alive: 8 Inverter",
            " SG_ charge_voltage_limit : 0|16@1+ (0.1,0) [0.1|75] \"V\" Inverter",
            " SG_ charge_current_limit : 16|16@1- (0.1,0) [0|3276.7] \"A\" Inverter",
            " SG_ soc : 0|16@1+ (1,0) [0|100] \"%\" Inverter",
            " SG_ voltage : 0|16@1- (0.01,0) [0|327.67] \"V\" Inverter",
            " SG_ temperature : 32|16@1- (0.1,0) [-50|125] \"degC\" Inverter",
            " SG_ prot_charge_over_current : 8|1@1+ (1,0) [0|1] \"\" Inverter",
            " SG_ min_temperature : 32|16@1+ (1,-273.1) [-50|125] \"degC\" Inverter",
            "CM_ SG_ 857 prot_over_voltage \"protection: cellOverVoltage, packOverVoltage\";",
            "VAL_ 860 charge_enable 0 \"off\" 1 \"on\" ;",
            "BA_ \"GenMsgCycleTime\" BO_ 849 1000;",
        ])
    func line(_ expected: String) {
        #expect(v12.split(separator: "\n").contains { $0 == expected }, "\(v12)")
    }

    @Test("is plain ASCII, as the readers of the format expect")
    func ascii() {
        #expect((v12 + v13).utf8.allSatisfy { $0 < 0x80 })
    }

    @Test("a dialect has its own frames and lengths")
    func dialects() {
        #expect(v13.contains("BO_ 853 soc_soh: 8 Battery"))
        #expect(v13.contains("BO_ 858 alarm_warning_2bit: 8 Battery"))
        #expect(v13.contains("VAL_ 858 alarm_general 0 \"not reported\" 1 \"raised\""))
        #expect(!v13.contains("BO_ 857"))
        #expect(!v12.contains("BO_ 858"))
    }
}
