import Glibc

/// Prints figures, one line each: what, measured, target, verdict.
enum Table {
    private static let widths = [50, 20, 18]

    /// Prints who measures, and how busy the machine is.
    static func header() {
        print("\(Machine.name), \(Machine.processor), \(Machine.cores) cores; load average \(Machine.load)\n")
        line("figure", "measured", "target", "verdict")
    }

    /// A figure without a target.
    static func row(_ figure: String, _ measured: String, note: String = "") {
        line(figure, measured, "", "")
        explain(note)
    }

    /// A figure that should not exceed `target`.
    static func row(
        _ figure: String, _ value: Double, _ unit: String, atMost target: Double, places: Int = 1,
        note: String = ""
    ) {
        line(
            figure, "\(Measure.fixed(value, places)) \(unit)", "<= \(Measure.fixed(target, places)) \(unit)",
            value <= target ? "ok" : "misses")
        explain(note)
    }

    /// A figure that should not be less than `target`.
    static func row(
        _ figure: String, _ value: Double, _ unit: String, atLeast target: Double, note: String = ""
    ) {
        line(
            figure, "\(Measure.fixed(value)) \(unit)", ">= \(Measure.fixed(target))",
            value >= target ? "ok" : "misses")
        explain(note)
    }

    /// A figure that could not be taken.
    static func missing(_ figure: String, _ why: String) {
        line(figure, "-", "", "")
        explain(why)
    }

    private static func line(_ figure: String, _ measured: String, _ target: String, _ verdict: String) {
        var text = ""
        for (cell, width) in zip([figure, measured, target], widths) {
            text += cell + String(repeating: " ", count: max(0, width - cell.count)) + "| "
        }
        print(text + verdict)
        fflush(nil)
    }

    private static func explain(_ note: String) {
        guard !note.isEmpty else { return }
        print("    " + note)
        fflush(nil)
    }
}

/// The machine this runs on.
enum Machine {
    static var name: String {
        File.text("/proc/sys/kernel/hostname").map { String($0.prefix { $0 != "\n" }) } ?? "unknown host"
    }

    static var processor: String {
        let lines = (File.text("/proc/cpuinfo") ?? "").split(separator: "\n")
        let line = lines.first { $0.hasPrefix("model name") || $0.hasPrefix("Model") }
        guard let line, let colon = line.firstIndex(of: ":") else { return "unknown processor" }
        return String(line[line.index(after: colon)...].drop { $0 == " " })
    }

    static var cores: Int { sysconf(Int32(_SC_NPROCESSORS_ONLN)) }

    static var load: String {
        (File.text("/proc/loadavg") ?? "").split(separator: " ").prefix(3).joined(separator: " ")
    }
}

/// Small files.
enum File {
    /// All of a file that cannot be asked for its size, such as those of `/proc`.
    static func text(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return text(of: descriptor)
    }

    /// All that can be read until the end.
    static func text(of descriptor: Int32) -> String {
        var all: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = read(descriptor, &piece, piece.count)
            guard count > 0 else { return String(decoding: all, as: UTF8.self) }
            all += piece[..<count]
        }
    }

    static func write(_ text: String, to path: String) -> Bool {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        return Glibc.write(descriptor, bytes, bytes.count) == bytes.count
    }
}

/// A folder that goes with the value.
struct TemporaryFolder: ~Copyable {
    let path: String

    init?() {
        var name = Array("/tmp/busbar-bench-XXXXXX".utf8CString)
        guard mkdtemp(&name) != nil else { return nil }
        path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        if let folder = opendir(path) {
            while let entry = readdir(folder) {
                let name = withUnsafeBytes(of: entry.pointee.d_name) {
                    String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
                }
                unlink("\(path)/\(name)")
            }
            closedir(folder)
        }
        rmdir(path)
    }
}
