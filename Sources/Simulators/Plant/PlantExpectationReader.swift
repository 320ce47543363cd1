import BatteryModel
import ChargeControl
import YAMLFile

/// Reads the section `expect` of a scenario.
enum PlantExpectationReader {
    static func read(_ root: inout MappingReader) -> [PlantExpectation] {
        var expectations: [PlantExpectation] = []
        root.section("expect") { reader in
            for figure in PlantFigure.all {
                guard let scalar = reader.scalar(figure.key),
                    let (bound, value) = value(scalar, figure, reader.problems)
                else { continue }
                expectations.append(PlantExpectation(.figure(figure.key, bound, value)))
            }
            if let kinds = kinds(&reader, "alarms") { expectations.append(PlantExpectation(.alarms(kinds))) }
            if let kinds = kinds(&reader, "no_alarms") {
                expectations.append(PlantExpectation(.noAlarms(kinds)))
            }
            if let stages = stages(&reader) { expectations.append(PlantExpectation(.stages(stages))) }
        }
        return expectations
    }

    /// Reads `at most 3.60 V`; without words it is exactly that.
    private static func value(
        _ scalar: Scalar, _ figure: PlantFigure, _ problems: ProblemCollector
    ) -> (PlantExpectation.Bound, Int64)? {
        let bound = PlantExpectation.Bound.allCases.first { scalar.text.hasPrefix($0.rawValue + " ") }
        var rest = scalar
        if let bound { rest.text = String(scalar.text.dropFirst(bound.rawValue.count + 1)) }
        let name = "'\(figure.key)'"
        let range: ClosedRange<Int64> = -1_000_000_000...1_000_000_000_000
        if let quantity = figure.quantity {
            guard let value = problems.quantity(rest, named: name, quantity, in: range) else { return nil }
            return (bound ?? .exactly, value.value)
        }
        if rest.text.count <= 9, let value = Int64(rest.text) { return (bound ?? .exactly, value) }
        let words = PlantExpectation.Bound.allCases.map(\.rawValue).joined(separator: ", ")
        problems.add(
            scalar.mark, "\(name) is \(scalar.shown)", "it is a whole number behind one of: \(words)",
            "write for example 'at most 3'")
        return nil
    }

    private static func stages(_ reader: inout MappingReader) -> [ChargeStage]? {
        guard let items = reader.list("stages") else { return nil }
        return items.compactMap { item in
            guard let scalar = reader.problems.scalar(item, named: "a stage of 'stages'") else { return nil }
            if let stage = ChargeStage.all.first(where: { $0.word == scalar.text }) { return stage }
            reader.problems.unknownWord(
                scalar, named: "a stage of 'stages'", among: ChargeStage.all.map(\.word))
            return nil
        }
    }

    private static func kinds(_ reader: inout MappingReader, _ key: String) -> [AlarmKind]? {
        guard let items = reader.list(key) else { return nil }
        let known = (0..<UInt8(AlarmKind.count)).compactMap(AlarmKind.init(rawValue:))
        return items.compactMap { item in
            guard let scalar = reader.problems.scalar(item, named: "an alarm of '\(key)'") else { return nil }
            if let kind = known.first(where: { $0.word == scalar.text }) { return kind }
            reader.problems.unknownWord(scalar, named: "an alarm of '\(key)'", among: known.map(\.word))
            return nil
        }
    }
}
