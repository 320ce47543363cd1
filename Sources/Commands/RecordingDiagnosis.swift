import BatteryModel
import BusDiagnosis
import LinuxIO
import Recordings
import Reporting

/// Reads a recording through the diagnosis, link by link, in bounded memory.
///
/// One thread reads, another listens: a recording has millions of frames.
struct RecordingDiagnosis {
    private let options: DiagnosisOptions
    private(set) var leftOut = 0

    init(_ options: DiagnosisOptions) { self.options = options }

    /// Reads the file at `path`.
    mutating func read(
        _ path: String, as format: RecordingFormat?, _ console: Console
    ) throws(CommandFailure) -> DiagnosisDocument {
        var file = try FileInput(path, console)
        var reader = RecordingReader(format: format)
        let listening = WorkThread(name: "diagnosis", RecordedLinks(options)) { links, batch in
            links.take(batch)
        }
        while let bytes = try file.read(), console.isOpen {
            listening.give(reader.takeBatch(bytes))
            console.progress("\(path): \(reader.tally.frames) frames")
        }
        listening.give(reader.finishBatch())
        let links = listening.finish()
        console.progress("")
        leftOut = links.leftOut
        var document = DiagnosisDocument(
            source: path == "-" ? "standard input" : path, version: Busbar.version, observers: links.observers
        )
        document.format = reader.format?.name
        document.unreadable = reader.tally.unreadable
        document.firstUnreadable = reader.complaint
        document.timeJumps = reader.jump
        return document
    }
}

/// The links of a recording, each with who listens to it.
private struct RecordedLinks: Sendable {
    private(set) var observers: [LinkObserver] = []
    private(set) var leftOut = 0

    private let options: DiagnosisOptions
    private var last = Instant(nanoseconds: 0)
    /// Somebody who sets the clock of the recorder must not make a silence.
    private var times = RecordedTime()
    /// The observer of each link of the batches, and of each name.
    private var places: [Int?] = [], numbers: [String: Int] = [:]

    /// So many links are told apart.
    private static let mostLinks = 16

    init(_ options: DiagnosisOptions) { self.options = options }

    mutating func take(_ batch: RecordingBatch) {
        batch.visit { frame in
            take(frame, of: batch)
        } other: { item, place in
            take(item, place)
        }
    }

    private mutating func pass(to nanoseconds: Int64, _ place: Int) {
        last = Instant(nanoseconds: times.take(nanoseconds, place: place))
    }

    private mutating func take(_ frame: RecordedFrame, of batch: RecordingBatch) {
        if let time = frame.nanoseconds { pass(to: time, frame.place) }
        let link = Int(frame.link)
        if link >= places.count { add(batch.links[...link], frame.nanoseconds) }
        guard let place = places[link] else {
            leftOut += 1
            return
        }
        observers[place].received(frame.frame, at: last, place: frame.place)
    }

    /// Takes what is no frame, or a frame of a link beyond counting.
    private mutating func take(_ item: RecordedItem, _ place: Int) {
        if let time = item.nanoseconds { pass(to: time, place) }
        switch item.content {
        case .frame: leftOut += 1
        case .note: break
        case .bytes(let bytes):
            guard let observer = observer(of: item.link, item.nanoseconds) else {
                leftOut += 1
                return
            }
            observers[observer].received(bytes.span, isOwn: item.direction == .sent, at: last, place: place)
        }
    }

    private mutating func add(_ links: ArraySlice<String>, _ nanoseconds: Int64?) {
        for name in links.dropFirst(places.count) { places.append(observer(of: name, nanoseconds)) }
    }

    private mutating func observer(of link: String, _ nanoseconds: Int64?) -> Int? {
        if let known = numbers[link] { return known }
        guard observers.count < Self.mostLinks else { return nil }
        // Before 2001 it is the time since the recording began.
        let began = nanoseconds.flatMap { $0 > 978_307_200_000_000_000 ? $0 : nil }
        var options = options
        options.hasTimes = nanoseconds != nil
        observers.append(LinkObserver(name: link, options: options, beganAtUnixNanoseconds: began))
        numbers[link] = observers.count - 1
        return observers.count - 1
    }
}
