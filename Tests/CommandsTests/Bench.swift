import Commands
import Glibc
import Synchronization
import Testing

/// What a command line did.
struct Outcome: Equatable {
    var code: ExitCode
    var output: String
    var errors: String
}

/// Runs a command line with `input` as its standard input.
func run(_ words: [String], input: [UInt8] = [], width: Int = 100) throws -> Outcome {
    let file = try TemporaryFile(input)
    let descriptor = open(file.path, O_RDONLY)
    defer { close(descriptor) }
    let console = Console(capturing: descriptor, width: width)
    let code = Busbar.run(words, console)
    return Outcome(code: code, output: console.output, errors: console.errors)
}

/// Runs a command line given as one text, cut at spaces.
func run(_ line: String, input: String = "") throws -> Outcome {
    try run(line.split(separator: " ").map(String.init), input: Array(input.utf8))
}

/// Files that are gone with the process: a text that was made of a file's path does not keep the file alive.
private let temporaryFiles = Mutex<[String]?>(nil)

private func removeTemporaryFiles() { temporaryFiles.withLock { for path in $0 ?? [] { unlink(path) } } }

/// A file that is gone when the tests are.
struct TemporaryFile {
    let path: String

    init(_ text: String) throws { try self.init(Array(text.utf8)) }

    init(_ bytes: [UInt8]) throws {
        var name = Array("/tmp/busbar-test-XXXXXX".utf8CString)
        let descriptor = mkstemp(&name)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        try #require(write(descriptor, bytes, bytes.count) == bytes.count)
        temporaryFiles.withLock { [path] paths in
            if paths == nil { atexit(removeTemporaryFiles) }
            paths = (paths ?? []) + [path]
        }
    }
}

/// Texts that must not change unnoticed.
///
/// `BUSBAR_SNAPSHOTS=write` makes a test run write them; look at the difference before it is committed.
enum Snapshot {
    private static let folder = packageFolder + "Tests/CommandsTests/Snapshots/"

    static func expect(
        _ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let path = folder + name + ".txt"
        if getenv("BUSBAR_SNAPSHOTS").map({ String(cString: $0) }) == "write" {
            let file = try #require(fopen(path, "w"))
            fputs(text, file)
            fclose(file)
        }
        #expect(text == contents(path), "see Snapshots/\(name).txt", sourceLocation: sourceLocation)
    }

    /// The text of a file; `nil` if there is none.
    static func contents(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        while case let byte = fgetc(file), byte != EOF { bytes.append(UInt8(truncatingIfNeeded: byte)) }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// The folder of the package.
let packageFolder = String("\(#filePath)".dropLast("Tests/CommandsTests/Bench.swift".count))
