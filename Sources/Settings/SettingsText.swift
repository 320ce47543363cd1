/// Turns the bytes of a settings file into a tree of nodes.
enum SettingsText {
    /// The largest file that is read.
    static let maximumBytes = 1 << 20

    /// The root of the file, or `nil` if its structure cannot be known; problems go to `problems`.
    static func tree(of bytes: [UInt8], problems: ProblemCollector) -> Node? {
        var bytes = bytes
        let start = SourceMark(line: 1, column: 1)
        guard bytes.count <= maximumBytes else {
            problems.add(
                start, "the file is larger than 1 MiB", "no settings are so long",
                "check that this is the right file")
            return nil
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        guard !bytes.isEmpty else {
            problems.add(
                start, "the file is empty", "nothing is known of the plant", "start from a file in 'examples'"
            )
            return nil
        }
        let tabs = replaceTabs(in: &bytes, problems: problems)
        guard tabs != .inIndentation else { return nil }
        return bytes.withUnsafeBufferPointer { text -> Node? in
            guard let events = YAMLEvents(text: text) else {
                problems.add(start, "no memory to read the file", "the machine is full", "free some memory")
                return nil
            }
            var builder = NodeBuilder(events: events, problems: problems)
            do throws(NodeBuilder.Stop) {
                return try builder.root()
            } catch {
                // Where a tab has already been named, what the parser makes of the line would only confuse.
                if tabs == .none { problems.add(error.problem) }
                return nil
            }
        }
    }

    private enum Tabs {
        case none, inIndentation, elsewhere
    }

    /// Puts a space in place of every tab outside a comment, and names the first one of each line.
    private static func replaceTabs(in bytes: inout [UInt8], problems: ProblemCollector) -> Tabs {
        var found = Tabs.none
        var line = TabScan()
        for index in bytes.indices {
            switch bytes[index] {
            case UInt8(ascii: "\n"):
                line = TabScan(line: line.line + 1)
                continue
            case UInt8(ascii: "#") where line.lastWasBlank: line.isComment = true
            case UInt8(ascii: "\t") where !line.isComment:
                bytes[index] = UInt8(ascii: " ")
                if !line.hasTab { name(line, problems) }
                if line.isIndentation { found = .inIndentation } else if found == .none { found = .elsewhere }
                line.hasTab = true
            default: break
            }
            line.pass(bytes[index])
        }
        return found
    }

    private static func name(_ line: TabScan, _ problems: ProblemCollector) {
        problems.add(
            SourceMark(line: line.line, column: line.column), "a tab",
            "a tab looks different in every editor, and YAML forbids it in the indentation",
            "replace it by spaces")
    }

    /// What is known of a line while its bytes pass.
    private struct TabScan {
        var line = 1
        var column = 1
        var isIndentation = true
        var isComment = false
        var lastWasBlank = true
        var hasTab = false

        mutating func pass(_ byte: UInt8) {
            lastWasBlank = byte == UInt8(ascii: " ")
            if !lastWasBlank { isIndentation = false }
            if byte & 0b1100_0000 != 0b1000_0000 { column += 1 }
        }
    }
}
