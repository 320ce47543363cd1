import Commands
import TestSupport
import Testing

struct DecodeTests {
    /// Frames in every form, captured ones among them, and lines that are none.
    static let recording = """
        (1436509052.249713) vcan0 351#2802F4012003E001
        (1436509052.349713) vcan0 355#58005E00
          can0  356   [6]  7B 13 E9 FE 6B 01
          can0  35C   [2]  C0 00

         (000.123456)  can0  359   [7]  02 00 00 00 0A 50 4E
        can0 35A#AAAAAA12AAAAAAAA
        can0 35E#50594C4F4E202020
        can0 305#0000000000000000
        can0 355#FFFF6300
        can0 351#2802
        can0 7A0#0102
        can0 18FF50E5#11
        can0 351#R
        can0 20000080#0000000000000000
        no frame at all
        can0 351##1AA
        """

    static let complaint = """
        busbar decode: 1 line cannot be read: line 16: it holds no frame
        busbar decode: 1 line jumps in time: line 6: from 2015-07-10 06:17:32 to 1970-01-01 00:00:00
        busbar decode: CAN FD frames left out: 1

        """

    @Test("frames are shown with what they say", arguments: ["", "--all", "--json", "--dialect v1.2"])
    func recording(options: String) throws {
        let outcome = try run("decode \(options) -", input: Self.recording)
        #expect(outcome.code == .success)
        #expect(outcome.errors == Self.complaint)
        let name = options.split(separator: " ").joined().replacing("--", with: "-")
        try Snapshot.expect(outcome.output, "decode\(name)")
    }

    @Test("a file is read like the standard input")
    func file() throws {
        let file = try TemporaryFile(Array(Self.recording.utf8))
        #expect(try run("decode \(file.path)") == run("decode -", input: Self.recording))
        #expect(try run("decode -- \(file.path)") == run("decode -", input: Self.recording))
    }

    @Test("a recording of any kind is read, packed or not, and gives the same")
    func formats() throws {
        let log = "(1436509052.249713) can0 351#2802F4012003E001\n(1436509052.349713) can0 355#58005E00\n"
        let expected = try run("decode -", input: log)
        for format in ["asc", "blf", "pcan", "pcapng"] {
            let source = try TemporaryFile(Array(log.utf8)), target = try TemporaryFile("")
            _ = try run("convert --force --to \(format) \(source.path) \(target.path)")
            let outcome = try run("decode \(target.path)")
            #expect(outcome.code == .success, "\(format)")
            #expect(Self.words(outcome.output) == Self.words(expected.output), "\(format)")
        }
    }

    /// The words of each line behind the time and the link, whose columns are as wide as they have to be.
    private static func words(_ text: String) -> [[Substring]] {
        text.split(separator: "\n").map { Array($0.split(separator: " ").dropFirst(2)) }
    }

    @Test("one that has no frame ends with 1, one that is empty does not")
    func codes() throws {
        #expect(
            try run("decode -", input: "hello\n")
                == Outcome(
                    code: .failure, output: "",
                    errors: "busbar decode: 1 line cannot be read: line 1: it holds no frame\n"))
        let cut = try run("decode -", input: "(1.5) can0 351#28\n(1.5) can0 351#2\n")
        #expect(cut.code == .success)
        #expect(
            cut.errors
                == "busbar decode: 1 line cannot be read: line 2: it ends in column 17, before the frame does\n"
        )
        #expect(try run("decode -", input: "(1.5) bms RX 01 02\n").code == .failure)
        #expect(try run("decode -", input: "") == Outcome(code: .success, output: "", errors: ""))
        #expect(try run("decode -", input: "\n \r\n").code == .success)
    }

    @Test("line ends of other systems do not matter")
    func lineEnds() throws {
        let unix = try run("decode -", input: "can0 351#2802F4012003E001\ncan0 305#00")
        #expect(try run("decode -", input: "can0 351#2802F4012003E001\r\ncan0 305#00\r\n") == unix)
    }

    @Test("a line without end is told, not kept")
    func longLine() throws {
        let long = String(repeating: " ", count: 5_000) + "can0 351#2802F4012003E001"
        let outcome = try run("decode -", input: long + "\ncan0 305#00\n")
        #expect(outcome.output == "-  can0   305  inverter_alive\n")
        let endless = [UInt8](repeating: UInt8(ascii: "x"), count: 3_000_000)
        let refused = try run(["decode", "-"], input: endless)
        #expect(refused.errors.hasSuffix("line 1: it is longer than 4096 bytes\n"))
        #expect(outcome.errors.hasSuffix("line 1: it is longer than 4096 bytes\n"))
    }

    @Test("random bytes are refused or read, and every output line is one line of text")
    func noise() throws {
        var random = SeededRandom(seed: 11)
        let pieces = [
            "can0 ", "351#", "2802", "\n", "(1.5) ", "[8] ", " ", "\r", "\u{0}", "é", "35A#", "R", ".", "FF",
        ]
        for round in 0..<200 {
            var bytes: [UInt8] = []
            while bytes.count < 2_000 {
                let number = Int.random(in: 0...9_999, using: &random)
                bytes += round % 2 == 0 ? [UInt8(number & 0xFF)] : Array(pieces[number % pieces.count].utf8)
            }
            let options = round % 4 < 2 ? ["decode", "-"] : ["decode", "--json", "-"]
            let outcome = try run(options, input: bytes)
            #expect(outcome.code != .usage)
            #expect(outcome.output.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 })
        }
    }
}
