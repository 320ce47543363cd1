/// A value that was read, with the place where it stands.
package struct Located<Value> {
    package var value: Value
    package var mark: SourceMark

    package init(value: Value, mark: SourceMark) {
        self.value = value
        self.mark = mark
    }
}

extension Located: Sendable where Value: Sendable {}

/// A scalar as it was written.
package struct Scalar {
    package var text: String
    package var mark: SourceMark
    /// The text as it may appear in a message.
    package var shown: String

    package init(_ text: String, at node: Node) {
        self.text = text
        mark = node.mark
        shown = node.shown
    }
}

extension Scalar {
    /// The key of an entry where the operator chooses it.
    package init(key entry: Node.Entry) {
        let hidden = entry.value.isSecret && !SafeText.namesASecret(entry.key)
        text = entry.key
        mark = entry.keyMark
        shown = hidden ? "(not shown)" : SafeText.quoted(entry.key)
    }
}

/// Reads the keys of one mapping by their types; what is wrong is told to the collector, and reading goes on.
///
/// A key that no accessor asked for is unknown: the calls are the schema.
package struct MappingReader {
    /// What the mapping is, as messages call it.
    package let title: String
    package let mark: SourceMark
    package let problems: ProblemCollector
    private let entries: [Node.Entry]
    private var known: [String] = []
    private var required: [(key: String, why: String, remedy: String)] = []

    /// Opens `node`; a problem and `nil` if it is not a mapping.
    package init?(_ node: Node, title: String, problems: ProblemCollector) {
        if case .refused = node.content { return nil }
        guard case .mapping(let entries) = node.content else {
            let what = node.isEmpty ? "\(title) is empty" : "\(title) is not a mapping"
            problems.add(
                node.mark, what, "it is made of 'key: value' lines", "write its keys below, indented")
            return nil
        }
        self.title = title
        self.entries = entries
        self.problems = problems
        mark = node.mark
    }

    /// The value of `key`, whatever it is; a problem if it has no value.
    package mutating func node(_ key: String) -> Node? {
        known.append(key)
        guard let entry = entries.first(where: { $0.key == key }) else { return nil }
        guard !entry.value.isEmpty else {
            problems.add(
                entry.keyMark, "'\(key)' of \(title) has no value", "nothing stands behind its colon",
                "write a value, or remove the key")
            return nil
        }
        if case .refused = entry.value.content { return nil }
        return entry.value
    }

    /// Whether `key` is written, with or without a sensible value.
    package func has(_ key: String) -> Bool {
        entries.contains { $0.key == key }
    }

    /// Asks that `key` be there, whatever may be wrong with its value.
    package mutating func require(_ key: String, _ why: String, _ remedy: String) {
        required.append((key, why, remedy))
    }

    /// Says that `key` has no place here, if it is written.
    package func refuse(_ key: String, _ why: String, _ remedy: String) {
        guard let entry = entries.first(where: { $0.key == key }) else { return }
        problems.add(entry.keyMark, "'\(key)' in \(title)", why, remedy)
    }

    /// Says what is unknown and what is missing; called once every key has been asked for.
    package func finish() {
        let rest = known.filter { !has($0) }
        var meant: Set<String> = []
        for entry in entries where !known.contains(entry.key) {
            let shown = Scalar(key: entry).shown
            let nearest = NearestName.of(entry.key, among: rest)
            let remedy =
                nearest.map { "did you mean '\($0)'?" }
                ?? "remove it; known here: \(known.joined(separator: ", "))"
            problems.add(
                entry.keyMark, "unknown key \(shown) in \(title)", "nothing would ever read it", remedy)
            if let nearest { meant.insert(nearest) }
        }
        // A key that was only mistyped has been told of.
        for (key, why, remedy) in required where !has(key) && !meant.contains(key) {
            problems.add(mark, "'\(key)' is missing in \(title)", why, remedy)
        }
    }
}

extension MappingReader {
    /// A scalar as the text it was written as.
    package mutating func scalar(_ key: String) -> Scalar? {
        guard let node = node(key) else { return nil }
        return problems.scalar(node, named: "'\(key)' of \(title)")
    }

    /// A text that `read` understands.
    package mutating func text<Value>(
        _ key: String, _ why: String, _ remedy: String, read: (String) -> Value?
    ) -> Located<Value>? {
        guard let scalar = scalar(key) else { return nil }
        guard let value = read(scalar.text) else {
            problems.add(scalar.mark, "'\(key)' is \(scalar.shown)", why, remedy)
            return nil
        }
        return Located(value: value, mark: scalar.mark)
    }

