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
        var items: [RecordedItem] = []
        take(bytes) { item, _ in items.append(item) }
        return items
    }

    /// Says that there is no more, and returns what that completes.
    public mutating func finish() -> [RecordedItem] {
        var items: [RecordedItem] = []
        finish { item, _ in items.append(item) }
        return items
    }

    /// Takes more of the file, and hands over what it completes, each with its place: a line counted from 1, in a binary
    /// file a byte.
    public mutating func take(_ bytes: ArraySlice<UInt8>, visit: (RecordedItem, _ place: Int) -> Void) {
        guard reader == nil else { return hand(reader?.take(bytes) ?? [], to: visit) }
        head += bytes
        guard let line = Self.firstLine(head, isWhole: head.count >= Self.longestHead) else { return }
        hand(choose(line), to: visit)
    }

    /// Says that there is no more, and hands over what that completes.
    public mutating func finish(visit: (RecordedItem, _ place: Int) -> Void) {
        if reader == nil { hand(choose(Self.firstLine(head, isWhole: true) ?? ""), to: visit) }
        hand(reader?.finish() ?? [], to: visit)
    }

    private mutating func choose(_ line: String) -> [Finding] {
        let found = RecordingFormat.all.first { [head] in $0.begins(head, line) } ?? TextLines.format
        format = found
        reader = found.makeReader()
        let seen = head
        head = []
        return reader?.take(seen[...]) ?? []
    }

    private mutating func hand(_ findings: [Finding], to visit: (RecordedItem, _ place: Int) -> Void) {
        for finding in findings {
            tally.count(finding)
            if case .item(let item) = finding.found { visit(item, finding.place) }
        }
    }

    /// The first line that is not empty; of a binary file, what comes before the first line end.
    private static func firstLine(_ head: [UInt8], isWhole: Bool) -> String? {
        let lines = head.split(omittingEmptySubsequences: false) { $0 == 0x0A }
        for (number, line) in lines.enumerated() where number < lines.count - 1 || isWhole {
            let text = String(decoding: line, as: UTF8.self)
            if text.contains(where: { !$0.isWhitespace }) { return text }
        }
        // The binary formats say what they are in their first four bytes.
        return head.count >= 4 && lines.count == 1 && head[..<4].contains(where: { $0 < 9 || $0 > 0x7E })
            ? "" : nil
    }
}
