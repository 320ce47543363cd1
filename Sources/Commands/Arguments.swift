/// The words behind a command, read and described in one pass.
///
/// A command asks for what it needs; what is asked for is at the same time the help page. When a help page is made,
/// nothing is missing: options have their defaults, and what has none is a placeholder. Options are asked for before
/// positionals, because only then is it known which words belong to an option.
public struct Arguments {
    /// What has been asked for so far.
    public private(set) var declared: [Declaration] = []
    /// Whether only the help page is wanted.
    public let isDescribing: Bool

    /// Words in front of `--`; `nil` for those already taken, so that the others keep their neighbours.
    private var words: [String?]
    /// Words behind `--`: never options.
    private var literals: [String]

    /// One thing that was asked for.
    public struct Declaration: Sendable, Equatable {
        /// What it is.
        public enum Kind: Sendable {
            /// There or not.
            case flag
            /// A name with a value.
            case option
            /// Known by its place.
            case positional
        }
        /// What it is.
        public var kind: Kind
        /// `--json`, `FILE`.
        public var name: String
        /// What stands for the value; empty for a flag.
        public var valueName: String
        /// One sentence.
        public var about: String
        /// Whether a command line without it is refused.
        public var isRequired: Bool
        /// What holds without it, as it would be typed.
        public var fallback: String?
        /// The words it can be, if they can be listed.
        public var choices: [String]
    }

    /// Takes the words behind the command's name.
    public init(_ words: [String]) {
        let end = words.firstIndex(of: "--") ?? words.endIndex
        self.words = Array(words[..<end])
        literals = Array(words[end...].dropFirst())
        isDescribing = false
    }

    private init() {
        words = []
        literals = []
        isDescribing = true
    }

    /// Arguments that only collect what is asked for.
    public static var describing: Arguments { Arguments() }
}

// MARK: Options

extension Arguments {
    /// Tells whether the flag `name` is there.
    public mutating func flag(_ name: String, _ about: String) throws(UsageError) -> Bool {
        declare(.flag, name, String.self, about)
        var isThere = false
        while let place = place(of: name) {
            guard words[place] == name, !isThere else {
                throw UsageError(
                    "\(name) \(isThere ? "is given twice" : "takes no value")", "write \(name) alone")
            }
            words[place] = nil
            isThere = true
        }
        return isThere
    }

    /// The value of the option `name`, or `fallback` if it is not there.
    public mutating func option<Value: ArgumentValue>(
        _ name: String, default fallback: Value, _ about: String
    ) throws(UsageError) -> Value {
        declare(.option, name, Value.self, about, fallback: fallback.argumentText)
        return try values(of: name, Value.self, atMost: 1).first ?? fallback
    }

    /// The value of the option `name`; `nil` if it is not there.
    ///
    /// - Parameters:
    ///   - name: The option, with its hyphens.
    ///   - type: What its value is.
    ///   - valueName: What stands for the value in the help page, where the type's own word says too little.
    ///   - about: The sentence of the help page, without capital and full stop.
    /// - Returns: The value.
    /// - Throws: What is wrong with the value.
    public mutating func option<Value: ArgumentValue>(
        _ name: String, of type: Value.Type, as valueName: String? = nil, _ about: String
    ) throws(UsageError) -> Value? {
        declare(.option, name, type, about, valueName: valueName)
        return try values(of: name, type, atMost: 1).first
    }

    /// The value of an option that must be there.
    public mutating func requiredOption<Value: ArgumentValue>(
        _ name: String, of type: Value.Type, _ about: String
    ) throws(UsageError) -> Value {
        declare(.option, name, type, about, isRequired: true)
        if let value = try values(of: name, type, atMost: 1).first { return value }
        guard isDescribing else {
            throw UsageError("\(name) is missing", "add \(name) \(type.valueName): \(about)")
        }
        return type.placeholder
    }

    /// The values of an option that may be repeated, in the order in which they stand.
    public mutating func options<Value: ArgumentValue>(
        _ name: String, of type: Value.Type, _ about: String
    ) throws(UsageError) -> [Value] {
        declare(.option, name, type, about + "; may be repeated")
        return try values(of: name, type, atMost: .max)
    }

