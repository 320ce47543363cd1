import BatteryModel
import Commands
import FoundationEssentials
import Glibc
import LinuxIO
import Recordings
import Synchronization
import Testing

/// A line on which somebody counts aloud: 0, 1, 2 and so on, four bytes each.
final class CountingLine: Sendable {
    let path: String
    private let terminal: Mutex<PseudoTerminal?>
    private let isOver = Atomic(false)

    init() throws {
        let made = try PseudoTerminal()
        path = made.slavePath
        terminal = Mutex(consume made)
    }

    /// Pulls the adapter out.
    func hangUp() { terminal.withLock { $0 = nil } }

    private var master: Int32 { terminal.withLock { $0?.masterDescriptor ?? -1 } }

    /// Counts `burst` numbers every few milliseconds, on a thread of its own, until ``stop()``.
    func start(burst: Int) throws -> NativeThread {
        try NativeThread(name: "counting") { [self] in
            var next: UInt32 = 0
            while !isOver.load(ordering: .acquiring) {
                for _ in 0..<burst {
                    var number = next.bigEndian
                    if write(master, &number, 4) == 4 { next += 1 }
                }
                usleep(5_000)
            }
        }
    }

    func stop() { isOver.store(true, ordering: .releasing) }

    /// What has been written on the other side.
    func heard() -> [UInt8] {
        var bytes: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 4_096)
        while case let count = read(master, &room, room.count), count > 0 {
            bytes += room[..<count]
        }
        return bytes
    }
}

/// A folder that is gone with its last user.
final class TemporaryFolder {
    let path: String

    init() throws {
        var name = Array("/tmp/busbar-test-XXXXXX".utf8CString)
        try #require(mkdtemp(&name) != nil)
        path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The files in it, in the order of their names, each with its length.
    var files: [(path: String, size: Int)] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.sorted().map { ("\(path)/\($0)", DurableFile.size("\(path)/\($0)")) }
    }
}

/// Everything in a recording.
func items(_ path: String) throws -> [RecordedItem] {
    var reader = RecordingReader()
    let bytes = try #require(try DurableFile.read(path, limit: 1 << 26))
    let items = reader.take(bytes[...]) + reader.finish()
    #expect(reader.tally.unreadable == 0)
    return items
}

