import BusCodec
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
            "CM_ SG_ 857 prot_over_voltage \"protection: cell_over_voltage, pack_over_voltage\";",
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

    @Test(
        "bytes in the other order, 29 bits, rare frames, inverted bits and what is only shown are right",
        arguments: [
            (GrowattLV.profile, " SG_ charge_voltage_limit : 7|16@0+ (0.1,0) [0.1|63] \"V\" Inverter"),
            (GrowattLV.profile, " SG_ master_box_mode : 48|2@1+ (1,0) [0|3] \"\" Inverter"),
            (GrowattLV.profile, "CM_ SG_ 785 cell_balance \"always 0x1\";"),
            (GrowattLV.profile, "CM_ SG_ 785 master_box_mode \"shown only\";"),
            (SchneiderLV.profile, "BO_ 2147484449 voltage_limits: 8 Battery"),
            (SchneiderLV.profile, " SG_ max_charge_voltage : 7|32@0+ (0.01,0) [0.1|10000] \"V\" Inverter"),
            (SchneiderLV.profile, "BA_ \"GenMsgCycleTime\" BO_ 2147484449 500;"),
            (SchneiderLV.profile, "BA_ \"GenMsgCycleTime\" BO_ 2147484448 2000;"),
            (SchneiderLV.profile, "BA_ \"GenMsgCycleTime\" BO_ 2147484432 1000;"),
            (SMALV.profile, "BO_ 15 quick_stop: 0 Battery"),
            (MegarevoLV.profile, "VAL_ 2667578115 charge_status_stopped 0 \"on\" 1 \"off\" ;"),
        ])
    func special(profile: InverterProfile, expected: String) {
        let text = DBC.text(for: profile)
        #expect(text.split(separator: "\n").contains { $0 == expected }, "\(text)")
    }

    @Test("a frame without data stands in it with no bytes")
    func empty() {
        var profile = PylontechLV.profile
        let frame = profile.frame
        let count = profile.frameCount
        profile.frameCount += 1
        profile.frame = {
            $0 < count ? frame($0) : FrameRow(0x123, "empty", .fromInverter, lengths: 0, source: "invented")
        }
        #expect(DBC.text(for: profile).contains("BO_ 291 empty: 0 Inverter\n\n"))
    }

    @Test("in every profile and dialect, no bit of a frame has two signals, and none lies outside")
    func layout() {
        for profile in ProfileTable.profiles.indices.map({ ProfileTable.profiles[$0] }) {
            guard case .can = profile.sheet.link else { continue }
            for dialect in 0..<profile.sheet.dialectCount {
                let text = DBC.text(for: profile, options: ProfileOptions(dialect: dialect))
                #expect(Self.problems(in: text) == [], "\(profile.sheet.id) \(dialect)")
            }
        }
    }

    /// Reads the file as others do, as far as the places of signals go.
    private static func problems(in text: String) -> [String] {
        var problems: [String] = []
        var taken: Set<Int> = []
        var length = 0
        for line in text.split(separator: "\n") {
            let words = line.split { " :|@".contains($0) }.map(String.init)
            if line.hasPrefix("BO_ ") {
                taken = []
                length = Int(words[3]) ?? -1
            } else if line.hasPrefix(" SG_ "), let start = Int(words[2]), let count = Int(words[3]) {
                let isBig = words[4].hasPrefix("0")
                var bit = start
                for _ in 0..<count {
                    if !taken.insert(bit).inserted { problems.append("\(words[1]) overlaps") }
                    if bit >= length * 8 { problems.append("\(words[1]) lies outside") }
                    bit += !isBig ? 1 : bit % 8 == 0 ? 15 : -1
                }
            }
        }
        return problems
    }
}
