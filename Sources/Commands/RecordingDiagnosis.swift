import BatteryModel
import BusDiagnosis
import Recordings
import Reporting

/// Reads a recording through the diagnosis, link by link, in bounded memory.
struct RecordingDiagnosis {
    private let options: DiagnosisOptions
    private var observers: [LinkObserver] = []
    private var places: [String: Int] = [:]
    private var last = Instant(nanoseconds: 0)
    private(set) var leftOut = 0
    private(set) var serialRuns = 0

    /// So many links are told apart.
    private static let mostLinks = 16

    init(_ options: DiagnosisOptions) { self.options = options }

    /// Reads the file at `path`.
    mutating func read(
        _ path: String, as format: RecordingFormat?, _ console: Console
    ) throws(CommandFailure) -> DiagnosisDocument {
        var file = try FileInput(path, console)
        var reader = RecordingReader(format: format)
        while let bytes = try file.read(), console.isOpen {
            reader.take(bytes) { item, place in take(item, place) }
            console.progress("\(path): \(reader.tally.frames) frames")
        }
        reader.finish { item, place in take(item, place) }
        console.progress("")
        var document = DiagnosisDocument(
            source: path == "-" ? "standard input" : path, version: Busbar.version, observers: observers)
        document.format = reader.format?.name
        document.unreadable = reader.tally.unreadable
        document.firstUnreadable = Self.complaint(reader)
        return document
    }

    private mutating func take(_ item: RecordedItem, _ place: Int) {
        if let time = item.nanoseconds { last = Instant(nanoseconds: time) }
        guard case .frame(let frame) = item.content else {
            serialRuns += 1
            return
        }
        guard let index = observer(of: item.link, item.nanoseconds) else {
            leftOut += 1
            return
        }
        observers[index].received(frame, at: last, place: place)
    }

    private mutating func observer(of link: String, _ nanoseconds: Int64?) -> Int? {
        if let index = places[link] { return index }
        guard observers.count < Self.mostLinks else { return nil }
        // Before 2001 it is the time since the recording began.
        let began = nanoseconds.flatMap { $0 > 978_307_200_000_000_000 ? $0 : nil }
        observers.append(LinkObserver(name: link, options: options, beganAtUnixNanoseconds: began))
        places[link] = observers.count - 1
        return observers.count - 1
    }

    private static func complaint(_ reader: RecordingReader) -> String? {
        guard let first = reader.tally.firstUnreadable else { return nil }
        let count = reader.tally.unreadable
        let isBinary = reader.format?.isBinary == true
        let what = isBinary ? "place" : "line"
        let place = isBinary ? "at byte \(first.place)" : "line \(first.place)"
        return count == 1
            ? "1 \(what) cannot be read: \(place): \(first.reason)"
            : "\(count) \(what)s cannot be read; the first is \(place): \(first.reason)"
    }
}
