import BMSDrivers
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
        let sheets = ProfileName.all.map(\.sheet)
        let names = sheets.map { ModelWords(id: "\($0.id)", names: ["\($0.inverters)", "\($0.name)"]) }
        guard let place = ModelWords.place(of: argument, in: names) else { return nil }
        self.init(profile: place, argumentText: argument)
    }
}

/// A BMS on the command line: the id of a driver, or a model as people call it.
struct BMSName: ArgumentValue {
    static let valueName = "MODEL"
    static let expected = "the name of a BMS such as 'JK-PB', or the id of a driver, see 'busbar drivers'"
    static var placeholder: BMSName { BMSName(driver: 0, argumentText: "") }

    /// The place of its driver in the table.
    let driver: Int
    let argumentText: String

    private init(driver: Int, argumentText: String) {
        self.driver = driver
        self.argumentText = argumentText
    }

    init?(argument: String) {
        let names = DriverTable.drivers.indices.map {
            let sheet = DriverTable.drivers[$0].sheet
            return ModelWords(id: "\(sheet.id)", names: ["\(sheet.name)"])
        }
        guard let place = ModelWords.place(of: argument, in: names) else { return nil }
        self.init(driver: place, argumentText: argument)
    }
}

/// What a protocol is called, and what the devices that speak it are called.
private struct ModelWords {
    var id: String
    var names: [String]

    /// The protocol with an id, or else the first that names a model, or a family to which it belongs.
    static func place(of words: String, in protocols: [ModelWords]) -> Int? {
        if let exact = protocols.firstIndex(where: { $0.id == words }) { return exact }
        let wanted = plain(words)
        guard wanted.count >= 3 else { return nil }
        return protocols.firstIndex { $0.names.contains { plain($0).contains(wanted) } }
            ?? protocols.firstIndex { $0.families.contains { wanted.hasPrefix($0) } }
    }

    /// The first word of each name in a list: of 'Deye and Sunsynk low voltage' both makers.
    private var families: [String] {
        names.flatMap { $0.replacing(" and ", with: ",").split { ",(/".contains($0) } }
            .compactMap { $0.split(separator: " ").first.map { Self.plain(String($0)) } }
            .filter { $0.count >= 3 }
    }

    /// Letters and digits only: 'Sol-Ark 12K' and 'solark12k' are the same.
    private static func plain(_ words: String) -> String {
        String(words.lowercased().filter { $0.isLetter || $0.isNumber })
    }
}
