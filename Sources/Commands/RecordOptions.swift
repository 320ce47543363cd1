import Glibc

/// How everything on the buses of a gateway is recorded.
struct RecordOptions {
    /// The folder of the files.
    let folder: String
    /// The most bytes that they have together.
    let keep: Int

    /// The most bytes of one file.
    var fileSize: Int { min(100_000_000, max(keep / 10, 10_000)) }

    /// Asks for the options; `nil` if nothing is to be recorded.
    static func read(_ arguments: inout Arguments) throws(UsageError) -> RecordOptions? {
        let folder = try arguments.option(
            "--record", of: String.self, as: "DIR", "record everything on the buses into files in this folder"
        )
        let keep = try arguments.option(
            "--keep", of: SizeArgument.self, "the most that the files in DIR may take; 1GB if left out")
        guard let folder else {
            guard keep == nil || arguments.isDescribing else {
                throw UsageError("--keep is about what is recorded", "name a folder with --record")
            }
            return nil
        }
        return RecordOptions(folder: absolute(folder), keep: (keep ?? .placeholder).bytes)
    }

    /// The path for whoever is told it somewhere else.
    private static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let here = getcwd(nil, 0) else { return path }
        defer { free(here) }
        return "\(String(cString: here))/\(path)"
    }
}