    /// The value of the option `name` within `range`, or `fallback` if it is not there.
    public mutating func option<Value: ArgumentValue & Comparable>(
        _ name: String, default fallback: Value, in range: ClosedRange<Value>, _ about: String
    ) throws(UsageError) -> Value {
        let value = try option(name, default: fallback, about)
        guard range.contains(value) else {
            let bounds = "\(range.lowerBound.argumentText) to \(range.upperBound.argumentText)"
            throw UsageError("\(name) is \(value.argumentText)", "it must be \(bounds)")
        }
        return value
    }

    private mutating func values<Value: ArgumentValue>(
        of name: String, _ type: Value.Type, atMost count: Int
    ) throws(UsageError) -> [Value] {
        var values: [Value] = []
        while let place = place(of: name) {
            guard values.count < count else {
                throw UsageError("\(name) is given twice", "write it once")
            }
            let word = take(place)
            if word != name {
                values.append(try UsageError.read(String(word.dropFirst(name.count + 1)), for: name))
                continue
            }
            guard place + 1 < words.count, words[place + 1]?.hasPrefix("--") == false else {
                throw UsageError(
                    "\(name) has no value", "write \(name) \(Value.valueName): \(Value.expected)")
            }
            values.append(try UsageError.read(take(place + 1), for: name))
        }
        return values
    }

    private func place(of name: String) -> Int? {
        words.firstIndex { $0 == name || $0?.hasPrefix(name + "=") == true }
    }

    /// Takes away the word at `place`.
    private mutating func take(_ place: Int) -> String {
        defer { words[place] = nil }
        return words[place] ?? ""
    }
}

// MARK: Positionals

extension Arguments {
    /// The next positional, which must be there.
    public mutating func positional<Value: ArgumentValue>(
        _ name: String, of type: Value.Type = Value.self, _ about: String
    ) throws(UsageError) -> Value {
        declare(.positional, name, type, about, isRequired: true)
        if let value: Value = try nextPositional(name) { return value }
        guard isDescribing else { throw UsageError("\(name) is missing", "\(name) is \(about)") }
        return type.placeholder
    }

    /// The next positional; `nil` if there is none.
    public mutating func optionalPositional<Value: ArgumentValue>(
        _ name: String, of type: Value.Type = Value.self, _ about: String
    ) throws(UsageError) -> Value? {
        declare(.positional, name, type, about)
        return try nextPositional(name)
    }

    /// All positionals that are left, at least one.
    public mutating func positionals<Value: ArgumentValue>(
        _ name: String, of type: Value.Type, _ about: String
    ) throws(UsageError) -> [Value] {
        var values: [Value] = [try positional(name, of: type, about + "; several may be named")]
        while !isDescribing, let value: Value = try nextPositional(name) { values.append(value) }
        return values
    }

    /// Rejects what nobody has asked for; every command ends with it.
    public mutating func finish() throws(UsageError) {
        try rejectUnknownOptions()
        guard let word = words.lazy.compactMap(\.self).first ?? literals.first else { return }
        throw UsageError("\(UsageError.quoted(word)) is one word too many", "leave it out")
    }

    private mutating func nextPositional<Value: ArgumentValue>(
        _ name: String
    ) throws(UsageError) -> Value? {
        try rejectUnknownOptions()
        if let place = words.firstIndex(where: { $0 != nil }) {
            return try UsageError.read(take(place), for: name)
        }
        return literals.isEmpty ? nil : try UsageError.read(literals.removeFirst(), for: name)
    }

    private func rejectUnknownOptions() throws(UsageError) {
        guard let word = words.lazy.compactMap(\.self).first(where: { $0.hasPrefix("-") && $0 != "-" }) else {
            return
        }
        let name = word.prefix { $0 != "=" }
        let known = declared.filter { $0.kind != .positional }.map(\.name) + ["--help"]
        throw UsageError.unknown("option", String(name), known)
    }

    private mutating func declare<Value: ArgumentValue>(
        _ kind: Declaration.Kind, _ name: String, _ type: Value.Type, _ about: String,
        isRequired: Bool = false, fallback: String? = nil, valueName: String? = nil
    ) {
        precondition(
            kind == .positional || declared.last?.kind != .positional, "options come before positionals")
        declared.append(
            Declaration(
                kind: kind, name: name, valueName: kind == .flag ? "" : valueName ?? type.valueName,
                about: about,
                isRequired: isRequired, fallback: fallback, choices: kind == .flag ? [] : type.choices))
    }
}
