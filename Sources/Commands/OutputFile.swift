import Glibc
import LinuxIO

/// A file that a command writes; it appears when it is complete.
struct OutputFile {
    private let file: NewFile

    /// Where it will be.
    var path: String { file.path }

    /// Begins a file; one that is there gives way only if it may be replaced.
    init(_ path: String, replaces: Bool) throws(CommandFailure) {
        do throws(SystemError) {
            file = try NewFile(path: path, replaces: replaces)
        } catch {
            throw Self.failure(path, error)
        }
    }

    /// Adds bytes.
    func write(_ bytes: [UInt8]) throws(CommandFailure) {
        do throws(SystemError) { try file.write(bytes) } catch { throw Self.failure(path, error) }
    }

    /// Writes `bytes` over the beginning.
    func replaceBeginning(with bytes: [UInt8]) throws(CommandFailure) {
        do throws(SystemError) { try file.replaceBeginning(with: bytes) } catch {
            throw Self.failure(path, error)
        }
    }

    /// Says that it is complete.
    func keep() throws(CommandFailure) {
        do throws(SystemError) { try file.keep() } catch { throw Self.failure(path, error) }
    }

    private static func failure(_ path: String, _ error: SystemError) -> CommandFailure {
        CommandFailure(
            "\(UsageError.quoted(path)) cannot be written", String(cString: strerror(error.code)),
            error.code == EEXIST
                ? "choose another name, or add --force" : "check the folder and the space on the disk")
    }
}
