/// A place in a file, counted from 1.
public struct SourceMark: Sendable, Hashable, Comparable {
    /// The line.
    public var line: Int
    /// The character within the line.
    public var column: Int

    /// Makes a mark from a line and a column, both counted from 1.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// Tells whether `lhs` stands earlier in the file than `rhs`.
    public static func < (lhs: SourceMark, rhs: SourceMark) -> Bool {
        (lhs.line, lhs.column) < (rhs.line, rhs.column)
    }
}

/// One thing that is wrong in a file that somebody wrote.
public struct SettingsProblem: Sendable, Equatable, CustomStringConvertible {
    /// The file's name as the caller gave it.
    public var file: String
    /// Where in the file.
    public var mark: SourceMark
    /// What was found.
    public var what: String
    /// Why it cannot stand.
    public var why: String
    /// What to change.
    public var remedy: String

    /// The problem as `file:line:column: what; why; what to do`.
    public var description: String {
        "\(file):\(mark.line):\(mark.column): \(what); \(why); \(remedy)"
    }
}

/// Everything that is wrong in a file that somebody wrote, in the order of the file.
public struct SettingsProblems: Error, Sendable, Equatable, CustomStringConvertible {
    /// The most problems that are kept; the rest is only counted.
    public static let maximumCount = 50

    /// The first problems of the file, sorted by position.
    public let problems: [SettingsProblem]
    /// How many more there are.
    public let omitted: Int

    /// One line per problem, then how many are not shown.
    public var description: String {
        var lines = problems.map(\.description)
        if omitted > 0 { lines.append("and \(omitted) more") }
        return lines.joined(separator: "\n")
    }
}

/// Gathers problems while a file is read, so that all of them can be told at once.
package final class ProblemCollector {
    /// Enough to sort honestly for any file somebody wrote; only noise has more.
    private static let keptAtMost = 2_000

    private let file: String
    private var kept: [SettingsProblem] = []
    private var dropped = 0

    package init(file: String) {
        self.file = file
    }

    package var isEmpty: Bool { kept.isEmpty }

    package func problem(_ mark: SourceMark, _ what: String, _ why: String, _ remedy: String)
        -> SettingsProblem
    {
        SettingsProblem(file: file, mark: mark, what: what, why: why, remedy: remedy)
    }

    package func add(_ mark: SourceMark, _ what: String, _ why: String, _ remedy: String) {
        add(problem(mark, what, why, remedy))
    }

    package func add(_ problem: SettingsProblem) {
        guard kept.count < Self.keptAtMost else {
            dropped += 1
            return
        }
        kept.append(problem)
    }

    /// The problems in the order of the file; those of one place stay in the order in which they were found.
    package func sorted() -> SettingsProblems {
        let order = kept.indices.sorted { (kept[$0].mark, $0) < (kept[$1].mark, $1) }
        let shown = order.prefix(SettingsProblems.maximumCount).map { kept[$0] }
        return SettingsProblems(problems: shown, omitted: kept.count - shown.count + dropped)
    }
}
