import Commands
import TestSupport
import Testing

@Suite("recordings that are packed by gzip")
struct PackedTests {
    /// What `gzip -9n` of Debian 12 makes of ``ConvertTests/log``.
    static let packed = hex(
        """
        1F8B0800000000000203D3303431363335B0343035D23332B1343734D654484ECC33503036355436B230307233313034
        32303076353030E4D240526D8CAADA54D9D4C2C0C014A88C0B000FB7C82054000000
        """)

    @Test("are read like those that are not, also joined and filled up")
    func read() throws {
        let filled = Self.packed + [UInt8](repeating: 0, count: 700)
        for (bytes, copies) in [(Self.packed, 1), (Self.packed + Self.packed, 2), (filled, 1)] {
            let file = try TemporaryFile(bytes)
            let log = String(repeating: ConvertTests.log, count: copies)
            #expect(try run("convert \(file.path)").output == log)
            #expect(try run("decode \(file.path)") == run("decode -", input: log))
            #expect(try run(["decode", "-"], input: bytes) == run("decode -", input: log))
        }
    }

    @Test("are read up to where they are cut off or damaged, and that is said")
    func damage() throws {
        let whole = try run("decode -", input: ConvertTests.log)
        let cut = try run(["decode", "-"], input: Array(Self.packed.dropLast(9)))
        #expect(cut.errors == "busbar: the standard input is cut off; it is read up to there\n")
        #expect(whole.output.hasPrefix(cut.output))
        var bytes = Self.packed
        bytes[bytes.count - 6] ^= 1
        let damaged = try run(["decode", "-"], input: bytes)
        #expect(damaged.errors == "busbar: the standard input is damaged; it is read up to there\n")
        for length in 0..<Self.packed.count {
            #expect(try run(["decode", "-"], input: Array(Self.packed.prefix(length))).code != .usage)
        }
    }

    @Test("may hold more than fits into memory")
    func large() throws {
        let file = try TemporaryFile(Self.zeros(matches: 300_000))
        let outcome = try run("decode \(file.path)")
        #expect(outcome.code == .failure)
        #expect(outcome.errors.hasSuffix("line 1: it is longer than 4096 bytes\n"))
    }

    /// A zero, and over and over 258 more of what came before, in the codes that every file may use; the end is missing.
    private static func zeros(matches: Int) -> [UInt8] {
        var (bytes, used) = (hex("1F8B08000000000002FF"), 8)
        func add(_ code: String) {
            for bit in code {
                if used == 8 { (bytes, used) = (bytes + [0], 0) }
                if bit == "1" { bytes[bytes.count - 1] |= 1 << UInt8(used) }
                used += 1
            }
        }
        add("110" + "00110000")
        for _ in 0..<16 { add("11000101" + "00000") }
        // The codes of eight matches fill thirteen bytes; the last of these bytes is not full yet.
        bytes.removeLast()
        let pattern = bytes.suffix(13)
        for _ in 0..<matches / 8 { bytes += pattern }
        return bytes
    }
}
