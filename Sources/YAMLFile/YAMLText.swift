import Glibc

/// Turns the bytes of a file into a tree of nodes.
package enum YAMLText {
    /// The largest file that is read.
    package static let maximumBytes = 1 << 20

    /// The root of the file, or `nil` if its structure cannot be known; problems go to `problems`.
    package static func tree(of bytes: [UInt8], problems: ProblemCollector) -> Node? {
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

extension YAMLText {
    /// The bytes of a file, one more than allowed at most, so that a file too large is seen to be so.
    ///
    /// - Throws: A problem of the first line if the file cannot be read.
    package static func contents(of path: String) throws(SettingsProblems) -> [UInt8] {
        switch read(path) {
        case .success(let bytes): return bytes
        case .failure(let failure):
            let problems = ProblemCollector(file: path)
            problems.add(
                SourceMark(line: 1, column: 1), "the file cannot be read",
                String(cString: strerror(failure.code)), "check the path and the permissions")
            throw problems.sorted()
        }
    }

    private struct ReadFailure: Error {
        var code: Int32
    }

    private static func read(_ path: String) -> Result<[UInt8], ReadFailure> {
        // Opening a pipe or a device must not wait for somebody at its other end.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return .failure(ReadFailure(code: errno)) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= maximumBytes {
            let count = Glibc.read(descriptor, &block, block.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return .failure(ReadFailure(code: errno)) }
            if count == 0 { break }
            bytes.append(contentsOf: block[..<count])
        }
        return .success(bytes)
    }
}
