import Glibc

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
        var rest = bytes
        while let end = Self.lineEnd(in: rest) {
            append(rest[..<end])
            lines.append(line)
            line = Line(number: line.number + 1, bytes: [], isCut: false)
            rest = rest[(end + 1)...]
        }
        append(rest)
        return lines
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>) {
        let room = limit - line.bytes.count
        line.bytes += bytes.prefix(room)
        if bytes.count > room { line.isCut = true }
    }

    /// Where the first line in `bytes` ends; `nil` if none does.
    static func lineEnd(in bytes: ArraySlice<UInt8>) -> Int? {
        let length: Int? = bytes.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return nil }
            return memchr(start, 0x0A, bytes.count).map { UnsafeRawPointer($0) - start }
        }
        return length.map { bytes.startIndex + $0 }
    }

    /// Whether all that was taken ends with a line end.
    var isBetweenLines: Bool { line.bytes.isEmpty && !line.isCut }

    /// The number of the line that comes next, or has begun.
    var nextNumber: Int { line.number }

    /// Counts a line that was read by somebody else.
    mutating func pass() { line.number += 1 }

    /// A last line without an end; `nil` if there is none.
    public mutating func finish() -> Line? {
        defer { line.bytes = [] }
        return line.bytes.isEmpty ? nil : line
    }
}

/// What a line of a text format says.
protocol LineGrammar {
    /// Whether lines as `candump -l` writes them mean what they mean there, so that ``CandumpLine`` may read them.
    static var takesCandump: Bool { get }
    /// The most bytes of a line that are read.
    static var longestLine: Int { get }
    /// Reads one line; `nil` for one that is no frame and is not meant to be.
    mutating func read(_ line: [UInt8]) throws(Unreadable) -> Found?
}

extension LineGrammar {
    static var takesCandump: Bool { false }
    static var longestLine: Int { LineSplitter.longest }
}

/// Reads a text format line by line.
struct LinesReader<Grammar: LineGrammar>: FormatReader {
    private var grammar: Grammar
    private var splitter = LineSplitter(limit: Grammar.longestLine)

    init(_ grammar: Grammar) { self.grammar = grammar }

    mutating func take(_ bytes: ArraySlice<UInt8>) -> [Finding] {
        splitter.take(bytes).compactMap { line in read(line) }
    }

    mutating func finish() -> [Finding] {
        splitter.finish().flatMap { line in read(line) }.map { [$0] } ?? []
    }

    private mutating func read(_ line: LineSplitter.Line) -> Finding? {
        do throws(Unreadable) {
            guard !line.isCut else { throw Unreadable("it is longer than \(Grammar.longestLine) bytes") }
            guard isText(line.bytes) else { throw Unreadable("it holds bytes that are no text") }
            return try grammar.read(line.bytes).map { Finding($0, at: line.number) }
        } catch {
            return Finding(.unreadable(error.reason), at: line.number)
        }
    }
}

/// Whether bytes may be a line of text: nothing controls a device but blanks, colours and what fills up.
private func isText(_ bytes: [UInt8]) -> Bool {
    bytes.allSatisfy { $0 >= 0x20 ? $0 != 0x7F : (0x08...0x0D).contains($0) || $0 == 0x1B || $0 == 0 }
}

// MARK: - Many lines at a time

extension LinesReader {
    mutating func take(_ bytes: ArraySlice<UInt8>, into batch: inout BatchMaker) {
        var rest = bytes
        if Grammar.takesCandump, splitter.isBetweenLines || takeOneLine(&rest, into: &batch) {
            repeat {
                rest = rest.dropFirst(takeCandump(rest, into: &batch))
            } while rest.count
                >= CandumpLine.room && takeOneLine(&rest, into: &batch)
        }
        for line in splitter.take(rest) { add(line, to: &batch) }
    }

    /// Takes the lines at the beginning that ``CandumpLine`` reads; returns how many bytes that were.
    private mutating func takeCandump(_ rest: ArraySlice<UInt8>, into batch: inout BatchMaker) -> Int {
        let span = rest.span
        let bytes = span.bytes
        var place = 0
        while place + CandumpLine.room <= bytes.byteCount {
            guard let end = CandumpLine.read(bytes, from: place, number: splitter.nextNumber, into: &batch)
            else { break }
            splitter.pass()
            place = end
        }
        return place
    }

    /// Takes what is there of the line that is next; returns whether it has ended.
    private mutating func takeOneLine(_ rest: inout ArraySlice<UInt8>, into batch: inout BatchMaker) -> Bool {
        guard let end = LineSplitter.lineEnd(in: rest) else { return false }
        for line in splitter.take(rest[...end]) { add(line, to: &batch) }
        rest = rest[(end + 1)...]
        return true
    }

    private mutating func add(_ line: LineSplitter.Line, to batch: inout BatchMaker) {
        if Grammar.takesCandump, line.bytes.count < CandumpLine.room {
            // With room behind it, so that it can be read eight bytes at a time as well.
            let whole = line.bytes + [0x0A] + [UInt8](repeating: 0, count: CandumpLine.room)
            if CandumpLine.read(whole.span.bytes, from: 0, number: line.number, into: &batch) != nil {
                return
            }
        }
        if let finding = read(line) { batch.add(finding) }
    }
}
