import BatteryModel
import Glibc
import LinuxIO

/// Another program.
struct Child: ~Copyable {
    let pid: pid_t

    /// Starts it, its output going to `output` or nowhere; `nil` if there is no such program.
    init?(_ command: [String], output: Int32? = nil) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        if let output { posix_spawn_file_actions_adddup2(&actions, output, 1) }
        let words: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var pid = pid_t()
        guard posix_spawn(&pid, command[0], &actions, nil, words, environ) == 0 else { return nil }
        self.pid = pid
    }

    /// Runs a program to its end and returns what it printed; `nil` if it failed.
    static func output(of command: [String]) -> String? {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        defer { close(ends[0]) }
        let child = Child(command, output: ends[1])
        close(ends[1])
        guard let child else { return nil }
        let text = File.text(of: ends[0])
        var status: Int32 = 0
        waitpid(child.pid, &status, 0)
        return status == 0 ? text : nil
    }

    /// What a program took until its end.
    struct Cost {
        var seconds: Double
        var processorSeconds: Double
        var megabytes: Double
    }

    /// Runs a program to its end and returns what it took; `nil` if there is no such program.
    static func cost(of command: [String]) -> Cost? {
        let start = MonotonicClock.now()
        guard let child = Child(command) else { return nil }
        var (status, usage) = (Int32(0), rusage())
        guard wait4(child.pid, &status, 0, &usage) == child.pid else { return nil }
        let times = [usage.ru_utime, usage.ru_stime]
        return Cost(
            seconds: (MonotonicClock.now() - start).inMilliseconds / 1_000,
            processorSeconds: times.reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 },
            megabytes: Double(usage.ru_maxrss) / 1_024)
    }

    /// Whether it has ended; after that it must not be asked again.
    func hasEnded() -> Bool { waitpid(pid, nil, WNOHANG) != 0 }

    func askToStop() { kill(pid, SIGTERM) }

    /// Ends it now.
    func end() {
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
    }

    /// Seconds of processor time so far, in user and kernel mode.
    var processorSeconds: Double {
        let stat = File.text("/proc/\(pid)/stat") ?? ""
        guard let end = stat.lastIndex(of: ")") else { return .nan }
        // The fields after the name begin with number 3; 14 and 15 are utime and stime.
        let fields = stat[end...].dropFirst(2).split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else {
            return .nan
        }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Resident memory in kilobytes; `VmHWM` for the most there ever was.
    func memory(_ field: String = "VmRSS") -> Double {
        for line in (File.text("/proc/\(pid)/status") ?? "").split(separator: "\n") {
            guard line.hasPrefix(field + ":") else { continue }
            return line.split { $0 == " " || $0 == "\t" }.dropFirst().first.flatMap { Double($0) } ?? .nan
        }
        return .nan
    }
}

/// What lies ready to be measured, or measured against.
enum Installed {
    /// The program that is shipped; failing that the one built beside this benchmark.
    ///
    /// The variable BUSBAR names another.
    static var busbar: (path: String, isShipped: Bool)? {
        if let named = getenv("BUSBAR") { return (String(cString: named), false) }
        let shipped = ".build/release/busbar"
        if access(shipped, X_OK) == 0 { return (shipped, true) }
        let beside = ".build/tests/release/busbar"
        return access(beside, X_OK) == 0 ? (beside, false) : nil
    }

    /// Runs one of the peers in Benchmarks/Peers and returns the number it prints.
    static func peer(_ script: String, _ arguments: [String]) -> Double? {
        let python = ".build/interop/bin/python"
        guard access(python, X_OK) == 0 else { return nil }
        let text = Child.output(of: [python, "Benchmarks/Peers/\(script).py"] + arguments)
        return text.flatMap { Double($0.prefix { $0 != "\n" }) }
    }

    /// Runs Python where the peers are; returns whether that succeeded.
    static func run(_ arguments: [String]) -> Bool {
        let python = ".build/interop/bin/python"
        return access(python, X_OK) == 0 && Child.output(of: [python] + arguments) != nil
    }

    static let noPeer = "peer not installed: make interop installs it"
}
