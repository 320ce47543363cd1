/// A command line that cannot be understood.
public struct UsageError: Error, Equatable, CustomStringConvertible {
    /// What was found.
    public var what: String
    /// What to write instead.
    public var remedy: String

    /// Makes an error.
    public init(_ what: String, _ remedy: String) {
        self.what = what
        self.remedy = remedy
    }

    /// The two as one sentence.
    public var description: String { "\(what); \(remedy)" }

    /// A name that does not exist, with the one that was probably meant.
    public static func unknown(_ kind: String, _ name: String, _ known: [String]) -> UsageError {
        let remedy = nearest(to: name, known).map { "did you mean '\($0)'?" }
        return UsageError(
            "there is no \(kind) \(quoted(name))", remedy ?? "there are \(known.joined(separator: ", "))")
    }

    /// `text` in quotes, without anything that could act on a terminal, and no longer than a line.
    public static func quoted(_ text: String) -> String {
        var shown = ""
        for scalar in text.unicodeScalars.prefix(60) {
            let isPlain =
                scalar.properties.isAlphabetic || scalar.isASCII && (0x20...0x7E).contains(scalar.value)
            shown.unicodeScalars.append(isPlain ? scalar : "\u{FFFD}")
        }
        return "'\(shown)\(text.unicodeScalars.count > 60 ? "…" : "")'"
    }

    /// Reads `word` as the value of `name`.
    static func read<Value: ArgumentValue>(_ word: String, for name: String) throws(UsageError) -> Value {
        if let value = Value(argument: word) { return value }
        let guess = nearest(to: word, Value.choices).map { "; did you mean '\($0)'?" }
        throw UsageError("\(name) is \(quoted(word))", "it must be \(Value.expected)\(guess ?? "")")
    }

    /// The word in `words` that was probably meant by `word`; `nil` if none is near.
    static func nearest(to word: String, _ words: [String]) -> String? {
        guard word.utf8.count <= 64 else { return nil }
        let plain = word.lowercased()
        let begun = words.filter { plain.count >= 3 && $0.hasPrefix(plain) }
        if begun.count == 1 { return begun.first }
        let scored = words.map { (word: $0, distance: distance(Array(plain), Array($0.lowercased()))) }
        guard let best = scored.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(1, plain.count / 3) ? best.word : nil
    }

    /// Insertions, deletions and replacements that lead from `a` to `b`.
    private static func distance(_ a: [Character], _ b: [Character]) -> Int {
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                row.append(min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1))
            }
            last = row
        }
        return last[b.count]
    }
}

/// Why a command that was understood did not do what it should.
public struct CommandFailure: Error, Equatable, CustomStringConvertible {
    /// What did not work.
    public var what: String
    /// Why.
    public var why: String
    /// What to do about it.
    public var remedy: String

    /// Makes a failure.
    public init(_ what: String, _ why: String, _ remedy: String) {
        self.what = what
        self.why = why
        self.remedy = remedy
    }

    /// The three as one sentence.
    public var description: String { "\(what); \(why); \(remedy)" }
}
