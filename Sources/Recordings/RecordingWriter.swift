/// Writes a recording in one format.
public struct RecordingWriter {
    /// Items that the format has no place for, and that were left out.
    public private(set) var leftOut = 0

    private var writer: any FormatWriter
    private let takesComments: Bool
    private var hasBegun = false

    /// A writer; `nil` if Busbar does not write the format.
    public init?(_ format: RecordingFormat) {
        guard let make = format.makeWriter else { return nil }
        writer = make()
        takesComments = format.takesComments
    }

    /// The bytes to add to the file for an item; they may be kept back until there are more.
    public mutating func write(_ item: RecordedItem) -> [UInt8] {
        let head = begin(item)
        guard let bytes = writer.write(item) else {
            // A note was not on the wire: nothing of the recording is missing without it.
            if case .note = item.content { return head }
            leftOut += 1
            return head
        }
        return head + bytes
    }

    /// The bytes of comments, a line each; none if the format has no place for comments.
    public func comments(_ lines: [String]) -> [UInt8] {
        takesComments ? lines.flatMap { Array("# \($0.onOneLine)\n".utf8) } : []
    }

    /// The bytes that end the file.
    public mutating func end() -> [UInt8] { begin(nil) + writer.end() }

    /// What the file's beginning is to be replaced by once all is written; `nil` if it stays.
    ///
    /// Where it cannot be replaced, as in a pipe, most programs read the file all the same.
    public var finalBeginning: [UInt8]? { writer.finalBeginning }

    private mutating func begin(_ first: RecordedItem?) -> [UInt8] {
        guard !hasBegun else { return [] }
        hasBegun = true
        return writer.begin(first)
    }
}
