import Glibc

/// A file or the standard input, read block by block as it comes.
struct FileInput: ~Copyable {
    private let name: String
    private let descriptor: Int32
    private let isOwned: Bool
    private var block = [UInt8](repeating: 0, count: 65_536)

    /// Opens the file at `path`; `-` is what the console reads.
    init(_ path: String, _ console: Console) throws(CommandFailure) {
        let isFile = path != "-"
        name = isFile ? UsageError.quoted(path) : "the standard input"
        isOwned = isFile
        descriptor = isFile ? open(path, O_RDONLY | O_CLOEXEC) : console.input
        guard descriptor >= 0 else { throw Self.failure(name, errno) }
    }

    deinit { if isOwned { close(descriptor) } }

    /// Waits for more; `nil` at the end.
    mutating func read() throws(CommandFailure) -> ArraySlice<UInt8>? {
        var count = Glibc.read(descriptor, &block, block.count)
        while count < 0, errno == EINTR { count = Glibc.read(descriptor, &block, block.count) }
        guard count >= 0 else { throw Self.failure(name, errno) }
        return count > 0 ? block[..<count] : nil
    }

    private static func failure(_ name: String, _ code: Int32) -> CommandFailure {
        CommandFailure(
            "\(name) cannot be read", String(cString: strerror(code)), "check the path and the permissions")
    }
}
