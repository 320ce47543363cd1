import BMSDrivers
import BatteryModel
import BusCodec
import Commands
import TestSupport
import Testing

/// `busbar decode --driver`.
struct DecodeAnswerTests {
    /// Answers of a JBD-SP04S034 (captured, see JBDGoldenTests), a question, and what is damaged or none at all.
    static let recording = """
        # a comment
        >>> DD A5 03 00 FF FD 77
        <<< DD.03.00.1D.06.18.00.00.01.F2.01.F4.00.00.2C.7C.00.00.00.00.00.00.80.64.03.04.03.0B.8B.0B.8A.0B.84.FA.8D.77

        dd0400080f450f3d0f370f3dfec677 DD 05 00 19 4A 42 44 2D 53 50 30 34 53 30 33 34 2D 4C 34 53 2D 32 30 30 41 2D 42 2D 55 FA 08 77
        0xDD, 0x04, 0x00, 0x08, 0x0F, 0x45, 0x0F, 0x3D, 0x0F, 0x37, 0x0F, 0x3D, 0xFE, 0xC7, 0x77
        00 FF DD 04 00 08 0F 45 0F 3D 0F 37 0F 3D FE C6 77
        DD 04 00 08 0F 45
        DD 04 80 00 FF 80 77
        DD 04 00 0
        no bytes at all
        """

    @Test(
        "answers are shown with what they say, and what cannot be read with why", arguments: ["", "--json"])
    func recording(options: String) throws {
        let outcome = try run("decode --driver jbd \(options) -", input: Self.recording)
        #expect(outcome.code == .success)
        #expect(outcome.errors.isEmpty)
        try Snapshot.expect(outcome.output, "decode-answers\(options.replacing("--", with: "-"))")
    }

    @Test("an answer on the command line is read like one in a file")
    func bytes() throws {
        let text = "DD 04 00 08 0F 45 0F 3D 0F 37 0F 3D FE C6 77"
        let outcome = try run(["decode", "--driver", "jbd", "--bytes", text])
        #expect(outcome == (try run("decode --driver jbd -", input: text)))
        #expect(outcome.output.contains("  cells  3.909 3.901 3.895 3.901 V\n"))
        let two = try run(["decode", "--driver", "jbd", "--bytes", text, "--bytes", "DD"])
        #expect(two.code == .success && two.output.hasPrefix(outcome.output))
        #expect(two.output.hasSuffix("line 2: 1 byte: what begins at byte 1 is broken off\n"))
    }

    @Test("the exit code is 1 if no answer was understood")
    func codes() throws {
        #expect(try run("decode --driver jbd -", input: "").code == .success)
        #expect(try run("decode --driver jbd -", input: "# nothing\n\n").code == .success)
        #expect(try run("decode --driver jbd -", input: "12 34\n").code == .failure)
        #expect(try run("decode --driver jbd -", input: "DD A5 03 00 FF FD 77\n").code == .failure)
    }

    @Test("a frame of characters stands as it is")
    func characters() throws {
        // Captured: a Seplos V2 board tells its name (see SeplosV2GoldenTests).
        let line = "~20004600C040313130312D5350313520020743414E50726F746F636F6C3A536F666172202020F046\r\n"
        let outcome = try run("decode --driver seplos-v2 -", input: line)
        #expect(outcome.output.hasPrefix("line 1: answer to 'about', address 0\n"))
        #expect(outcome.output.contains("1101-SP15"))
    }

    @Test("an answer that does not say what was asked needs the question, before it or by name")
    func questions() throws {
        // What a JK-PB at address 1 answers to a read of 0x40 registers, all of them 0x0D00.
        var data = [UInt8](repeating: 0, count: 128)
        for place in stride(from: 0, to: 128, by: 2) { data[place] = 0x0D }
        var answer = ByteBuffer<512>()
        ModbusRTU.encodeReadAnswer(address: 1, data: data.span, into: &answer)
        let line = hexText(TestSupport.array(answer.bytes))
        let unsure = try run("decode --driver jk-modbus -", input: line)
        #expect(unsure.code == .failure)
        #expect(unsure.output.contains("the answer does not say what was asked; it can be 'cells', "))
        #expect(unsure.output.hasSuffix(": choose with --question\n"))
        let told = try run("decode --driver jk-modbus --question cells -", input: line)
        #expect(told.output.hasPrefix("line 1: answer to 'cells', address 1\n"))
        let asked = try run("decode --driver jk-modbus -", input: "01 03 12 00 00 40 41 42\n\(line)")
        #expect(asked.output.hasPrefix("line 1: a host asks, address 1: 'cells'\nline 2: answer to 'cells'"))
    }

