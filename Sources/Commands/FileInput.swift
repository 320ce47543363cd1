import Glibc
import Recordings

/// A file or the standard input, read block by block as it comes; one that is packed by gzip is unpacked.
struct FileInput: ~Copyable {
    private let name: String
    private let descriptor: Int32
    private let isOwned: Bool
    private let console: Console
    private var block = [UInt8](repeating: 0, count: 65_536)
    /// How the file begins, until it is known whether it is packed.
    private var head: [UInt8]? = []
    private var gunzip: Gunzip?
    private var room: [UInt8] = []
    private var isOver = false

    /// Opens the file at `path`; `-` is what the console reads.
    init(_ path: String, _ console: Console) throws(CommandFailure) {
        let isFile = path != "-"
        name = isFile ? UsageError.quoted(path) : "the standard input"
        isOwned = isFile
        self.console = console
        descriptor = isFile ? open(path, O_RDONLY | O_CLOEXEC) : console.input
        guard descriptor >= 0 else { throw Self.failure(name, errno) }
    }

    deinit { if isOwned { close(descriptor) } }

    /// Waits for more; `nil` at the end.
    mutating func read() throws(CommandFailure) -> ArraySlice<UInt8>? {
        while !isOver {
            if let gunzip, let bytes = unpack(gunzip) { return bytes }
            guard !isOver, let bytes = try readBlock() else { return end() }
            if let gunzip {
                gunzip.take(bytes)
                continue
            }
            guard let begun = head else { return bytes }
            head = begun + bytes
            guard let isPacked = Gunzip.packs((begun + bytes)[...]) else { continue }
            head = nil
            guard isPacked else { return (begun + bytes)[...] }
            gunzip = Gunzip()
            gunzip?.take((begun + bytes)[...])
            room = [UInt8](repeating: 0, count: block.count)
        }
        return nil
    }

    /// What comes next out of a packed file; `nil` if more of it is needed.
    ///
    /// What stands before a damage counts.
    private mutating func unpack(_ gunzip: Gunzip) -> ArraySlice<UInt8>? {
        do throws(Gunzip.Problem) {
            let count = try gunzip.unpack(into: &room)
            return count > 0 ? room[..<count] : nil
        } catch {
            console.complain("busbar: \(name) is damaged; it is read up to there")
            isOver = true
            return nil
        }
    }

    private mutating func end() -> ArraySlice<UInt8>? {
        if !isOver, gunzip?.isComplete == false {
            console.complain("busbar: \(name) is cut off; it is read up to there")
        }
        isOver = true
        return head.flatMap { $0.isEmpty ? nil : $0[...] }
    }

    private mutating func readBlock() throws(CommandFailure) -> ArraySlice<UInt8>? {
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
