import Recordings

/// A file or the standard input, read line by line as it comes, in constant memory.
struct LineInput: ~Copyable {
    private var file: FileInput
    private var splitter: LineSplitter

    /// Opens the file at `path`; `-` is what the console reads.
    ///
    /// Of a line, `longestLine` bytes are kept at most.
    init(_ path: String, _ console: Console, longestLine: Int) throws(CommandFailure) {
        file = try FileInput(path, console)
        splitter = LineSplitter(limit: longestLine)
    }

    /// Waits for more and hands over the lines that came; the last line need not be ended.
    ///
    /// - Returns: Whether there may be more.
    mutating func read(_ visit: (LineSplitter.Line) -> Void) throws(CommandFailure) -> Bool {
        guard let bytes = try file.read() else {
            if let line = splitter.finish() { visit(line) }
            return false
        }
        for line in splitter.take(bytes) { visit(line) }
        return true
    }
}
