import BatteryModel
import BusDiagnosis
import InverterProfiles

/// An inverter on the command line: the id of a profile, or a model as people call it.
struct InverterName: ArgumentValue {
    static let valueName = "MODEL"
    static let expected =
        "the name of an inverter such as 'Sol-Ark', or the id of a profile, see 'busbar profiles'"
    static var placeholder: InverterName { InverterName(profile: 0, argumentText: "") }

    /// The place of its profile in the table.
    let profile: Int
    let argumentText: String

    private init(profile: Int, argumentText: String) {
        self.profile = profile
        self.argumentText = argumentText
    }

    init?(argument: String) {
        guard let first = Self.profiles(for: argument).first else { return nil }
        self.init(profile: first, argumentText: argument)
    }

    /// The profiles that an inverter takes: that with the id, or all that name it.
    static func profiles(for words: String) -> [Int] {
        let sheets = ProfileName.all.map(\.sheet)
        if let exact = sheets.firstIndex(where: { "\($0.id)" == words }) { return [exact] }
        let wanted = plain(words)
        guard wanted.count >= 3 else { return [] }
        return sheets.indices.filter {
            plain("\(sheets[$0].inverters)").contains(wanted) || plain("\(sheets[$0].name)").contains(wanted)
        }
    }

    /// Letters and digits only: 'Sol-Ark 12K' and 'solark12k' are the same.
    private static func plain(_ words: String) -> String {
        String(words.lowercased().filter { $0.isLetter || $0.isNumber })
    }
}
