import ChargeControl
import YAMLFile

/// A pack as it was written; what is `nil` is missing or wrong, which has been told.
struct PackDraft {
    var mark: SourceMark
    var name: Located<String>?
    var link: Located<String>?
    var driver: Located<String>?
    var address: Located<Int>?
    var listen: Located<Bool>?
    var readMode: Located<ReadMode>?
    var cells: Located<Int>?
    var capacity: Located<Int64>?
    var chargeCurrent: Located<Int64>?
    var dischargeCurrent: Located<Int64>?
    var share: Located<Int64>?
    var settingsWritable: Located<Bool>?
    var dialect: Located<String>?
    var without = AbsentSources.none
    /// Where `without` says that there are no single cells.
    var singleCellsMark: SourceMark?

    var listens: Bool { listen?.value ?? false }

    /// How messages call it.
    var title: String {
        name.map { "pack \(SafeText.quoted($0.value))" } ?? "the pack of line \(mark.line)"
    }
}

/// Reads the section `packs`.
enum PackSchema {
    static let sources: [(word: String, value: AbsentSources)] = [
        ("mosfet_temperature", .mosfetTemperature), ("cell_temperature", .cellTemperature),
        ("bms_limit", .bmsLimit), ("switch_state", .switchState), ("alarms", .alarms),
        (singleCells, .singleCells),
    ]

    static let singleCells = "single_cells"

    static func read(_ root: inout MappingReader, _ catalogue: DeviceCatalogue) -> [PackDraft] {
        root.require(
            "packs", "the gateway must know what it reads", "add 'packs:' with one '- ' item per pack")
        guard let items = root.list("packs") else { return [] }
        if items.isEmpty {
            root.refuse("packs", "the list is empty", "add one '- ' item per pack")
        }
        if items.count > BusbarSettings.maximumPacks {
            root.problems.add(
                items[BusbarSettings.maximumPacks].mark, "\(items.count) packs",
                "one gateway reads at most \(BusbarSettings.maximumPacks)", "remove the others")
        }
        return items.prefix(BusbarSettings.maximumPacks).enumerated().map { index, item in
            read(item, title: "pack \(index + 1)", catalogue, root.problems)
        }
    }

    private static func read(
        _ item: Node, title: String, _ catalogue: DeviceCatalogue, _ problems: ProblemCollector
    ) -> PackDraft {
        var draft = PackDraft(mark: item.mark)
        guard var reader = MappingReader(item, title: title, problems: problems) else { return draft }
        if let name = reader.scalar("name") {
            Names.check(name, of: "pack", problems)
            draft.name = Located(value: name.text, mark: name.mark)
        }
        draft.link = reader.text("link", "", "", read: { $0 })
        draft.driver = reader.text("driver", "", "", read: { $0 })
        draft.dialect = reader.text("dialect", "", "", read: { $0 })
        draft.address = reader.text(
            "address", "it is a whole number from 0 to 255, without a unit",
            "write it as the switches of the pack say",
            read: address)
        draft.listen = reader.flag("listen")
        draft.readMode = reader.choice("read", ReadMode.allCases.map { ($0.rawValue, $0) })
        draft.cells = reader.count("cells", in: 4...32)
        draft.capacity = reader.quantity("capacity", .capacity, in: 1_000...5_000_000)
        draft.chargeCurrent = reader.quantity("charge_current", .current, in: 100...1_000_000)
        draft.dischargeCurrent = reader.quantity("discharge_current", .current, in: 100...1_000_000)
        draft.share = reader.quantity("share", .part, in: 1...1_000)
        draft.settingsWritable = reader.flag("settings_writable")
        (draft.without, draft.singleCellsMark) = without(&reader)
        // A source has the address that inverters of its kind ask, and on CAN none.
        let isSource = draft.driver.flatMap { catalogue.driver($0.value) }?.source != nil
        for (key, why, remedy) in mandatory where key != "address" || !isSource {
            reader.require(key, why, remedy)
        }
        reader.finish()
        return draft
    }

    private static let mandatory = [
        ("name", "the pack is called by it everywhere", "add it, for example 'name: A'"),
        ("link", "the pack must be reached somehow", "add the name of a link"),
        ("driver", "every BMS has a language of its own", "add the driver, for example 'driver: jk-modbus'"),
        ("address", "packs on one bus are told apart by it", "add it as the switches of the pack say"),
        ("cells", "every voltage limit depends on it", "add the number of cells in series"),
        ("capacity", "the share of the current depends on it", "add it, for example 'capacity: 280 Ah'"),
        ("charge_current", "no current is allowed without it", "add it, for example 'charge_current: 100 A'"),
        (
            "discharge_current", "no current is allowed without it",
            "add it, for example 'discharge_current: 150 A'"
        ),
    ]

    private static func address(_ text: String) -> Int? {
        let isHexadecimal = text.hasPrefix("0x")
        let digits = isHexadecimal ? text.dropFirst(2) : text[...]
        guard (1...3).contains(digits.count), isHexadecimal || text == "0" || text.first != "0",
            digits.allSatisfy({ $0.isASCII && $0.isHexDigit }),
            let number = Int(digits, radix: isHexadecimal ? 16 : 10)
        else { return nil }
        return number <= 255 ? number : nil
    }

    private static func without(_ reader: inout MappingReader) -> (AbsentSources, SourceMark?) {
        var sources = AbsentSources.none
        var mark: SourceMark?
        for item in reader.list("without") ?? [] {
            guard let word = reader.problems.scalar(item, named: "an item of 'without'") else { continue }
            guard let source = Self.sources.first(where: { $0.word == word.text }) else {
                reader.problems.unknownWord(
                    word, named: "an item of 'without'", among: Self.sources.map(\.word))
                continue
            }
            if sources.contains(source.value) {
                reader.problems.add(
                    word.mark, "\(word.shown) stands twice in 'without'", "once is enough", "remove one")
            }
            sources.insert(source.value)
            if source.value == .singleCells { mark = word.mark }
        }
        return (sources, mark)
    }
}
