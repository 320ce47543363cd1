import Glibc
import LinuxIO
import Settings
import YAMLFile

/// Finds the socket of a running gateway, for every command that talks to one.
struct GatewaySocket {
    private let socket: String?
    private let file: String?

    /// Asks for the options that name it.
    init(_ arguments: inout Arguments) throws(UsageError) {
        socket = try arguments.option("--socket", of: String.self, "the socket of the gateway")
        file = try arguments.option("--config", of: String.self, "the settings file that names the socket")
    }

    /// Where it is.
    ///
    /// - Throws: What is wrong with the settings that should name it.
    func path() throws(CommandFailure) -> String {
        if let socket { return socket }
        return try settings("socket", "--socket")?.socketPath ?? BusbarSettings.defaultSocketPath
    }

    /// Where the journal is.
    ///
    /// - Throws: What is wrong with the settings that should name it.
    func journalPath() throws(CommandFailure) -> String {
        guard let settings = try settings("journal", "--journal") else {
            return BusbarSettings.defaultJournalPath
        }
        if let path = settings.journalPath { return path }
        throw CommandFailure(
            "the settings keep no journal", "'journal' is none", "name the folder of one with --journal")
    }

    /// The settings; `nil` if there is no file.
    private func settings(_ what: String, _ option: String) throws(CommandFailure) -> BusbarSettings? {
        guard let path = file ?? CheckCommand.usualPaths.first(where: { access($0, F_OK) == 0 }) else {
            return nil
        }
        do throws(SettingsProblems) {
            return try BusbarSettings.read(path: path, knowing: .builtIn)
        } catch {
            throw CommandFailure(
                "\(path) does not name a \(what)", error.description, "name it with \(option)")
        }
    }

    /// Sends a line and returns the answer.
    ///
    /// - Throws: If nobody answers.
    static func ask(_ line: String, at path: String) throws(CommandFailure) -> [UInt8] {
        do throws(SystemError) {
            return try LocalClient.request(line, at: path)
        } catch {
            throw CommandFailure(
                "no gateway answers at \(path)", "\(error)",
                "start one with 'busbar run', or name its socket with --socket")
        }
    }
}
