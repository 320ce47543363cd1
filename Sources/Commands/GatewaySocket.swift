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
        guard let settingsPath = file ?? CheckCommand.usualPaths.first(where: { access($0, F_OK) == 0 })
        else {
            return BusbarSettings.defaultSocketPath
        }
        do throws(SettingsProblems) {
            return try BusbarSettings.read(path: settingsPath, knowing: .builtIn).socketPath
        } catch {
            throw CommandFailure(
                "\(settingsPath) does not name a socket", error.description, "name it with --socket")
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
