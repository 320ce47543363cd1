import BMSDrivers
import BatteryModel
import BusCodec
import Commands
import Recordings
import Simulators
import Testing

@Suite("--anonymise")
struct AnonymiseTests {
    static let drivers = DriverTable.drivers.indices.map { DriverTable.drivers[$0] }
        .filter { $0.sheet.wire == .serial && !$0.sheet.isBroadcast }

    /// What a pack with a name and a number answers to every question, in pieces as they come from a line.
    private static func recording(_ driver: BMSDriver) -> (text: String, answers: Int) {
        let address = driver.sheet.addresses.lowerBound
        let start = Instant(nanoseconds: 1_000_000_000)
        var pack = SimulatedPack(address: address, at: start)
        (pack.identity.serial, pack.identity.name) = (ASCIIText(), ASCIIText())
        for letter in "SECRET4711A".utf8 {
            pack.identity.serial.append(letter)
            pack.identity.name.append(letter)
        }
        var time: Int64 = 1_763_805_600_000_000_000
        var text = ""
        var answers = 0
        func add(_ sign: String, _ bytes: [UInt8]) {
            time += 5_000_000
            let digits = RecordedItem.Content.bytes(bytes).text
            text +=
                "(\(time / 1_000_000_000).\("\(time % 1_000_000_000 + 1_000_000_000)".dropFirst())) bms \(sign) \(digits)\n"
        }
        for poll in 0..<driver.pollCount {
            time += 500_000_000
            var question = RequestBuffer()
            driver.request(poll, address, &question)
            add(">", question.bytes.indices.map { question.bytes[$0] })
            var answer = AnswerBuffer()
            driver.answer(question.bytes, pack.reading(at: start), &answer)
            let bytes = answer.bytes.indices.map { answer.bytes[$0] }
            if !bytes.isEmpty { answers += 1 }
            for place in stride(from: 0, to: bytes.count, by: 7) {
                add("<", Array(bytes[place...].prefix(7)))
            }
        }
        return (text, answers)
    }

    private static func bytes(_ text: String, _ direction: RecordedItem.Direction) -> [UInt8] {
        var reader = RecordingReader(format: RecordingFormat.named("busbar"))
        let items = reader.take(Array(text.utf8)[...]) + reader.finish()
        return items.filter { $0.direction == direction }.flatMap {
            if case .bytes(let bytes) = $0.content { bytes } else { [UInt8]() }
        }
    }

    @Test(
        "names and numbers go out of the answers of every driver, and everything else stays",
        arguments: drivers)
    func answers(_ driver: BMSDriver) throws {
        let (text, answers) = Self.recording(driver)
        #expect(answers > 0)
        let outcome = try run("convert --anonymise --from busbar --to busbar -", input: text)
        #expect(outcome.code == .success)
        #expect(outcome.errors.contains("; 0 that could not be rewritten left out"), "\(outcome.errors)")
        let (before, after) = (Self.bytes(text, .received), Self.bytes(outcome.output, .received))
        #expect(before.count == after.count)
        #expect(Self.bytes(text, .sent) == Self.bytes(outcome.output, .sent))
        for secret in ["SECRET4711A", "53454352455434373131"] {
            #expect(!String(decoding: after, as: UTF8.self).contains(secret))
        }
        let again = try run("convert --anonymise --from busbar --to busbar -", input: outcome.output)
        #expect(
            again.output == outcome.output, "the checksums are right, and there is nothing left to replace")
    }

    @Test("frames with serial numbers lose them, and other protocols keep their numbers there")
    func frames() throws {
        let log = """
            (1.000000) can0 351#2802F4012003E001
            (1.000000) can0 380#4142433132333435
            (1.000000) can0 381#3637000000000000
            (1.000000) can0 370#0102030405060708

            """
        let outcome = try run("convert --anonymise -", input: log)
        let expected = log.replacing("4142433132333435", with: "5858583030303030").replacing(
            "3637", with: "3030")
        #expect(
            outcome.output.split(separator: "\n").map { $0.split(separator: ") ")[1] }
                == expected.split(separator: "\n").map { $0.split(separator: ") ")[1] })
        #expect(outcome.errors.contains("replaced in 2 places"))
    }

    @Test("text that nobody understands is left out")
    func text() throws {
        let lines = """
            (1.0) bms < 00 01 53 45 43
            (1.1) bms < 52 45 54 02 41 42
            (2.0) bms ! up
            (3.0) other < 53 45 43 52
            """
        let outcome = try run("convert --anonymise --to busbar -", input: lines)
        #expect(
            outcome.output == """
                (1.000000) bms < 00 01
                (1.100000) bms < 02 41 42
                (2.000000) bms ! up
                (3.000000) other < 53 45 43 52

                """)
        #expect(outcome.errors.contains("; 1 that could not be rewritten left out"))
    }
}
