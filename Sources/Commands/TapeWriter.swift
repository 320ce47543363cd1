import BatteryModel
import Gateway
import LinuxIO
import Recordings
import Synchronization

/// Writes a tape into files, on a thread of its own that may wait for a disk.
///
/// What has gone from the tape before it could be written is counted, and told in the file.
final class TapeWriter: Sendable {
    /// How far it is.
    struct Progress: Sendable {
        /// Where the present file is.
        var path = ""
        /// Bytes written to all files.
        var bytes = 0
        /// Number of files.
        var files = 0
        /// Entries of the tape that were lost.
        var missed: UInt64 = 0
        /// What became of names and serial numbers, in a sentence; `nil` if they stay.
        var anonymised: String?
    }

    private struct State: ~Copyable {
        var files: RecordingFiles
        var place = BusTape.Place.start
        var progress = Progress()
        var failure: SystemError?
        var anonymiser: Anonymiser?
    }

    private let tape: BusTape
    private let items: TapeItems
    private let keepsDirections: Bool
    private let state: Mutex<State>
    private let known = Mutex(Progress())
    private let trouble = Mutex<SystemError?>(nil)
    private let thread = PeriodicThread()

    /// What a process that is killed loses at most.
    private static let interval = Interval.milliseconds(250)

    /// Makes a writer that does nothing yet; without `keepsDirections` nothing is said about who sent what.
    init(
        _ tape: BusTape, _ items: TapeItems, to plan: RecordingFiles.Plan, keepsDirections: Bool = true,
        isAnonymous: Bool = false
    ) {
        self.tape = tape
        self.items = items
        self.keepsDirections = keepsDirections
        state = Mutex(State(files: RecordingFiles(plan), anonymiser: isAnonymous ? Anonymiser() : nil))
    }

    /// Begins the first file, and writes from then on.
    ///
    /// - Throws: `SystemError` if the file cannot be made, or the system has no thread to give.
    func start() throws(SystemError) {
        try state.withLock { state throws(SystemError) in try state.files.begin() }
        try thread.start(name: "busbar-record", every: Self.interval) { [self] in write(isLast: $0) }
    }

    /// Writes what is left, and ends.
    func stop() { thread.stop() }

    /// How far it is; never waits for the disk.
    var progress: Progress { known.withLock { $0 } }

    /// Why nothing can be written, once for each new reason.
    func takeTrouble() -> SystemError? {
        trouble.withLock { trouble in
            defer { trouble = nil }
            return trouble
        }
    }

    private func write(isLast: Bool) {
        let untold = state.withLock { state -> SystemError? in
            let before = state.failure
            state.failure = write(isLast: isLast, &state)
            state.progress.path = state.files.path
            state.progress.bytes = state.files.bytes
            state.progress.files = state.files.files
            state.progress.anonymised = state.anonymiser?.sentence
            let progress = state.progress
            known.withLock { $0 = progress }
            return state.failure == before ? nil : state.failure
        }
        if let untold { trouble.withLock { $0 = untold } }
    }

    private func write(isLast: Bool, _ state: inout State) -> SystemError? {
        let reading = tape.read(from: &state.place)
        var recorded = reading.entries.map(items.item)
        if !keepsDirections { for index in recorded.indices { recorded[index].direction = nil } }
        if reading.missed > 0 {
            state.progress.missed += reading.missed
            let note = RecordedItem(
                nanoseconds: recorded.first?.nanoseconds, link: TapeItems.nowhere, direction: nil,
                content: .note("\(reading.missed) entries are missing here: the disk was too slow"))
            recorded.insert(note, at: 0)
        }
        if state.anonymiser != nil {
            recorded = state.anonymiser?.take(recorded) ?? []
            recorded += (isLast ? state.anonymiser?.finish() : state.anonymiser?.pass(items.now)) ?? []
        }
        do throws(SystemError) {
            try state.files.add(recorded)
            if isLast { try state.files.close() }
            return nil
        } catch {
            state.progress.missed += UInt64(recorded.count)
            return error
        }
    }
}