    @Test("packs on one line do not mix, and the same answer twice is read twice")
    func packs() throws {
        // A Daly tells its cells only to whoever knows how many there are: board 1 has said it, board 2 has not.
        let counts = "A5 01 94 08 10 01 00 00 00 00 03 40 96"
        let state = "A5 01 93 08 00 01 01 9A 00 02 A2 D8 59"
        let cells = { (board: UInt8) in
            let frames = (UInt8(1)...6).map { number -> [UInt8] in
                let more: [UInt8] = number < 6 ? [0x0C, 0xFE, 0x0C, 0xFE] : [0, 0, 0, 0]
                let frame: [UInt8] = [0xA5, board, 0x95, 0x08, number, 0x0C, 0xFE] + more + [0]
                return frame + [frame.reduce(0, &+)]
            }
            return hexText(frames.joined())
        }
        let recording = [counts, state, cells(1), cells(1), cells(2)].joined(separator: "\n")
        let lines = try run("decode --driver daly -", input: recording).output.split(separator: "\n")
        #expect(lines.filter { $0.hasPrefix("line ") }.count == 5)
        #expect(lines.filter { $0.hasSuffix(": answer to 'cells', address 1") }.count == 2)
        #expect(lines.contains { $0.hasPrefix("line 5: answer not believed: ") })
    }

    @Test("an answer to a question that the driver does not know is taken for nothing else")
    func foreignQuestion() throws {
        // Captured (SG16S200A-SP57B-A): the values of a whole system, as long as the cells of a pack.
        let recording = """
            >>> 00.04.20.00.00.1A.7B.D0
            <<< 00.04.34.14.CD.00.00.FF.F3.FF.FF.6B.40.00.00.80.E8.00.00.01.22.00.00.80.E8.00.00.00.01.00.00.00.00\
            .00.00.07.08.00.00.07.08.00.00.02.40.01.D0.00.01.00.0A.03.40.03.E7.F2.CC
            """
        let outcome = try run("decode --driver seplos-v3 -", input: recording)
        let lines = [
            "line 1: a host asks, address 0, what is not known",
            "line 2: something that is not asked for here", "",
        ]
        #expect(outcome == Outcome(code: .failure, output: lines.joined(separator: "\n"), errors: ""))
    }

    @Test("the field that is out of range is named, and so is a length that no answer has")
    func disbelief() throws {
        // SOC 101 %, and a status without its last sensor; the checksums are right.
        let range = try run("decode --driver jbd -", input: Self.status(soc: 101, sensors: 3))
        #expect(range.output.contains("answer not believed: soc cannot be 1010"))
        let short = try run("decode --driver jbd -", input: Self.status(soc: 50, sensors: 2))
        #expect(short.output.contains("answer not believed: "))
        #expect(range.code == .failure && short.code == .failure)
        #expect(try run("decode --driver jbd -", input: Self.status(soc: 50, sensors: 3)).code == .success)
        let length = try run("decode --driver eg4-ll -", input: "02 03 02 14 F6 73 02")
        #expect(length.output == "line 1: no question has an answer of this length\n")
    }

    /// A status of a JBD with three sensors announced.
    private static func status(soc: UInt8, sensors: Int) -> String {
        var data = hex("06 18 00 00 01 F2 01 F4 00 00 2C 7C 00 00 00 00 00 00 80 64 03 04 03")
        data[19] = soc
        for _ in 0..<sensors { data += [0x0B, 0x8B] }
        let sum = ([0x00, UInt8(data.count)] + data).reduce(UInt16(0)) { $0 &- UInt16($1) }
        return hexText(
            [0xDD, 0x03, 0x00, UInt8(data.count)] + data + [UInt8(sum >> 8), UInt8(sum & 0xFF), 0x77])
    }

    @Test("a line without end is told, not kept")
    func longLine() throws {
        let endless = [UInt8](repeating: 0x41, count: 100_000)
        let outcome = try run(["decode", "--driver", "jbd", "-"], input: endless)
        #expect(outcome.code == .failure)
        #expect(outcome.output == "line 1: the line is longer than 65536 characters\n")
    }

    @Test("random bytes are refused or read by every driver, and every output line is one line of text")
    func noise() throws {
        var random = SeededRandom(seed: 12)
        for number in DriverTable.drivers.indices {
            let id = "\(DriverTable.drivers[number].sheet.id)"
            let lines = (0..<40).map { _ in
                hexText(
                    (0..<Int.random(in: 1...80, using: &random)).map { _ in
                        UInt8.random(in: 0...255, using: &random)
                    })
            }
            let outcome = try run("decode --driver \(id) --json -", input: lines.joined(separator: "\n"))
            #expect(outcome.code != .usage)
            #expect(outcome.output.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 })
        }
    }
}
