/// Cuts a stream of bytes into numbered lines of bounded length.
public struct LineSplitter {
    /// The most bytes of a line that are kept, where nobody wants another number.
    public static let longest = 4_096

    /// The most bytes of a line that are kept.
    public let limit: Int

    /// One line.
    public struct Line {
        /// Counted from 1.
        public var number: Int
        /// Its bytes without the line end, the first ``LineSplitter/limit`` at most.
        public var bytes: [UInt8]
        /// Whether it was longer.
        public var isCut: Bool
    }

    private var line = Line(number: 1, bytes: [], isCut: false)

    /// Makes one that has seen nothing.
    public init(limit: Int = LineSplitter.longest) { self.limit = limit }

    /// Takes more bytes and returns the lines that they end.
    public mutating func take(_ bytes: ArraySlice<UInt8>) -> [Line] {
        var lines: [Line] = []
        for byte in bytes {
            if byte == 0x0A {
                lines.append(line)
                line = Line(number: line.number + 1, bytes: [], isCut: false)
            } else if line.bytes.count < limit {
                line.bytes.append(byte)
            } else {
                line.isCut = true
            }
        }
        return lines
    }

    /// A last line without an end; `nil` if there is none.
    public mutating func finish() -> Line? {
        defer { line.bytes = [] }
        return line.bytes.isEmpty ? nil : line
    }
}

/// What a line of a text format says.
protocol LineGrammar {
    /// Reads one line; `nil` for one that is no frame and is not meant to be.
    mutating func read(_ line: [UInt8]) throws(Unreadable) -> Found?
}

/// Reads a text format line by line.
struct LinesReader<Grammar: LineGrammar>: FormatReader {
    private var grammar: Grammar
    private var splitter = LineSplitter()

    init(_ grammar: Grammar) { self.grammar = grammar }

    mutating func take(_ bytes: ArraySlice<UInt8>) -> [Finding] {
        splitter.take(bytes).compactMap { line in read(line) }
    }

    mutating func finish() -> [Finding] {
        splitter.finish().flatMap { line in read(line) }.map { [$0] } ?? []
    }

    private mutating func read(_ line: LineSplitter.Line) -> Finding? {
        do throws(Unreadable) {
            guard !line.isCut else { throw Unreadable("it is longer than \(LineSplitter.longest) bytes") }
            return try grammar.read(line.bytes).map { Finding($0, at: line.number) }
        } catch {
            return Finding(.unreadable(error.reason), at: line.number)
        }
    }
}
