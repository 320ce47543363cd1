import Commands
import Glibc
import Testing

@Suite("busbar convert")
struct ConvertTests {
    static let log = "(1436509052.249713) can0 351#2802F4012003E001\n(1436509052.349713) can0 355#58005E00\n"

    @Test("finds out what it reads, and writes what the ending says")
    func ending() throws {
        let source = try TemporaryFile(Self.log)
        for ending in ["trc", "asc", "csv", "blf", "pcapng"] {
            let path = source.path + "." + ending
            defer { unlink(path) }
            let there = try run("convert \(source.path) \(path)")
            #expect(there.code == .success)
            #expect(there.errors.contains("2 frames read from candump log"))
            #expect(there.output == "")
            let back = try run("convert \(path)")
            // A channel of a Vector file has a number, and what was not said to be sent was received.
            #expect(back.output.replacing(" R\n", with: "\n").replacing("can1", with: "can0") == Self.log)
        }
    }

    @Test("replaces a file only when told to")
    func replacing() throws {
        let source = try TemporaryFile(Self.log)
        let target = try TemporaryFile("mine")
        let refused = try run("convert --to candump \(source.path) \(target.path)")
        #expect(refused.code == .failure)
        #expect(refused.errors.contains("choose another name, or add --force"))
        #expect(try run("convert \(target.path)").code == .failure, "it still has no frame")
        #expect(try run("convert --force --to candump \(source.path) \(target.path)").code == .success)
        #expect(try run("convert \(target.path)").output == Self.log)
    }

    @Test("says what was left out and what cannot be read")
    func account() throws {
        let outcome = try run(
            "convert --to savvycan -", input: Self.log + "hm\n(1.5) can0 1#R\n(2.0) can0 1##0\n")
        #expect(outcome.code == .success)
        #expect(
            outcome.errors == """
                busbar convert: 2 frames read from candump log, written as SavvyCAN (GVRET CSV)
                busbar convert: 3 lines cannot be read; the first is line 3: it holds no frame

                """)
    }

    @Test("makes no file of nothing")
    func nothing() throws {
        let source = try TemporaryFile("hello\n")
        let target = source.path + ".log"
        let outcome = try run("convert \(source.path) \(target)")
        #expect(outcome.code == .failure)
        #expect(outcome.errors.contains("there is no frame in it"))
        #expect(access(target, F_OK) != 0)
    }

    @Test(
        "refuses what cannot be",
        arguments: [
            ("convert a.log b.xyz", "has no ending that is known"),
            ("convert --to pcap a.log", "is only read"),
            ("convert --to txt a.log", "did you mean 'text'?"), ("convert", "FILE is missing"),
        ])
    func refusals(line: String, words: String) throws {
        let outcome = try run(line)
        #expect(outcome.code == .usage)
        #expect(outcome.errors.contains(words))
    }
}
