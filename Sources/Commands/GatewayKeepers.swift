import Gateway
import LinuxIO
import Reporting
import Settings

/// What a gateway keeps on disk: its memory over a restart, and the journal of its decisions.
///
/// Nothing of it is needed to run: what cannot be kept is told, and that is all.
final class GatewayKeepers {
    /// Where things are kept; `nil` for what is not.
    struct Places {
        var state: String?
        var journal: String?
    }

    private let places: Places
    private var stateFile: StateFile?
    private var state: StateKeeper?
    private var journal: JournalKeeper?

    init(_ places: Places) {
        self.places = places
    }

    /// Reads what is remembered into a configuration.
    func remember(into configuration: inout GatewayConfiguration) {
        guard let path = places.state else { return }
        var file = StateFile(path: path, configuration)
        configuration.remembered = file.load(wall: WallClock.now())
        stateFile = file
    }

    /// Begins to keep.
    func start(_ gateway: Gateway, _ complain: (String) -> Void) {
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

    /// Tells what has gone wrong since the last call.
    func tell(_ complain: (String) -> Void) {
        if let error = state?.takeTrouble() { complain("the state cannot be saved: \(error)") }
        if let error = journal?.takeTrouble() { complain("the journal cannot be written: \(error)") }
    }

    /// Keeps what there is at the end.
    func stop() {
        state?.stop()
        journal?.stop()
    }
}
