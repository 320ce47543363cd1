import Glibc

extension BusbarSettings {
    /// Reads the settings file at `path`.
    ///
    /// - Parameters:
    ///   - path: The path of the file; problems call the file by it.
    ///   - catalogue: The drivers and profiles there are.
    /// - Returns: The settings, with the defaults filled in.
    /// - Throws: Every problem of the file at once; one that cannot be opened is a problem of its first line.
    public static func read(
        path: String, knowing catalogue: DeviceCatalogue
    ) throws(SettingsProblems) -> BusbarSettings {
        switch contents(of: path) {
        case .success(let bytes):
            return try read(bytes: bytes, file: path, knowing: catalogue)
        case .failure(let failure):
            let problems = ProblemCollector(file: path)
            problems.add(
                SourceMark(line: 1, column: 1), "the file cannot be read",
                String(cString: strerror(failure.code)), "check the path and the permissions")
            throw problems.sorted()
        }
    }

    private struct ReadFailure: Error {
        var code: Int32
    }

    /// The bytes of a file, one more than allowed at most, so that a file too large is seen to be so.
    private static func contents(of path: String) -> Result<[UInt8], ReadFailure> {
        // Opening a pipe or a device must not wait for somebody at its other end.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return .failure(ReadFailure(code: errno)) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= SettingsText.maximumBytes {
            let count = Glibc.read(descriptor, &block, block.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return .failure(ReadFailure(code: errno)) }
            if count == 0 { break }
            bytes.append(contentsOf: block[..<count])
        }
        return .success(bytes)
    }
}
