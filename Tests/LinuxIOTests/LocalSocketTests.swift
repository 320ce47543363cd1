import BatteryModel
import Glibc
import LinuxIO
import Testing

@Suite("The local socket")
struct LocalSocketTests {
    private static func path(_ name: String) -> String { "/tmp/busbar-test-\(getpid())-\(name).sock" }

    @Test("a line goes in, an answer comes out")
    func roundTrip() throws {
        let path = Self.path("round")
        let server = try LocalServer(path: path)
        let thread = try NativeThread(name: "client") {
            #expect((try? LocalClient.request("status", at: path)) == Array("you said status".utf8))
        }
        server.serve(waitingMilliseconds: 2_000) { Array("you said \($0)".utf8) }
        thread.join()
    }

    @Test("only its user and group can open it")
    func mode() throws {
        let path = Self.path("mode")
        let server = try LocalServer(path: path)
        var status = stat()
        #expect(stat(path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o660)
        server.serve(waitingMilliseconds: 0) { _ in [] }
    }

    @Test("a socket left behind is replaced, one that is answered is not, and a file never")
    func leftBehind() throws {
        let path = Self.path("left")
        let left = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(left, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(bound == 0)
        close(left)
        let server = try LocalServer(path: path)
        #expect(throws: SystemError(call: "bind", code: EADDRINUSE, subject: path)) {
            _ = try LocalServer(path: path)
        }
        server.serve(waitingMilliseconds: 0) { _ in [] }
        let file = Self.path("file")
        close(creat(file, 0o600))
        #expect(throws: SystemError(call: "bind", code: EADDRINUSE, subject: file)) {
            _ = try LocalServer(path: file)
        }
        #expect(access(file, F_OK) == 0)
        unlink(file)
    }

    @Test("the server knows who asks")
    func peer() throws {
        let path = Self.path("peer")
        let server = try LocalServer(path: path)
        let thread = try NativeThread(name: "client") { _ = try? LocalClient.request("who", at: path) }
        var name = ""
        server.serve(waitingMilliseconds: 2_000) { _, peer in
            name = peer.name
            return []
        }
        thread.join()
        #expect(name == getpwuid(getuid()).map { String(cString: $0.pointee.pw_name) } ?? "uid \(getuid())")
    }

    @Test("a client that dawdles, byte by byte, holds nobody up for longer than a second")
    func dawdler() throws {
        let path = Self.path("slow")
        let server = try LocalServer(path: path)
        let client = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(client) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(client, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(connected == 0)
        let thread = try NativeThread(name: "client") {
            for _ in 0..<40 where send(client, "x", 1, Int32(MSG_NOSIGNAL)) == 1 { poll(nil, 0, 100) }
        }
        let start = MonotonicClock.now()
        server.serve(waitingMilliseconds: 2_000) { _ in [] }
        #expect(MonotonicClock.now() - start < .milliseconds(2_500))
        thread.join()
    }

    @Test("a client that says too much or nothing is cut off")
    func hostileClient() throws {
        let path = Self.path("hostile")
        let server = try LocalServer(path: path)
        let thread = try NativeThread(name: "client") {
            let long = String(repeating: "x", count: 3 * LocalServer.longestRequest)
            _ = try? LocalClient.request(long, at: path)
        }
        var wasAsked = false
        server.serve(waitingMilliseconds: 2_000) { _ in
            wasAsked = true
            return []
        }
        #expect(!wasAsked)
        thread.join()
    }
}
