import BatteryModel
import ChargeControl
import YAMLFile

/// Reads the section `events` of a scenario.
struct PlantEventReader {
    let scenario: PlantScenario
    let problems: ProblemCollector

    /// A word behind `do`, and how the rest of the event is read.
    private struct Word: Sendable {
        var word: String
        var read: @Sendable (inout MappingReader, PlantScenario) -> PlantEvent.Action?

        init(
            _ word: String,
            _ read: @escaping @Sendable (inout MappingReader, PlantScenario) -> PlantEvent.Action?
        ) {
            self.word = word
            self.read = read
        }
    }

    private static let words: [Word] = [
        Word("pack_silent") { pack(&$0, $1).map { .packSilent($0) } },
        Word("pack_unplugged") { pack(&$0, $1).map { .packUnplugged($0) } },
        Word("pack_back") { pack(&$0, $1).map { .packBack($0) } },
        Word("cell_weak") { reader, scenario in
            let pack = pack(&reader, scenario)
            let cells = pack.map { Int(scenario.packs[$0].control.cells) } ?? CellValues.maximum
            let cell = WeakCell.read(&reader, cells: cells)
            guard let pack, let cell else { return nil }
            return .cellWeak(pack, cell)
        },
        Word("soc_stuck") { pack(&$0, $1).map { .socStuck($0) } },
        Word("soc_counts") { pack(&$0, $1).map { .socCounts($0) } },
        Word("inverter_silent") { _, _ in .inverterSilent(true) },
        Word("inverter_heard") { _, _ in .inverterSilent(false) },
        Word("link_cut") { _, _ in .linkCut(true) },
        Word("link_whole") { _, _ in .linkCut(false) },
        Word("inverter") { reader, scenario in
            var behaviour = scenario.inverter
            behaviour.read(&reader)
            return .behaviour(behaviour)
        },
        Word("clock_jump") { reader, _ in
            time(&reader, "by", -366 * 86_400_000...366 * 86_400_000).map { .clockJump($0) }
        },
        Word("gateway_asleep") { reader, _ in time(&reader, "for", 1_000...86_400_000).map { .asleep($0) } },
        Word("gateway_restart") { reader, _ in
            let forgets = reader.flag("forgets")
            return time(&reader, "for", 1_000...86_400_000).map {
                .restart($0, forgets: forgets?.value ?? false)
            }
        },
        Word("second_battery") { reader, _ in
            time(&reader, "for", 1_000...86_400_000).map { .secondBattery($0) }
        },
        Word("pause_charge") { reader, _ in order(&reader, .pauseCharge) },
        Word("pause_discharge") { reader, _ in order(&reader, .pauseDischarge) },
        Word("cap_charge") { reader, _ in order(&reader, .capCharge) },
        Word("cap_discharge") { reader, _ in order(&reader, .capDischarge) },
        Word("force_charge") { reader, _ in order(&reader, .forceCharge) },
        Word("acknowledge") { _, _ in .acknowledge },
        Word("ambient") { reader, scenario in
            var ambient = scenario.ambient
            ambient.read(&reader)
            return .ambient(ambient)
        },
        Word("sun") { reader, _ in .sun(power(&reader)) },
        Word("load") { reader, _ in .load(power(&reader)) },
    ]

    /// Every word that can stand behind `do`.
    static let knownWords = words.map(\.word)

    func read(_ root: inout MappingReader) -> [PlantEvent] {
        let items = root.list("events") ?? []
        var events: [PlantEvent] = []
        for (number, item) in items.enumerated() {
            guard
                var reader = MappingReader(item, title: "item \(number + 1) of 'events'", problems: problems)
            else { continue }
            if let event = event(&reader) { events.append(event) }
            reader.finish()
        }
        // Of two at one time the one written first happens first.
        let order = events.indices.sorted { (events[$0].at, $0) < (events[$1].at, $1) }
        return order.map { events[$0] }
    }

    private func event(_ reader: inout MappingReader) -> PlantEvent? {
        reader.require("at", "an event has a time", "add it, for example 'at: 2 h 30 min'")
        reader.require("do", "nothing happens without it", "add it, for example 'do: pack_silent'")
        let at = reader.quantity("at", .span, in: 0...366 * 86_400_000)
        if let at, .milliseconds(at.value) >= scenario.duration {
            problems.add(
                at.mark, "'at' is \(Quantity.span.text(at.value))",
                "the scenario is over after \(Quantity.span.text(scenario.duration.milliseconds))",
                "let it happen earlier, or the scenario go on")
        }
        let word = reader.choice("do", Self.words.map { (word: $0.word, value: $0) })
        guard let word, let action = word.value.read(&reader, scenario), let at else { return nil }
        return PlantEvent(at: .milliseconds(at.value), action)
    }

    /// The pack an event is about, counted from 0; in the file from 1.
    private static func pack(_ reader: inout MappingReader, _ scenario: PlantScenario) -> Int? {
        reader.require("pack", "it happens to one pack", "add its number, for example 'pack: 2'")
        let number = reader.count("pack", in: 1...max(scenario.packs.count, 1))
        return scenario.packs.isEmpty ? nil : number.map { $0.value - 1 }
    }

    /// An order of the operator; a cap has a current.
    private static func order(
        _ reader: inout MappingReader, _ kind: OperatorOrder.Kind
    ) -> PlantEvent.Action? {
        var milliamps: Int32 = 0
        if kind == .capCharge || kind == .capDischarge {
            reader.require("current", "a cap has a current", "add it, for example 'current: 20 A'")
            reader.whole("current", .current, 0...5_000_000, into: &milliamps)
        }
        return time(&reader, "for", 1_000...31 * 86_400_000).map {
            .order(kind, milliamps: milliamps, for: $0)
        }
    }

    private static func time(
        _ reader: inout MappingReader, _ key: String, _ range: ClosedRange<Int64>
    ) -> Interval? {
        reader.require(key, "it has a length", "add it, for example '\(key): 30 s'")
        return reader.quantity(key, .span, in: range).map { .milliseconds($0.value) }
    }

    /// A power; without one the day is followed again.
    private static func power(_ reader: inout MappingReader) -> Int32? {
        reader.quantity("power", .power, in: 0...1_000_000).map { Int32($0.value) }
    }
}