/// The numbers that were counted, however the bytes were cut.
private func numbers(_ items: [RecordedItem]) -> [UInt32] {
    let bytes = items.flatMap { if case .bytes(let bytes) = $0.content { bytes } else { [UInt8]() } }
    return stride(from: 0, to: bytes.count - 3, by: 4).map { place in
        bytes[place..<place + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
}

@Suite("busbar record", .serialized)
struct RecordTests {
    @Test("writes what is on a serial line, with the time of arrival, and nothing twice")
    func serial() throws {
        let folder = try TemporaryFolder()
        let line = try CountingLine()
        let thread = try line.start(burst: 3)
        let outcome = try run(
            "record pack-line=\(line.path)@115200 --output \(folder.path)/a.serial --for 600ms --json")
        line.stop()
        thread.join()
        #expect(outcome.code == .success && outcome.errors.isEmpty)
        let found = try items("\(folder.path)/a.serial")
        #expect(found.first?.content == .note("up"))
        #expect(found.allSatisfy { $0.link == "pack-line" && $0.direction != .sent })
        let counted = numbers(found)
        #expect(counted.count > 30)
        let first = try #require(counted.first)
        #expect(counted == Array(first..<first + UInt32(counted.count)))
        let times = found.compactMap(\.nanoseconds)
        #expect(times == times.sorted() && times.count == found.count)
        #expect(WallClock.unixNanoseconds - times[0] < 60_000_000_000)
        #expect(outcome.output.contains("\"serial_bytes\":\(counted.count * 4),"))
        #expect(line.heard().isEmpty, "it must never say anything")
    }

    @Test("begins another file at a size, and lets the oldest go so that all stay below a limit")
    func rotation() throws {
        let folder = try TemporaryFolder()
        let line = try CountingLine()
        let thread = try line.start(burst: 60)
        let outcome = try run(
            "record \(line.path)@4000000 --dir \(folder.path)/new --rotate 10kB --keep 60kB --for 1500ms")
        line.stop()
        thread.join()
        #expect(outcome.code == .success && outcome.errors.isEmpty)
        let files = try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/new").sorted {
            // The second file of a second is called -2, the tenth -10.
            ($0.count, $0) < ($1.count, $1)
        }.map { "\(folder.path)/new/\($0)" }
        #expect(files.count > 3)
        #expect(files.reduce(0) { $0 + DurableFile.size($1) } <= 60_000)
        #expect(files.allSatisfy { DurableFile.size($0) < 14_000 })
        let kept = try files.map(items).sorted { $0[0].nanoseconds ?? 0 < $1[0].nanoseconds ?? 0 }
        let counted = numbers(Array(kept.joined()))
        let first = try #require(counted.first)
        #expect(first > 0, "the beginning has gone")
        #expect(outcome.output.contains(" files, the last is \(folder.path)/new/record-2"))
    }

    @Test("loses less than a second when it is killed")
    func killed() throws {
        let folder = try TemporaryFolder()
        let line = try CountingLine()
        let thread = try line.start(burst: 3)
        let path = "\(folder.path)/a.serial"
        var room = [CChar](repeating: 0, count: 4_096)
        let length = readlink("/proc/self/exe", &room, room.count)
        let own = String(decoding: room.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let program = own.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/busbar"
        try #require(access(program, X_OK) == 0)
        let words: [String] = [program, "record", "\(line.path)@115200", "--output", path]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
        arguments.append(nil)
        defer { for argument in arguments { free(argument) } }
        var pid: pid_t = 0
        try #require(posix_spawn(&pid, program, nil, nil, &arguments, environ) == 0)
        let loop = try EventLoop()
        let end = MonotonicClock.now() + .seconds(20)
        while DurableFile.size(path) < 3_000, MonotonicClock.now() < end {
            _ = try loop.wait(until: MonotonicClock.now() + .milliseconds(50))
        }
        let killedAt = WallClock.unixNanoseconds
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
        line.stop()
        thread.join()
        let found = try items(path)
        let last = try #require(found.last?.nanoseconds)
        #expect(killedAt - last < 1_000_000_000)
        let counted = numbers(found)
        let first = try #require(counted.first)
        #expect(counted == Array(first..<first + UInt32(counted.count)))
    }

    @Test("goes on when the adapter comes back, and notes the gap")
    func unplugged() throws {
        let folder = try TemporaryFolder()
        let name = "\(folder.path)/tty"
        let first = try CountingLine()
        let second = try CountingLine()
        let path = first.path
        symlink(path, name)
        let threads = [try first.start(burst: 1), try second.start(burst: 1)]
        let swap = try NativeThread(name: "unplug") { [other = second.path] in
            usleep(300_000)
            unlink(name)
            symlink(other, name)
            // The other end has gone for whoever has the old one open.
            first.hangUp()
        }
        let outcome = try run("record bms=\(name)@9600 --output \(folder.path)/a.serial --for 2")
        swap.join()
        for line in [first, second] { line.stop() }
        for thread in threads { thread.join() }
        #expect(outcome.code == .success)
        #expect(outcome.errors.contains("it is tried again"))
        let notes = try items("\(folder.path)/a.serial").compactMap {
            if case .note(let text) = $0.content { text.prefix(4) } else { nil }
        }
        #expect(notes == ["up", "down", "up"])
        #expect(outcome.output.contains("a link was lost once"))
    }

    @Test(
        "says what cannot be written, and where",
        arguments: [
            ("--output /no/such/folder/a.log", "'/no/such/folder/a.log' cannot be written; No such file"),
            (
                "--output /dev/null",
                "'/dev/null' cannot be written; File exists; choose another name, or add --force"
            ),
            ("--output /dev/null --force", "'/dev/null' cannot be written; File exists"),
            ("--dir /no/such/folder", "cannot be written; No such file"),
        ])
    func unwritable(options: String, words: String) throws {
        let outcome = try run("record can0 \(options) --for 1")
        #expect(outcome.code == .failure)
        #expect(outcome.errors.contains(words))
    }

    @Test(
        "refuses what cannot be",
        arguments: [
            ("record", "LINK is missing"), ("run --keep 1GB", "name a folder with --record"),
            ("record can0 --output a --dir b", "name a file or a folder"),
            ("record can0 --keep 1GB", "name a folder with --dir"),
            ("record /dev/ttyUSB0@fast", "LINK is '/dev/ttyUSB0@fast'"),
            ("record slcan:/dev/ttyACM0@499", "LINK is"), ("record can0@500", "LINK is"),
            ("record can0 can0", "two links are called 'can0'"), ("record =can0", "LINK is"),
            ("record can0 --dir x --rotate 5", "--rotate is '5'"),
            ("record can0 --dir x --keep 1kB", "--keep is '1kB'"),
        ])
    func refusals(line: String, words: String) throws {
        let outcome = try run(line)
        #expect(outcome.code == .usage)
        #expect(outcome.errors.contains(words))
    }
}
