import Glibc

/// A small file that is replaced as a whole, so that power may fail at any moment.
///
/// The new text goes into a file beside it and onto the disk before it takes the name; the text before stays as
/// `.old`. Whoever reads finds the one or the other, never a part.
public struct DurableFile: Sendable {
    /// Where it is.
    public let path: String

    /// Makes a file at `path`; nothing is opened.
    public init(path: String) {
        self.path = path
    }

    /// Where the text before the newest is kept.
    public var oldPath: String { path + ".old" }
    /// Where the next text is written.
    public var newPath: String { path + ".new" }

    /// What replacing is made of, in this order.
    public enum Step: CaseIterable, Sendable {
        /// The new text is written beside the file and brought onto the disk.
        case write
        /// The present text gets its second name.
        case keep
        /// The new text takes the name.
        case rename
        /// The names are brought onto the disk.
        case settle
    }

    /// Replaces the text.
    ///
    /// - Parameters:
    ///   - bytes: The new text.
    ///   - keepsOld: Whether the present text is kept as `.old`; no if it is known to be damaged.
    /// - Throws: `SystemError`; the present text then still stands.
    public func replace(with bytes: [UInt8], keepsOld: Bool = true) throws(SystemError) {
        for step in Step.allCases where step != .keep || keepsOld { try perform(step, bytes) }
    }

    /// Does one step alone, so that tests can stop behind each.
    ///
    /// - Throws: `SystemError`.
    public func perform(_ step: Step, _ bytes: [UInt8]) throws(SystemError) {
        switch step {
        case .write: try write(bytes)
        case .keep: try keep()
        case .rename: try Self.check("rename", path, Glibc.rename(newPath, path))
        case .settle: try settle()
        }
    }

    /// The text at `path`, or at `oldPath`.
    ///
    /// - Parameters:
    ///   - isOld: Whether the text before is wanted.
    ///   - limit: The longest text that is read; a longer one is cut one byte behind it.
    /// - Returns: `nil` if there is no file.
    /// - Throws: `SystemError` if there is one that cannot be read.
    public func read(old isOld: Bool = false, limit: Int) throws(SystemError) -> [UInt8]? {
        try Self.read(isOld ? oldPath : path, limit: limit)
    }

    /// The bytes of a plain file; never waits, whatever stands at `path`.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - limit: The most bytes that are read; of a longer file, one more.
    /// - Returns: `nil` if there is no file.
    /// - Throws: `SystemError` if there is one that cannot be read, or that is no plain file.
    public static func read(_ path: String, limit: Int) throws(SystemError) -> [UInt8]? {
        let number = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard number >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw .last("open", path)
        }
        let file = OwnedDescriptor(number)
        var status = stat()
        guard fstat(file.number, &status) == 0 else { throw .last("fstat", path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw SystemError(call: "open", code: EINVAL, subject: path)
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= limit {
            let count = Glibc.read(file.number, &buffer, min(buffer.count, limit + 1 - bytes.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .last("read", path) }
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return bytes
    }

    /// The length of the file at `path` in bytes; 0 if there is none.
    public static func size(_ path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    /// Why the file cannot be replaced; `nil` if it can.
    public var obstacle: SystemError? {
        access(folderPath, W_OK | X_OK) == 0 ? nil : .last("access", folderPath)
    }

    private func write(_ bytes: [UInt8]) throws(SystemError) {
        // A file left behind by a power failure may belong to somebody else by now; a fresh one never does.
        unlink(newPath)
        let file = try OwnedDescriptor("open", newPath) {
            open(newPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        }
        try Self.writeAll(file.number, bytes, newPath)
        try Self.check("fsync", newPath, fsync(file.number))
    }

    private func keep() throws(SystemError) {
        unlink(oldPath)
        guard link(path, oldPath) != 0, errno != ENOENT else { return }
        throw .last("link", oldPath)
    }

    private func settle() throws(SystemError) {
        let folder = try OwnedDescriptor("open", folderPath) {
            open(folderPath, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        }
        try Self.check("fsync", folderPath, fsync(folder.number))
    }

    /// The folder the file is in.
    public var folderPath: String {
        let end = path.lastIndex(of: "/") ?? path.startIndex
        return end == path.startIndex ? "/" : String(path[..<end])
    }

    static func writeAll(_ descriptor: Int32, _ bytes: [UInt8], _ path: String) throws(SystemError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .last("write", path) }
            rest = rest.dropFirst(count)
        }
    }

    private static func check(_ call: StaticString, _ path: String, _ result: Int32) throws(SystemError) {
        guard result == 0 else { throw .last(call, path) }
    }
}