    /// A quantity with its unit, inside `range`.
    package mutating func quantity(
        _ key: String, _ quantity: Quantity, in range: ClosedRange<Int64>
    ) -> Located<Int64>? {
        guard let scalar = scalar(key) else { return nil }
        return problems.quantity(scalar, named: "'\(key)'", quantity, in: range)
    }

    /// A whole number without a unit, inside `range`.
    package mutating func count(_ key: String, in range: ClosedRange<Int>) -> Located<Int>? {
        text(
            key, "it is a whole number from \(range.lowerBound) to \(range.upperBound), without a unit",
            "write such a number",
            read: { text in
                guard text.count <= 9, text == "0" || text.first != "0",
                    text.allSatisfy({ ("0"..."9").contains($0) }), let number = Int(text)
                else { return nil }
                return range.contains(number) ? number : nil
            })
    }

    /// `true` or `false`, in these words only.
    package mutating func flag(_ key: String) -> Located<Bool>? {
        text(key, "it is either on or off", "write true or false", read: { Bool($0) })
    }

    /// One of a few words.
    package mutating func choice<Value>(
        _ key: String, _ choices: [(word: String, value: Value)]
    ) -> Located<Value>? {
        guard let scalar = scalar(key) else { return nil }
        if let match = choices.first(where: { $0.word == scalar.text }) {
            return Located(value: match.value, mark: scalar.mark)
        }
        problems.unknownWord(scalar, named: "'\(key)'", among: choices.map(\.word))
        return nil
    }

    /// The items of a list.
    package mutating func list(_ key: String) -> [Node]? {
        guard let node = node(key) else { return nil }
        guard case .sequence(let items) = node.content else {
            problems.add(
                node.mark, "'\(key)' of \(title) is not a list", "it can have several items",
                "begin each item with '- '")
            return nil
        }
        return items
    }

    /// The entries of a mapping whose keys the operator chooses.
    package mutating func namedEntries(_ key: String) -> [Node.Entry]? {
        guard let node = node(key) else { return nil }
        guard case .mapping(let entries) = node.content else {
            problems.add(
                node.mark, "'\(key)' of \(title) is not a mapping", "it is made of 'key: value' lines",
                "write its keys below, indented")
            return nil
        }
        return entries
    }
}

extension ProblemCollector {
    /// A node that holds one value, or a problem.
    package func scalar(_ node: Node, named name: String) -> Scalar? {
        if case .scalar(let text, _) = node.content { return Scalar(text, at: node) }
        if case .refused = node.content { return nil }
        add(node.mark, "\(name) is \(node.shown)", "one value is expected", "write a single value")
        return nil
    }

    /// Reads a quantity, or tells what is wrong with it.
    package func quantity(
        _ scalar: Scalar, named name: String, _ quantity: Quantity, in range: ClosedRange<Int64>
    ) -> Located<Int64>? {
        let shown = scalar.shown
        let example = quantity.text(range.lowerBound)
        let bounds = "it must lie between \(example) and \(quantity.text(range.upperBound))"
        do {
            let value = try quantity.parse(scalar.text)
            if range.contains(value) { return Located(value: value, mark: scalar.mark) }
            add(scalar.mark, "\(name) is \(shown)", bounds, "write a value between the two")
        } catch .tooLarge {
            add(scalar.mark, "\(name) is \(shown)", bounds, "write a value between the two")
        } catch .missingUnit(let number) {
            add(
                scalar.mark, "\(name) is \(shown), without a unit", "it is \(quantity.noun)",
                "write \(quantity.suggestions(for: number))")
        } catch .unknownUnit {
            let units = quantity.units.map(\.spelling).joined(separator: ", ")
            add(
                scalar.mark, "\(name) is \(shown)",
                "\(quantity.noun) has another unit", "write one of: \(units)")
        } catch .decimalComma {
            add(
                scalar.mark, "\(name) is \(shown)", "a comma parts the items of a list",
                "write a decimal point")
        } catch .finerThanResolution {
            add(
                scalar.mark, "\(name) is \(shown)", "steps below \(quantity.resolution) are not kept",
                "round it")
        } catch {
            add(
                scalar.mark, "\(name) is \(shown)", "it is \(quantity.noun)",
                "write a number and its unit, for example '\(example)'")
        }
        return nil
    }

    /// Tells that a word is none of those that are known.
    package func unknownWord(_ scalar: Scalar, named name: String, among words: [String]) {
        let nearest = NearestName.of(scalar.text, among: words).map { "did you mean '\($0)'?" }
        add(
            scalar.mark, "\(name) is \(scalar.shown)", "known are: \(words.joined(separator: ", "))",
            nearest ?? "write one of them")
    }
}
