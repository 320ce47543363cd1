/// Reads a recording in whichever format it is, piece by piece and in bounded memory.
public struct RecordingReader {
    /// The format; `nil` while too little has been seen to tell.
    public private(set) var format: RecordingFormat?
    /// What was found so far.
    public var tally: RecordingTally { batch.tally }

    private var reader: (any FormatReader)?
    private var batch = BatchMaker()
    private var head: [UInt8] = []
    private var mark = ByteOrderMark()

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
        guard let seen = beginning(bytes) else { return }
        hand(reader?.take(seen) ?? [], to: visit)
    }

    /// Says that there is no more, and hands over what that completes.
    public mutating func finish(visit: (RecordedItem, _ place: Int) -> Void) {
        let seen = lastBeginning()
        hand(reader?.take(seen) ?? [], to: visit)
        hand(reader?.finish() ?? [], to: visit)
    }

    /// Takes more of the file, and returns what it completes in few bytes: for millions of frames.
    public mutating func takeBatch(_ bytes: ArraySlice<UInt8>) -> RecordingBatch {
        if let seen = beginning(bytes) { reader?.take(seen, into: &batch) }
        return batch.taken()
    }

    /// Says that there is no more, and returns what that completes.
    public mutating func finishBatch() -> RecordingBatch {
        let seen = lastBeginning()
        reader?.take(seen, into: &batch)
        for finding in reader?.finish() ?? [] { batch.add(finding) }
        return batch.taken()
    }

    /// What is to be read next when `bytes` have come: nothing until the format is known, then all that came before.
    private mutating func beginning(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let bytes = mark.take(bytes)
        guard reader == nil else { return bytes }
        head += bytes
        guard let line = Self.firstLine(head, isWhole: head.count >= Self.longestHead) else { return nil }
        return choose(line)
    }

    /// What is still to be read at the end: something only of a file that was too short to tell.
    private mutating func lastBeginning() -> ArraySlice<UInt8> {
        let rest = mark.finish()
        guard reader == nil else { return rest }
        head += rest
        return choose(Self.firstLine(head, isWhole: true) ?? "")
    }

    private mutating func choose(_ line: String) -> ArraySlice<UInt8> {
        let found = RecordingFormat.all.first { [head] in $0.begins(head, line) } ?? TextLines.format
        format = found
        reader = found.makeReader()
        defer { head = [] }
        return head[...]
    }

    private mutating func hand(_ findings: [Finding], to visit: (RecordedItem, _ place: Int) -> Void) {
        for finding in findings {
            batch.tally.count(finding)
            if case .item(let item) = finding.found { visit(item, finding.place) }
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
