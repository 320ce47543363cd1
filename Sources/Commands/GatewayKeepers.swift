import BatteryModel
import Gateway
import LinuxIO
import Reporting
import Settings

/// What works beside a gateway: its memory over a restart, the journal of its decisions, the record of what was on its
/// buses, and the diagnosis of it.
///
/// Nothing of it is needed to run: what does not work is told, and that is all.
final class GatewayKeepers {
    /// Where things are kept; `nil` for what is not.
    struct Places {
        var state: String?
        var journal: String?
        /// How everything on the buses is recorded.
        var record: RecordOptions?
        /// The settings in full, for the head of what is recorded.
        var settings = ""

        /// The folder of the black box: beside the state, else where everything is recorded.
        var blackBox: String? { state.map { DurableFile(path: $0).folderPath } ?? record?.folder }
    }

    private let places: Places
    private var stateFile: StateFile?
    private var state: StateKeeper?
    private var journal: JournalKeeper?
    private var recorder: TapeWriter?
    private var blackBox: BlackBox?
    private let tape = BusTape()
    /// What finds out what is wrong on the buses; `nil` before the start.
    private(set) var diagnosis: DiagnosisKeeper?

    init(_ places: Places) {
        self.places = places
    }

    /// Reads what is remembered into a configuration.
    func remember(into configuration: inout GatewayConfiguration) {
        configuration.tape = tape
        guard let path = places.state else { return }
        var file = StateFile(path: path, configuration)
        configuration.remembered = file.load(wall: WallClock.now())
        stateFile = file
    }

    /// Begins to keep.
    func start(_ gateway: Gateway, _ configuration: GatewayConfiguration, _ complain: (String) -> Void) {
        startRecording(gateway, configuration, complain)
        startDiagnosis(gateway, configuration, complain)
        do throws(SystemError) {
            if let stateFile {
                let keeper = StateKeeper(stateFile, of: gateway)
                try keeper.start()
                state = keeper
            }
        } catch {
            complain("nothing will be remembered over a restart: \(error)")
        }
        do throws(SystemError) {
            if let path = places.journal {
                let keeper = try JournalKeeper(path: path, of: gateway, version: Busbar.version)
                try keeper.start()
                journal = keeper
            }
        } catch {
            complain("no journal is kept, and 'busbar why --at' will find nothing: \(error)")
        }
    }

    private func startRecording(
        _ gateway: Gateway, _ configuration: GatewayConfiguration, _ complain: (String) -> Void
    ) {
        do throws(SystemError) {
            if let record = places.record {
                let plan = RecordingFiles.Plan(configuration, settings: places.settings, run: record)
                let writer = TapeWriter(tape, TapeItems(configuration), to: plan)
                try writer.start()
                recorder = writer
            }
        } catch {
            complain("nothing is recorded: \(error)")
        }
        do throws(SystemError) {
            if let folder = places.blackBox {
                let plan = RecordingFiles.Plan(configuration, settings: places.settings, alarm: folder)
                let box = BlackBox(tape, TapeItems(configuration), of: gateway, to: plan)
                try box.start()
                blackBox = box
            }
        } catch {
            complain("there is no black box: \(error)")
        }
    }

    private func startDiagnosis(
        _ gateway: Gateway, _ configuration: GatewayConfiguration, _ complain: (String) -> Void
    ) {
        do throws(SystemError) {
            let keeper = DiagnosisKeeper(tape, configuration) { gateway.note($0) }
            try keeper.start()
            diagnosis = keeper
        } catch {
            complain("nobody looks for what is wrong on the buses: \(error)")
        }
    }

    /// Says what is in files of what was on the buses.
    var kept: @Sendable (Instant) -> StatusDocument.Kept {
        { [recorder, blackBox] now in
            StatusDocument.Kept(
                recording: recorder?.progress.described, blackBox: blackBox?.described(at: now))
        }
    }

    /// Tells what has gone wrong since the last call.
    func tell(_ complain: (String) -> Void) {
        if let error = state?.takeTrouble() { complain("the state cannot be saved: \(error)") }
        if let error = journal?.takeTrouble() { complain("the journal cannot be written: \(error)") }
        if let error = recorder?.takeTrouble() { complain("the buses cannot be recorded: \(error)") }
        if let error = blackBox?.takeTrouble() { complain("the black box cannot be written: \(error)") }
    }

    /// Keeps what there is at the end.
    func stop() {
        state?.stop()
        journal?.stop()
        recorder?.stop()
        blackBox?.stop()
        diagnosis?.stop()
    }
}
