import Glibc

/// A file or the standard input, read line by line as it comes, in constant memory.
struct LineInput: ~Copyable {
    private let name: String
    private let descriptor: Int32
    private let isOwned: Bool
    private var splitter: LineSplitter
    private var block = [UInt8](repeating: 0, count: 65_536)

    /// Opens the file at `path`; `-` is what the console reads. Of a line, `longestLine` bytes are kept at most.
    init(
        _ path: String, _ console: Console, longestLine: Int = LineSplitter.longest
    ) throws(CommandFailure) {
        splitter = LineSplitter(limit: longestLine)
        let isFile = path != "-"
        name = isFile ? UsageError.quoted(path) : "the standard input"
        isOwned = isFile
        descriptor = isFile ? open(path, O_RDONLY | O_CLOEXEC) : console.input
        guard descriptor >= 0 else { throw Self.failure(name, errno) }
    }

    deinit { if isOwned { close(descriptor) } }

    /// Waits for more and hands over the lines that came; the last line need not be ended.
    ///
    /// - Returns: Whether there may be more.
    mutating func read(_ line: (LineSplitter.Line) -> Void) throws(CommandFailure) -> Bool {
        var count = Glibc.read(descriptor, &block, block.count)
        while count < 0, errno == EINTR { count = Glibc.read(descriptor, &block, block.count) }
        guard count >= 0 else { throw Self.failure(name, errno) }
        if count == 0 {
            splitter.finish(line)
        } else {
            splitter.take(block[..<count], line)
        }
        return count > 0
    }

    private static func failure(_ name: String, _ code: Int32) -> CommandFailure {
        CommandFailure(
            "\(name) cannot be read", String(cString: strerror(code)), "check the path and the permissions")
    }
}

/// Cuts a stream of bytes into numbered lines of bounded length.
struct LineSplitter {
    /// The most bytes of a line that are kept, where nobody wants more.
    static let longest = 512

    /// The most bytes of a line that are kept.
    let limit: Int

    /// One line.
    struct Line {
        /// Counted from 1.
        var number: Int
        /// Its bytes without the line end, the first ``LineSplitter/limit`` at most.
        var bytes: [UInt8]
        /// Whether it was longer.
        var isCut: Bool
    }

    private var line = Line(number: 1, bytes: [], isCut: false)

    /// Makes one that has seen nothing.
    init(limit: Int = LineSplitter.longest) { self.limit = limit }

    /// Takes more bytes.
    mutating func take(_ bytes: ArraySlice<UInt8>, _ visit: (Line) -> Void) {
        for byte in bytes {
            if byte == 0x0A {
                visit(line)
                line.bytes.removeAll(keepingCapacity: true)
                line.isCut = false
                line.number += 1
            } else if line.bytes.count < limit {
                line.bytes.append(byte)
            } else {
                line.isCut = true
            }
        }
    }

    /// Hands over a last line without an end.
    func finish(_ visit: (Line) -> Void) {
        if !line.bytes.isEmpty { visit(line) }
    }
}
