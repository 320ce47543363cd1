/// One way to keep a recording in a file.
public struct RecordingFormat: Sendable {
    /// The word for it on the command line.
    public let id: String
    /// The name for people.
    public let name: String
    /// How the names of such files end, without the dot; the first is used for new files.
    public let endings: [String]
    /// What it is written by, and what it cannot hold.
    public let about: String

    /// Whether places in such a file are bytes, not lines.
    public var isBinary = false

    /// Whether a file that begins so is one; `line` is its first line that is not empty.
    let begins: @Sendable (_ head: [UInt8], _ line: String) -> Bool
    let makeReader: @Sendable () -> any FormatReader
    /// `nil` if Busbar does not write it.
    let makeWriter: (@Sendable () -> any FormatWriter)?

    /// Whether lines that begin with `#` are passed over by those who read such files.
    public var takesComments = false

    /// Whether Busbar writes it.
    public var isWritten: Bool { makeWriter != nil }

    /// All formats; the last takes what no other does.
    public static let all = [
        VectorBLF.format, PCAPNG.format, PCAPNG.oldFormat, PCANTrace.format, VectorASC.format, GVRET.format,
        PythonCANTable.format, BusbarLines.format, SerialLines.format, Candump.format, TextLines.format,
    ]

    /// The format to write where nothing else is said.
    public static let usual = Candump.format

    /// The format with the id `id`.
    public static func named(_ id: String) -> RecordingFormat? { all.first { $0.id == id } }

    /// The format for a file named `path`, by its ending.
    public static func forFile(named path: String) -> RecordingFormat? {
        guard let dot = path.lastIndex(of: "."), dot > path.lastIndex(of: "/") ?? path.startIndex else {
            return nil
        }
        let ending = path[path.index(after: dot)...].lowercased()
        return all.first { $0.isWritten && $0.endings.contains(ending) }
    }
}

/// Understands one format, fed with the file piece by piece.
protocol FormatReader {
    /// Takes more of the file, returns what it completes.
    mutating func take(_ bytes: ArraySlice<UInt8>) -> [Finding]
    /// Takes more of the file, and adds what it completes to a batch.
    mutating func take(_ bytes: ArraySlice<UInt8>, into batch: inout BatchMaker)
    /// Says that there is no more, returns what that completes.
    mutating func finish() -> [Finding]
}

extension FormatReader {
    mutating func take(_ bytes: ArraySlice<UInt8>, into batch: inout BatchMaker) {
        for finding in take(bytes) { batch.add(finding) }
    }
}

/// Writes one format, item by item.
protocol FormatWriter {
    /// What stands before the first item.
    mutating func begin(_ first: RecordedItem?) -> [UInt8]
    /// One item; `nil` if the format has no place for it.
    mutating func write(_ item: RecordedItem) -> [UInt8]?
    /// What stands behind the last.
    mutating func end() -> [UInt8]
    /// What replaces the beginning when all is written; `nil` if nothing does.
    var finalBeginning: [UInt8]? { get }
}

extension FormatWriter {
    mutating func begin(_ first: RecordedItem?) -> [UInt8] { [] }
    mutating func end() -> [UInt8] { [] }
    var finalBeginning: [UInt8]? { nil }
}
