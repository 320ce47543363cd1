/// Reads a recording in whichever format it is, piece by piece and in bounded memory.
public struct RecordingReader {
    /// The format; `nil` while too little has been seen to tell.
    public private(set) var format: RecordingFormat?
    /// What was found so far.
    public private(set) var tally = RecordingTally()

    private var reader: (any FormatReader)?
    private var head: [UInt8] = []

    /// So much is looked at to tell the format, if no line ends before.
    private static let longestHead = 4_096

    /// A reader that finds out the format, or reads `format`.
    public init(format: RecordingFormat? = nil) {
        self.format = format
        reader = format?.makeReader()
    }

    /// Takes more of the file, and returns what it completes.
    public mutating func take(_ bytes: ArraySlice<UInt8>) -> [RecordedItem] {
        if reader != nil { return count(reader?.take(bytes) ?? []) }
        head += bytes
        guard let line = Self.firstLine(head, isWhole: head.count >= Self.longestHead) else { return [] }
        return choose(line)
    }

    /// Says that there is no more, and returns what that completes.
    public mutating func finish() -> [RecordedItem] {
        let items = reader == nil ? choose(Self.firstLine(head, isWhole: true) ?? "") : []
        return items + count(reader?.finish() ?? [])
    }

    private mutating func choose(_ line: String) -> [RecordedItem] {
        let found = RecordingFormat.all.first { [head] in $0.begins(head, line) } ?? TextLines.format
        format = found
        reader = found.makeReader()
        let seen = head
        head = []
        return count(reader?.take(seen[...]) ?? [])
    }

    private mutating func count(_ findings: [Finding]) -> [RecordedItem] {
        findings.compactMap { finding in
            tally.count(finding)
            guard case .item(let item) = finding.found else { return nil }
            return item
        }
    }

    /// The first line that is neither empty nor a comment; of a binary file, what comes before the first line end.
    private static func firstLine(_ head: [UInt8], isWhole: Bool) -> String? {
        let lines = head.split(omittingEmptySubsequences: false) { $0 == 0x0A }
        for (number, line) in lines.enumerated() where number < lines.count - 1 || isWhole {
            let text = String(decoding: line, as: UTF8.self)
            if text.contains(where: { !$0.isWhitespace }), !text.hasPrefix("#") { return text }
        }
        if isWhole { return "" }
        // The binary formats say what they are in their first four bytes.
        return head.count >= 4 && lines.count == 1 && head[..<4].contains(where: { $0 < 9 || $0 > 0x7E })
            ? "" : nil
    }
}
