import BatteryModel
import FoundationEssentials
import Glibc
import LinuxIO
import Recordings
import Reporting

/// A recording that grows: one file, or a folder of files of which the oldest go.
struct RecordingFiles: ~Copyable {
    /// Where it goes, and how.
    struct Plan: Sendable {
        /// Where it goes.
        enum Place: Sendable {
            /// One file.
            case file(String)
            /// A folder of files whose names begin with `stem`.
            case folder(String, stem: String)
        }

        var place: Place
        var format: RecordingFormat
        /// What stands at the beginning of each file, as comments.
        var head: [String] = []
        /// When the next file is begun; `nil` for never.
        var rotation: RotationArgument?
        /// The most bytes that the files of a folder have together; `nil` for no limit.
        var keep: Int?
        /// The most files of a folder; `nil` for no limit.
        var mostFiles: Int?
        /// Whether a file that is there gives way.
        var replaces = false
    }

    private let plan: Plan
    private var file: AppendFile?
    private var writer: RecordingWriter?
    private var beganAt: Int64 = 0
    private var syncedAt: Int64 = 0
    /// Where the present file is; empty before the first.
    private(set) var path = ""
    /// Bytes written to all files.
    private(set) var bytes = 0
    /// Number of files begun.
    private(set) var files = 0

    init(_ plan: Plan) { self.plan = plan }

    /// Bytes added since it was last looked whether the oldest file must go.
    private var untidied = 0
    private var failed: (at: Int64, error: SystemError)?

    /// How long nothing is tried behind a failure.
    private static let pauseNanoseconds: Int64 = 10_000_000_000
    /// How often what was written is brought onto the disk.
    private static let syncNanoseconds: Int64 = 60_000_000_000

    /// Begins the first file, so that what cannot be is known at once.
    mutating func begin() throws(SystemError) {
        if file == nil { try open(at: WallClock.unixNanoseconds) }
    }

    /// Adds to the recording.
    ///
    /// - Throws: `SystemError`; some time later it is tried again.
    mutating func add(_ items: [RecordedItem]) throws(SystemError) {
        guard !items.isEmpty else { return }
        let now = WallClock.unixNanoseconds
        if let failed, abs(now - failed.at) < Self.pauseNanoseconds { throw failed.error }
        do throws(SystemError) {
            var text: [UInt8] = []
            for item in items {
                if isFull(with: text.count, at: now) {
                    try write(&text)
                    try close()
                }
                if file == nil { try open(at: now) }
                text += writer?.write(item) ?? []
            }
            try write(&text)
            if now - syncedAt >= Self.syncNanoseconds {
                syncedAt = now
                try file?.sync()
            }
            failed = nil
        } catch {
            file = nil
            failed = (now, error)
            throw error
        }
    }

    private mutating func write(_ text: inout [UInt8]) throws(SystemError) {
        try file?.add(text)
        bytes += text.count
        untidied += text.count
        text = []
        if untidied >= (plan.keep ?? .max) / 50 { tidy() }
    }

    /// Ends the present file.
    mutating func close() throws(SystemError) {
        guard file != nil else { return }
        if let end = writer?.end(), !end.isEmpty { try file?.add(end) }
        try file?.sync()
        file = nil
    }

    /// Whether the present file is to be the last one with `more` bytes.
    private mutating func isFull(with more: Int, at now: Int64) -> Bool {
        guard let written = file?.size else { return false }
        let size = written + more
        // Only whole files go: one that had everything could not.
        if let keep = plan.keep, size >= keep / 4 { return true }
        guard let rotation = plan.rotation else { return false }
        if let most = rotation.bytes { return size >= most }
        return rotation.time.map { now - beganAt >= $0.nanoseconds } ?? false
    }

    private mutating func open(at now: Int64) throws(SystemError) {
        let began = CivilTime(seconds: now / 1_000_000_000)
        switch plan.place {
        case .file(let name):
            // Behind a failure the same file goes on.
            if path.isEmpty, access(name, F_OK) == 0 {
                guard plan.replaces, Self.isFile(name) else {
                    throw SystemError(call: "open", code: EEXIST, subject: name)
                }
                unlink(name)
            }
            path = name
        case .folder(let folder, let stem):
            try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            path = Self.unused("\(folder)/\(stem)-\(began.stamp)", ".\(plan.format.endings[0])")
        }
        var next = try AppendFile(path: path)
        files += 1
        beganAt = now
        syncedAt = now
        writer = RecordingWriter(plan.format)
        let head = writer?.comments(plan.head + ["began \(began.date) \(began.time) UTC"]) ?? []
        do throws(SystemError) {
            try next.add(head)
        } catch {
            // A full disk is tried again and again: no heap of empty files.
            if case .folder = plan.place { unlink(path) }
            throw error
        }
        bytes += head.count
        file = consume next
        tidy()
    }

    /// A name that no file has yet.
    private static func unused(_ beginning: String, _ ending: String) -> String {
        var number = 1
        while true {
            let name = number == 1 ? beginning + ending : "\(beginning)-\(number)\(ending)"
            if access(name, F_OK) != 0 { return name }
            number += 1
        }
    }

    /// Removes the oldest files until the rest may stay; the present one always does.
    private mutating func tidy() {
        untidied = 0
        guard case .folder(let folder, let stem) = plan.place, plan.keep != nil || plan.mostFiles != nil
        else {
            return
        }
        var names = Self.names(folder, stem, plan.format).map { "\(folder)/\($0)" }.filter { $0 != path }
        names.sort {
            Self.modified($0) != Self.modified($1) ? Self.modified($0) < Self.modified($1) : $0 < $1
        }
        var total = names.reduce(file?.size ?? 0) { $0 + DurableFile.size($1) }
        // What comes until it is looked again has its place already.
        let most = plan.keep.map { $0 - $0 / 50 } ?? .max
        while let oldest = names.first, total > most || names.count + 1 > plan.mostFiles ?? .max {
            total -= DurableFile.size(oldest)
            unlink(oldest)
            names.removeFirst()
        }
    }

    /// The newest file of a folder that was there before, and how old it is.
    var newest: (path: String, age: Interval)? {
        guard case .folder(let folder, let stem) = plan.place else { return nil }
        let path = Self.names(folder, stem, plan.format).map { "\(folder)/\($0)" }
            .max { Self.modified($0) < Self.modified($1) }
        return path.map {
            ($0, Interval(nanoseconds: max(WallClock.unixNanoseconds - Int64(Self.modified($0)), 0)))
        }
    }

    /// The files of a folder whose names begin with `stem`.
    private static func names(_ folder: String, _ stem: String, _ format: RecordingFormat) -> [String] {
        let found = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return found.filter { $0.hasPrefix(stem + "-") && $0.hasSuffix(".\(format.endings[0])") }
    }

    /// Whether it is a file like others: root could unlink a device.
    private static func isFile(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    private static func modified(_ path: String) -> Int {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec : 0
    }
}

extension CivilTime {
    /// For the name of a file: `20261122T080000Z`.
    fileprivate var stamp: String {
        (date + "T" + time + "Z").filter { $0 != "-" && $0 != ":" }
    }
}
