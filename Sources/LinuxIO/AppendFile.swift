import Glibc

/// A file to which lines are added, each in one piece.
///
/// What was added survives the end of the process at once, and the end of the machine after ``sync()``.
public struct AppendFile: ~Copyable, Sendable {
    private let file: OwnedDescriptor
    private let path: String
    /// Its length in bytes.
    public private(set) var size: Int

    /// Opens a file, or makes it; a last line that was cut off by a power failure is ended first.
    ///
    /// - Throws: `SystemError`.
    public init(path: String) throws(SystemError) {
        let descriptor = try OwnedDescriptor("open", path) {
            open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0o640)
        }
        var status = stat()
        guard fstat(descriptor.number, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw SystemError(call: "open", code: EINVAL, subject: path)
        }
        let length = Int(status.st_size)
        var last: UInt8 = 0x0A
        let isCut = length > 0 && pread(descriptor.number, &last, 1, off_t(length - 1)) == 1 && last != 0x0A
        if isCut { try DurableFile.writeAll(descriptor.number, [0x0A], path) }
        self.path = path
        size = isCut ? length + 1 : length
        file = descriptor
    }

    /// Adds bytes at the end.
    ///
    /// - Throws: `SystemError`.
    public mutating func add(_ bytes: [UInt8]) throws(SystemError) {
        try DurableFile.writeAll(file.number, bytes, path)
        size += bytes.count
    }

    /// Brings what was added onto the disk.
    ///
    /// - Throws: `SystemError`.
    public func sync() throws(SystemError) {
        guard fsync(file.number) == 0 else { throw .last("fsync", path) }
    }
}
