import BatteryModel
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

    /// How long a client has for its line, and again for taking the answer, however busily it dawdles.
    static let patience = Interval.seconds(1)

    /// Waits up to `milliseconds` for a client, and answers it.
    ///
    /// A client that neither sends its line nor takes its answer within a second is cut off.
    public func serve(waitingMilliseconds milliseconds: Int32, _ answer: (String) -> [UInt8]) {
        serve(waitingMilliseconds: milliseconds) { line, _ in answer(line) }
    }

    /// Waits up to `milliseconds` for a client, and answers it; `answer` is also told who it is.
    public func serve(waitingMilliseconds milliseconds: Int32, _ answer: (String, LocalPeer) -> [UInt8]) {
        var ready = pollfd(fd: listener.number, events: Int16(POLLIN), revents: 0)
        guard poll(&ready, 1, milliseconds) > 0 else { return }
        let number = accept(listener.number, nil, nil)
        guard number >= 0 else { return }
        let client = OwnedDescriptor(number)
        guard
            let line = LocalClient.readAll(
                client.number, limit: Self.longestRequest, within: Self.patience, untilNewline: true)
        else { return }
        let bytes = answer(String(decoding: line, as: UTF8.self), LocalPeer(descriptor: client.number))
        LocalClient.writeAll(client.number, bytes, within: Self.patience)
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

/// Who is at the other end of a local socket, as the kernel knows it.
public struct LocalPeer: Sendable, Equatable {
    /// The name of the user in printable ASCII, `uid 1000` where it has none.
    public let name: String

    init(descriptor: Int32) {
        var user: UInt32 = 0
        guard linuxio_peer_user(descriptor, &user) == 0 else {
            name = "somebody"
            return
        }
        var buffer = [CChar](repeating: 0, count: 33)
        let isNamed = linuxio_user_name(user, &buffer, buffer.count) == 0
        let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let isPlain = isNamed && !bytes.isEmpty && bytes.allSatisfy { (0x21...0x7E).contains($0) }
        name = isPlain ? String(decoding: bytes, as: UTF8.self) : "uid \(user)"
    }
}

/// The other side of ``LocalServer``.
public enum LocalClient {
    /// The longest answer that is read.
    public static let longestAnswer = 4 << 20
    /// How long the gateway may take: it has others to answer, and waits itself for its bus thread.
    static let patience = Interval.seconds(5)

    /// Sends a line and returns the answer.
    ///
    /// - Throws: `SystemError` if nobody answers at `path`.
    public static func request(_ line: String, at path: String) throws(SystemError) -> [UInt8] {
        let descriptor = try connect(path)
        writeAll(descriptor.number, Array((line + "\n").utf8), within: patience)
        guard
            let answer = readAll(
                descriptor.number, limit: longestAnswer, within: patience, untilNewline: false)
        else {
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

    /// Reads until the end, or until a line break; `nil` if the peer takes too long or says too much.
    static func readAll(
        _ descriptor: Int32, limit: Int, within patience: Interval, untilNewline: Bool
    ) -> [UInt8]? {
        let deadline = MonotonicClock.now() + patience
        var result: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while isReady(descriptor, POLLIN, before: deadline) {
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count >= 0 else { return nil }
            guard count > 0 else { return untilNewline ? nil : result }
            result += buffer[..<count]
            guard result.count <= limit else { return nil }
            if untilNewline, let end = result.firstIndex(of: 0x0A) { return Array(result[..<end]) }
        }
        return nil
    }

    static func writeAll(_ descriptor: Int32, _ bytes: [UInt8], within patience: Interval) {
        let deadline = MonotonicClock.now() + patience
        var rest = bytes[...]
        while !rest.isEmpty, isReady(descriptor, POLLOUT, before: deadline) {
            let count = rest.withUnsafeBytes {
                send(
                    descriptor, $0.baseAddress, $0.count,
                    Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
            }
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// Waits until reading or writing will not wait; false if the deadline comes first.
    ///
    /// A limit for each piece would let a peer that sends a byte now and then hold up everybody for an hour.
    private static func isReady(_ descriptor: Int32, _ events: Int32, before deadline: Instant) -> Bool {
        while true {
            let left = (deadline - MonotonicClock.now()).milliseconds
            guard left > 0 else { return false }
            var wait = pollfd(fd: descriptor, events: Int16(events), revents: 0)
            let count = poll(&wait, 1, Int32(clamping: left))
            if count > 0 { return true }
            guard count < 0, errno == EINTR else { return false }
        }
    }
}
