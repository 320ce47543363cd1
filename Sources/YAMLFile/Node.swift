/// One value of the file with the place where it stands; scalars stay the text they were written as.
package struct Node {
    package enum Content {
        case scalar(String, isQuoted: Bool)
        case sequence([Node])
        case mapping([Entry])
        /// Something that has been told to be a problem, whatever stands there.
        case refused
    }

    /// One key of a mapping with its value.
    package struct Entry {
        package var key: String
        package var keyMark: SourceMark
        package var value: Node
    }

    package var mark: SourceMark
    package var content: Content
    /// Stands under a key such as `password`: must not be repeated in a message.
    package var isSecret: Bool

    /// The scalar as it may appear in a message.
    package var shown: String {
        if isSecret { return "(not shown)" }
        return switch content {
        case .scalar(let text, _): SafeText.quoted(text)
        case .sequence: "a list"
        case .mapping: "a mapping"
        case .refused: "an alias"
        }
    }

    /// Nothing was written behind the colon or the dash.
    package var isEmpty: Bool {
        if case .scalar("", isQuoted: false) = content { true } else { false }
    }
}

/// Builds the tree of nodes from the events of the YAML parser.
struct NodeBuilder: ~Copyable {
    private static let maximumDepth = 12
    private static let maximumNodes = 10_000

    /// Ends the reading: the rest of the file cannot be understood.
    struct Stop: Error {
        var problem: SettingsProblem
    }

    private var events: YAMLEvents
    private let problems: ProblemCollector
    private var nodes = 0

    init(events: consuming YAMLEvents, problems: ProblemCollector) {
        self.events = events
        self.problems = problems
    }

    /// The root of the only document; a file without one, or with two, is a problem.
    mutating func root() throws(Stop) -> Node {
        while true {
            let event = try next()
            switch event.kind {
            case .documentStart:
                let root = try node(from: try next(), depth: 1, isSecret: false)
                try expectEnd()
                return root
            case .streamEnd:
                throw stop(
                    SourceMark(line: 1, column: 1), "the file is empty", "nothing is known of the plant",
                    "start from a file in 'examples'")
            default: continue
            }
        }
    }

    private mutating func expectEnd() throws(Stop) {
        while true {
            let event = try next()
            switch event.kind {
            case .streamEnd: return
            case .documentStart:
                throw stop(
                    event.mark, "a second document begins here ('---')", "only one is read",
                    "join both into one, or remove this one")
            default: continue
            }
        }
    }

    private mutating func node(
        from event: YAMLEvent, depth: Int, isSecret: Bool
    ) throws(Stop) -> Node {
        nodes += 1
        guard nodes <= Self.maximumNodes else {
            throw stop(
                event.mark, "more than \(Self.maximumNodes) values", "no plant needs so many",
                "check that this is the right file")
        }
        guard depth <= Self.maximumDepth else {
            throw stop(
                event.mark, "values nested more than \(Self.maximumDepth) deep", "nothing is nested so deep",
                "check the indentation and the brackets")
        }
        complainAboutDecoration(of: event)
        switch event.kind {
        case .scalar(let text, let isQuoted):
            return Node(mark: event.mark, content: .scalar(text, isQuoted: isQuoted), isSecret: isSecret)
        case .sequenceStart:
            let items = try sequence(depth: depth, isSecret: isSecret)
            return Node(mark: event.mark, content: .sequence(items), isSecret: isSecret)
        case .mappingStart:
            let entries = try mapping(depth: depth, isSecret: isSecret)
            return Node(mark: event.mark, content: .mapping(entries), isSecret: isSecret)
        default:
            return Node(mark: event.mark, content: .refused, isSecret: isSecret)
        }
    }

    private mutating func sequence(depth: Int, isSecret: Bool) throws(Stop) -> [Node] {
        var items: [Node] = []
        while true {
            let event = try next()
            if case .sequenceEnd = event.kind { return items }
            items.append(try node(from: event, depth: depth + 1, isSecret: isSecret))
        }
    }

    private mutating func mapping(depth: Int, isSecret: Bool) throws(Stop) -> [Node.Entry] {
        var entries: [Node.Entry] = []
        var firstMarks: [String: SourceMark] = [:]
        while true {
            let event = try next()
            if case .mappingEnd = event.kind { return entries }
            let key = try node(from: event, depth: depth + 1, isSecret: isSecret)
            let hidesValue = isSecret || key.namesASecret
            let value = try node(from: try next(), depth: depth + 1, isSecret: hidesValue)
            guard case .scalar(let name, _) = key.content else {
                problems.add(
                    key.mark, "a key that is \(key.shown)", "a key is one word",
                    "write 'key: value'; put text with brackets in quotes")
                continue
            }
            if let first = firstMarks[name] {
                problems.add(
                    key.mark, "the key \(key.shown) stands twice", "it already stands in line \(first.line)",
                    "remove one of the two")
            } else {
                firstMarks[name] = key.mark
                entries.append(Node.Entry(key: name, keyMark: key.mark, value: value))
            }
        }
    }

    private func complainAboutDecoration(of event: YAMLEvent) {
        let hidden = "a value must stand where it is used, so that whoever reads that line sees it"
        if case .alias = event.kind {
            problems.add(event.mark, "an alias ('*name')", hidden, "write the value itself")
        }
        if event.hasAnchor {
            problems.add(event.mark, "an anchor ('&name')", hidden, "remove it")
        }
        if event.hasTag {
            problems.add(
                event.mark, "a tag ('!name')", "the type of a value follows from its key", "remove it")
        }
    }

    private mutating func next() throws(Stop) -> YAMLEvent {
        do {
            return try events.next()
        } catch {
            throw stop(error.mark, error.what, error.why, error.remedy)
        }
    }

    private func stop(_ mark: SourceMark, _ what: String, _ why: String, _ remedy: String) -> Stop {
        Stop(problem: problems.problem(mark, what, why, remedy))
    }
}

extension Node {
    fileprivate var namesASecret: Bool {
        if case .scalar(let name, _) = content { SafeText.namesASecret(name) } else { false }
    }
}
