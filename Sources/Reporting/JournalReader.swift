import LinuxIO

/// Finds in a journal what was decided at a time.
///
/// Whatever stands in its files, lines that are no explanations are counted and left out.
public struct JournalReader: Sendable {
    private let folder: JournalFolder
    private var spoiledIn: [String: Int] = [:]

    /// Lines and files that could not be read so far.
    public var spoiled: Int { spoiledIn.values.reduce(0, +) }

    /// What is found.
    public struct Finding: Sendable, Equatable {
        /// What held at the time.
        public var document: ExplanationDocument
        /// When it was recorded.
        public var at: Int64
        /// When something else began to decide, if that was recorded.
        public var changedAt: Int64?
    }

    /// Makes a reader of the journal in the folder at `path`.
    public init(path: String) {
        folder = JournalFolder(path: path)
    }

    /// Whether there is anything to read.
    public var isEmpty: Bool { folder.names.isEmpty }

    /// What was recorded last at or before a time.
    ///
    /// - Parameters:
    ///   - time: Seconds since the beginning of 1970.
    ///   - topic: The value of which the next change is looked for; `nil` for any of them.
    /// - Returns: `nil` if nothing was recorded before then.
    public mutating func find(_ time: Int64, _ topic: ExplanationTopic?) -> Finding? {
        let names = folder.names
        let date = CivilTime(seconds: time).date
        let start = names.lastIndex { JournalFolder.date($0) <= date } ?? names.startIndex
        guard let (place, entry) = last(before: time, names, from: start) else { return nil }
        let decider = { (document: ExplanationDocument) in
            topic.map { document.decider($0) } ?? document.decider
        }
        var finding = Finding(document: entry, at: entry.unixSeconds ?? time)
        for name in names[place...].prefix(Self.filesAhead) {
            let others = documents(name).filter { decider($0) != decider(entry) }
            finding.changedAt = others.compactMap(\.unixSeconds).filter { $0 > time }.min()
            if finding.changedAt != nil { break }
        }
        return finding
    }

    /// The last entry at or before `time`, looked for from the file at `start` backwards.
    private mutating func last(
        before time: Int64, _ names: [String], from start: Int
    ) -> (place: Int, document: ExplanationDocument)? {
        guard names.indices.contains(start) else { return nil }
        for place in (0...start).reversed() {
            var best: ExplanationDocument?
            for document in documents(names[place]) {
                guard let at = document.unixSeconds, at <= time else { continue }
                if at >= best?.unixSeconds ?? .min { best = document }
            }
            if let best { return (place, best) }
        }
        return nil
    }

    /// So many files are searched for the next change: about a day of a busy bank.
    private static let filesAhead = 4
    /// The longest file that is read.
    private static let longestFile = 16 << 20
    /// The longest line that is looked at.
    private static let longestLine = 1 << 20

    private mutating func documents(_ name: String) -> [ExplanationDocument] {
        let read = try? DurableFile.read("\(folder.path)/\(name)", limit: Self.longestFile)
        guard let bytes = read ?? nil else {
            spoiledIn[name] = 1
            return []
        }
        var count = 0
        defer { spoiledIn[name] = count }
        var found: [ExplanationDocument] = []
        for line in bytes.split(separator: 0x0A) {
            guard line.count <= Self.longestLine,
                let document = try? ExplanationDocument(json: Array(line)), document.unixSeconds != nil
            else {
                count += 1
                continue
            }
            found.append(document)
        }
        return found
    }
}
