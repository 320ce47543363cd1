import FoundationEssentials
import LinuxIO

/// The folder of a journal: files of one day or a part of it, whose names sort by time; the oldest go first.
struct JournalFolder {
    let path: String
    /// The most bytes that all files may have together.
    var limit = 64 << 20
    /// The most bytes of one file.
    var fileLimit = 4 << 20

    /// The files, oldest first.
    var names: [String] {
        let found = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return found.filter(Self.isOurs).sorted()
    }

    /// Makes the folder if its parent is there.
    ///
    /// - Throws: `SystemError` if nothing can be written in it.
    func prepare() throws(SystemError) {
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        if let obstacle = DurableFile(path: "\(path)/x").obstacle { throw obstacle }
    }

    /// The file to add to on a date.
    func current(_ date: String) -> String {
        let last = names.last { $0.hasPrefix("\(Self.prefix)\(date)-") }
        guard let last, size(last) >= fileLimit else { return last ?? Self.name(date, 0) }
        return Self.name(date, (Self.part(last) ?? 0) + 1)
    }

    /// Removes the oldest files until the rest fits.
    func tidy() {
        var names = names[...]
        var total = names.reduce(0) { $0 + size($1) }
        while total > limit, names.count > 1, let oldest = names.popFirst() {
            total -= size(oldest)
            try? FileManager.default.removeItem(atPath: "\(path)/\(oldest)")
        }
    }

    private func size(_ name: String) -> Int { DurableFile.size("\(path)/\(name)") }

    private static let prefix = "why-"
    private static let suffix = ".jsonl"

    private static func name(_ date: String, _ part: Int) -> String {
        let digits = "\(part)"
        return "\(prefix)\(date)-\(String(repeating: "0", count: max(4 - digits.count, 0)))\(digits)\(suffix)"
    }

    private static func part(_ name: String) -> Int? { Int(name.dropLast(suffix.count).suffix(4)) }

    /// The date in a name, as text.
    static func date(_ name: String) -> Substring { name.dropFirst(prefix.count).prefix(10) }

    private static func isOurs(_ name: String) -> Bool {
        name.hasPrefix(prefix) && name.hasSuffix(suffix) && name.utf8.count == 25 && part(name) != nil
    }
}
