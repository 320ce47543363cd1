import BatteryModel
import ChargeControl
import YAMLFile

/// Reads the section `packs` of a scenario.
struct PlantPackReader {
    /// A number of the making of a pack.
    private struct Trait: Sendable {
        var key: String
        var quantity: Quantity
        var range: ClosedRange<Int64>
        var path: any WritableKeyPath<PackTraits, Int32> & Sendable
    }

    private static let traits: [Trait] = [
        Trait(key: "true_capacity", quantity: .part, range: 100...1_200, path: \.trueCapacityPermille),
        Trait(key: "capacity_spread", quantity: .part, range: 0...200, path: \.capacitySpreadPermille),
        Trait(key: "soc_spread", quantity: .part, range: 0...200, path: \.socSpreadPermille),
        Trait(key: "resistance", quantity: .part, range: 200...5_000, path: \.resistancePermille),
        Trait(key: "soc_error", quantity: .part, range: -500...500, path: \.socErrorPermille),
        Trait(key: "soc_drift", quantity: .current, range: -10_000...10_000, path: \.socDriftMilliamps),
    ]

    /// A setting of the BMS.
    private struct Setting: Sendable {
        var key: String
        var field: PackField
        var quantity: Quantity
        var range: ClosedRange<Int64>
    }

    private static let settings: [Setting] = [
        Setting(key: "charge_current", field: .chargeLimit, quantity: .current, range: 1_000...1_000_000),
        Setting(
            key: "discharge_current", field: .dischargeLimit, quantity: .current, range: 1_000...1_000_000),
        Setting(key: "over_voltage", field: .cellOverVoltage, quantity: .voltage, range: 3_400...3_900),
        Setting(
            key: "over_voltage_release", field: .cellOverVoltageRelease, quantity: .voltage,
            range: 3_300...3_900),
        Setting(key: "under_voltage", field: .cellUnderVoltage, quantity: .voltage, range: 2_000...3_200),
        Setting(
            key: "under_voltage_release", field: .cellUnderVoltageRelease, quantity: .voltage,
            range: 2_000...3_300),
        Setting(key: "cold", field: .chargeUnderTemperature, quantity: .temperature, range: -400...200),
        Setting(
            key: "cold_release", field: .chargeUnderTemperatureRelease, quantity: .temperature,
            range: -400...250),
        Setting(key: "balance_current", field: .balanceCurrentMaximum, quantity: .current, range: 0...10_000),
        Setting(key: "balance_start", field: .balanceStart, quantity: .voltage, range: 2_500...3_600),
        Setting(key: "balance_trigger", field: .balanceTrigger, quantity: .voltage, range: 1...500),
    ]

    private static let balancers: [(word: String, value: PackTraits.Balancer)] = [
        ("active", .active), ("passive", .passive),
    ]

    static func read(_ root: inout MappingReader) -> [PlantScenario.Pack] {
        root.require("packs", "there is no plant without packs", "add 'packs:' with a list of them")
        var packs: [PlantScenario.Pack] = []
        guard let list = root.node("packs"), let items = root.list("packs") else { return [] }
        for (number, item) in items.enumerated() {
            let title = "item \(number + 1) of 'packs'"
            guard var reader = MappingReader(item, title: title, problems: root.problems) else { continue }
            let count = reader.count("count", in: 1...BankImage.maximumPacks)?.value ?? 1
            if let pack = pack(&reader) { packs += [PlantScenario.Pack](repeating: pack, count: count) }
            reader.finish()
            if let first = packs.first?.control.cells, packs.last?.control.cells != first {
                root.problems.add(
                    item.mark, "\(title) has another number of cells", "packs in parallel have one voltage",
                    "give all packs the same 'cells'")
            }
        }
        if items.isEmpty {
            root.problems.add(list.mark, "no packs", "there is no plant without them", "add one, as '- '")
        }
        if packs.count > BankImage.maximumPacks {
            root.problems.add(
                list.mark, "\(packs.count) packs", "a bank has at most \(BankImage.maximumPacks)",
                "leave some out")
        }
        return packs
    }

    private static func pack(_ reader: inout MappingReader) -> PlantScenario.Pack? {
        for (key, example) in [
            ("capacity", "280 Ah"), ("charge_current", "100 A"), ("discharge_current", "100 A"),
        ] {
            reader.require(key, "the control must be told", "add it, for example '\(key): \(example)'")
        }
        let cells = reader.count("cells", in: 4...CellValues.maximum)?.value ?? 16
        let capacity = reader.quantity("capacity", .capacity, in: 1_000...2_000_000)
        let charge = reader.quantity("charge_current", .current, in: 100...1_000_000)
        let discharge = reader.quantity("discharge_current", .current, in: 100...1_000_000)
        let share = reader.quantity("share", .part, in: 1...1_000)
        var socPermille: Int32 = 500
        reader.whole("soc", .part, 0...1_000, into: &socPermille)
        let traits = traits(&reader)
        let weakCells = (reader.list("weak_cells") ?? []).compactMap { item in
            weakCell(item, cells: cells, reader.problems)
        }
        var settings: [PackField: Int32] = [:]
        reader.section("bms") { read(&$0, into: &settings) }
        guard let capacity, let charge, let discharge else { return nil }
        // A BMS is set a little above what the cells are used with.
        if settings[.chargeLimit] == nil { settings[.chargeLimit] = Int32(charge.value * 5 / 4) }
        if settings[.dischargeLimit] == nil { settings[.dischargeLimit] = Int32(discharge.value * 5 / 4) }
        return PlantScenario.Pack(
            control: PackSettings(
                cells: Int32(cells), capacityMilliampHours: Int32(capacity.value),
                chargeMilliamps: Int32(charge.value), dischargeMilliamps: Int32(discharge.value),
                sharePermille: share.map { Int32($0.value) }),
            socPermille: socPermille, traits: traits, weakCells: weakCells, settings: settings)
    }

    private static func traits(_ reader: inout MappingReader) -> PackTraits {
        var traits = PackTraits()
        traits.offsetMillivolts = 1
        for row in Self.traits {
            reader.whole(row.key, row.quantity, row.range, into: &traits[keyPath: row.path])
        }
        if let balancer = reader.choice("balancer", balancers) { traits.balancer = balancer.value }
        return traits
    }

    private static func read(_ reader: inout MappingReader, into settings: inout [PackField: Int32]) {
        for row in Self.settings {
            if let value = reader.quantity(row.key, row.quantity, in: row.range) {
                settings[row.field] = Int32(value.value)
            }
        }
    }

    private static func weakCell(_ item: Node, cells: Int, _ problems: ProblemCollector) -> WeakCell? {
        guard var reader = MappingReader(item, title: "a weak cell", problems: problems) else { return nil }
        let cell = WeakCell.read(&reader, cells: cells)
        reader.finish()
        return cell
    }
}

extension WeakCell {
    /// Reads the keys of a cell; `nil` if it is not said which.
    static func read(_ reader: inout MappingReader, cells: Int) -> WeakCell? {
        reader.require("cell", "one cell is meant", "add its number, for example 'cell: 5'")
        let number = reader.count("cell", in: 1...cells)
        var weak = WeakCell(index: (number?.value ?? 1) - 1)
        reader.whole("capacity", .part, 100...1_200, into: &weak.capacityPermille)
        reader.whole("soc", .part, -500...500, into: &weak.socOffsetPermille)
        reader.whole("resistance", .part, 200...20_000, into: &weak.resistancePermille)
        reader.whole("leak", .current, 0...5_000, into: &weak.leakMilliamps)
        return number == nil ? nil : weak
    }
}
