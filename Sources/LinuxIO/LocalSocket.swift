import CLinuxIO
import Glibc

/// A Unix socket that only its own user and group can open: one line in, one answer out, then it is closed.
public struct LocalServer: ~Copyable, Sendable {
    private let listener: OwnedDescriptor
    private let path: String

    /// The longest line a client may send.
    public static let longestRequest = 4096

    /// Opens the socket at `path`; one that a dead process has left behind is replaced.
    ///
    /// - Throws: `SystemError`; `EADDRINUSE` if somebody still answers there.
    public init(path: String) throws(SystemError) {
        listener = try Self.listen(at: path)
        self.path = path
    }

    deinit {
        unlink(path)
    }

    /// Waits up to `milliseconds` for a client, and answers it.
    ///
    /// A client that neither sends its line nor takes its answer within a second is cut off.
    public func serve(waitingMilliseconds milliseconds: Int32, _ answer: (String) -> [UInt8]) {
        var ready = pollfd(fd: listener.number, events: Int16(POLLIN), revents: 0)
        guard poll(&ready, 1, milliseconds) > 0 else { return }
        let number = accept(listener.number, nil, nil)
        guard number >= 0 else { return }
        let client = OwnedDescriptor(number)
        LocalClient.setTimeouts(client.number, seconds: 1)
        guard let line = LocalClient.readAll(client.number, limit: Self.longestRequest, untilNewline: true)
        else { return }
        LocalClient.writeAll(client.number, answer(String(decoding: line, as: UTF8.self)))
    }

    private static func listen(at path: String) throws(SystemError) -> OwnedDescriptor {
        if (try? LocalClient.connect(path)) != nil {
            throw SystemError(call: "bind", code: EADDRINUSE, subject: path)
        }
        let descriptor = try LocalClient.makeSocket(path)
        var address = try LocalClient.address(path)
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK { unlink(path) }
        // The mask decides the mode at the moment of creation: nobody else can slip in between.
        let before = umask(0o117)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor.number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        umask(before)
        guard result == 0 else { throw .last("bind", path) }
        guard Glibc.listen(descriptor.number, 8) == 0 else { throw .last("listen", path) }
        return descriptor
    }
}

/// The other side of ``LocalServer``.
public enum LocalClient {
    /// The longest answer that is read.
    public static let longestAnswer = 4 << 20

    /// Sends a line and returns the answer.
    ///
    /// - Throws: `SystemError` if nobody answers at `path`.
    public static func request(_ line: String, at path: String) throws(SystemError) -> [UInt8] {
        let descriptor = try connect(path)
        setTimeouts(descriptor.number, seconds: 3)
        writeAll(descriptor.number, Array((line + "\n").utf8))
        guard let answer = readAll(descriptor.number, limit: longestAnswer, untilNewline: false) else {
            throw SystemError(call: "read", code: ETIMEDOUT, subject: path)
        }
        return answer
    }

    static func connect(_ path: String) throws(SystemError) -> OwnedDescriptor {
        var address = try address(path)
        let descriptor = try makeSocket(path)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor.number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw .last("connect", path) }
        return descriptor
    }

    static func makeSocket(_ path: String) throws(SystemError) -> OwnedDescriptor {
        let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw .last("socket", path) }
        return OwnedDescriptor(number)
    }

    static func address(_ path: String) throws(SystemError) -> sockaddr_un {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw SystemError(call: "bind", code: ENAMETOOLONG, subject: path)
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return address
    }

    static func setTimeouts(_ descriptor: Int32, seconds: Int) {
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
    }

    /// Reads until the end, or until a line break; `nil` if the peer takes too long or says too much.
    static func readAll(_ descriptor: Int32, limit: Int, untilNewline: Bool) -> [UInt8]? {
        var result: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            guard count > 0 else { return untilNewline ? nil : result }
            result += buffer[..<count]
            guard result.count <= limit else { return nil }
            if untilNewline, let end = result.firstIndex(of: 0x0A) { return Array(result[..<end]) }
        }
    }

    static func writeAll(_ descriptor: Int32, _ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
