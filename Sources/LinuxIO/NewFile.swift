import CLinuxIO
import Glibc

/// A file that gets its name only when it is complete, so that a program that is stopped leaves nothing behind.
///
/// Until ``keep()`` it has no name and vanishes with its owner. Where the file system knows no files without a name, it
/// has one from the beginning.
public final class NewFile {
    /// Where it will be.
    public let path: String

    private let file: OwnedDescriptor
    private let isNamed: Bool
    private let replaces: Bool

    /// Begins a file.
    ///
    /// - Parameters:
    ///   - path: Where it will be.
    ///   - replaces: Whether a file that is there already gives way.
    /// - Throws: `SystemError`, with `EEXIST` if there is one that does not give way.
    public init(path: String, replaces: Bool) throws(SystemError) {
        guard replaces || access(path, F_OK) != 0 else {
            throw SystemError(call: "open", code: EEXIST, subject: path)
        }
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let nameless = linuxio_open_nameless(folder)
        let flags = O_WRONLY | O_CREAT | O_CLOEXEC | (replaces ? O_TRUNC : O_EXCL)
        let opened = try OwnedDescriptor("open", path) { nameless < 0 ? open(path, flags, 0o666) : nameless }
        self.path = path
        self.replaces = replaces
        isNamed = nameless < 0
        file = opened
    }

    /// Adds bytes.
    ///
    /// - Throws: `SystemError`.
    public func write(_ bytes: [UInt8]) throws(SystemError) {
        try DurableFile.writeAll(file.number, bytes, path)
    }

    /// Writes `bytes` over the beginning.
    ///
    /// - Throws: `SystemError`.
    public func replaceBeginning(with bytes: [UInt8]) throws(SystemError) {
        guard lseek(file.number, 0, SEEK_SET) == 0 else { throw .last("lseek", path) }
        try write(bytes)
    }

    /// Gives the file its name.
    ///
    /// - Throws: `SystemError`.
    public func keep() throws(SystemError) {
        guard !isNamed else { return }
        if replaces { unlink(path) }
        let link = "/proc/self/fd/\(file.number)"
        guard linkat(AT_FDCWD, link, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0 else {
            throw .last("link", path)
        }
    }
}
