import BMSDrivers
import BatteryModel
import BusCodec
import TestSupport
import Testing

/// Junctek's battery monitors against captured answers.
@Suite struct JunctekShuntTests {
    private let driver = JunctekShunt.driver

    @Test("captured answers say what flows, and how much is left", arguments: JunctekSample.captured)
    func golden(_ sample: JunctekSample) {
        let heard = listen([sample.settings, sample.values])
        #expect(heard.told == [2, 0, 0] && heard.noise.total == 0)
        #expect(heard.reading.voltageMillivolts == Reading(sample.millivolts, at: at(1)))
        #expect(heard.reading.currentMilliamps == Reading(sample.milliamps, at: at(1)))
        #expect(heard.reading.socPermille == Reading(sample.soc, at: at(1)))
    }

    @Test(
        "the minutes that are left prove which way the current flows",
        arguments: JunctekSample.captured.filter { $0.minutes != nil })
    func direction(_ sample: JunctekSample) throws {
        let minutes = try #require(sample.minutes)
        let full = try #require(
            listen([sample.settings, sample.values]).reading.capacityMilliampHours?.value)
        let left = Double(sample.milliampHours)
        let distance = sample.milliamps > 0 ? Double(full) - left : left
        let hours = distance / Double(abs(sample.milliamps))
        // It divides by a mean current.
        #expect(abs(hours * 60 - minutes) <= max(1, minutes / 50))
    }

    @Test("however the bytes arrive, the same comes out, and no flipped bit goes unnoticed")
    func dripFeed() {
        for sample in JunctekSample.captured {
            for line in [sample.settings, sample.values] {
                // The sum covers neither command nor address. An answer to the other command has too few or too many
                // numbers, and one of another address is refused too; see below.
                let verifier = DripFeedVerifier<ShuntItem>(dontCare: [3, 5]) { driver.scan($0, $1) }
                let failures = verifier.failures(in: [JunctekSample.bytes(line)])
                #expect(failures.isEmpty, "\(line): \(failures.joined(separator: "\n"))")
            }
        }
    }

    @Test("what a display says to the monitor is heard as such")
    func display() {
        let heard = listen([
            ":R50=1,\n", JunctekSample.captured[0].values, ":R51=1,\n", JunctekSample.captured[0].settings,
            ":R50=1,2,1,", ":W10=1,2,1,", ":w10=1,73,OK,", ":r00=1,217,2140,110,6,",
            JunctekSample.captured[0].values,
        ])
        #expect(heard.noise.total == 0)
        // Without the settings the first values are refused.
        #expect(heard.told == [2, 0, 1])
        #expect(heard.reading.currentMilliamps?.value == JunctekSample.captured[0].milliamps)
    }

    static let refused: [(line: String, why: String)] = [
        (JunctekSample.captured[0].values.replacing(":r50", with: ":r51"), "values as settings"),
        (JunctekSample.captured[4].values.replacing(":r50", with: ":r51"), "those of KH-F as settings"),
        (JunctekSample.captured[0].settings.replacing(":r51", with: ":r50"), "settings as values"),
        (JunctekSample.captured[4].settings.replacing(":r51", with: ":r50"), "those of KH-F as values"),
        (":r50=5,111,5315,127,284178,334902,1665868,136017,118,0,0,0,13425,60690,", "another address"),
        (JunctekSample.made(50, [5_232, 5_710, 923_007, 0, 0, 0, 0, 0, 0, 2, 0, 0]), "a third direction"),
        (JunctekSample.made(50, [5_232, 5_710, 1_300_001, 0, 0, 0, 0, 0, 0, 0, 0, 0]), "more than all"),
        (JunctekSample.made(50, [5_232, 100_001, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), "more than 1000 A"),
        (JunctekSample.made(50, [15_001, 5_710, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), "more than 150 V"),
        (JunctekSample.made(50, [5_232, 5_710, 0, 0, 0, 0, 0, 0, 0, 0, 0]), "too few numbers"),
        (JunctekSample.made(50, [5_232, 5_710, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), "a number too many"),
        (JunctekSample.made(51, [0, 0, 0, 0, 0, 100, 0, 0, 0, 100, 100, 100, 0, 0, 1]), "no capacity"),
        (
            JunctekSample.made(51, [0, 0, 0, 0, 0, 100, 0, 0, 13_000, 100, 100, 100, 0, 0, 2]),
            "a multiplied current"
        ),
        (JunctekSample.made(51, [0, 0, 0, 0, 0, 100, 0, 0, 13_000, 100, 100, 100, 0, 0]), "no multiple"),
    ]

    @Test("what cannot be is refused and changes nothing", arguments: refused)
    func refusal(line: String, why: String) {
        let sample = JunctekSample.captured[0]
        let heard = listen([sample.settings, sample.values, line])
        #expect(heard.told == [2, 0, 1], "\(why)")
        #expect(heard.reading.currentMilliamps?.value == sample.milliamps)
        #expect(heard.reading.socPermille?.value == sample.soc)
    }

    @Test(
        "a line with a wrong sum is dropped",
        arguments: [
            // The first is an example in the manual of KG-F, in which a number and the sum belong to different prints.
            ":r50=1,215,2056,200,5408,4592,9437,14353,134,4112,0,0,162,30682,",
            ":r50=1,0,5232,5710,923007,24276928,132091777,7900119,137,0,0,0,973,2154,",
        ])
    func spoiled(line: String) {
        let heard = listen([JunctekSample.captured[0].settings, line])
        #expect(heard.told == [1, 1, 0])
        #expect(heard.reading.currentMilliamps == nil)
    }

    @Test("settings that are a minute old are not believed any more")
    func oldSettings() {
        var line = ShuntLine(driver: driver, at: at(0))
        let sample = JunctekSample.captured[0]
        _ = line.received(JunctekSample.bytes(sample.settings).span, at: at(1))
        let inTime = line.received(JunctekSample.bytes(sample.values).span, at: at(61))
        let late = line.received(JunctekSample.bytes(sample.values).span, at: at(61) + .milliseconds(1))
        #expect(inTime && !late)
        #expect(line.reading.currentMilliamps?.at == at(61))
    }

    private func listen(_ lines: [String]) -> ShuntLine {
        var line = ShuntLine(driver: driver, at: at(0))
        for text in lines { _ = line.received(JunctekSample.bytes(text).span, at: at(1)) }
        return line
    }
}

// MARK: - Asking

extension JunctekShuntTests {
    /// A monitor and the line, until `end`; a display asks every half second from `display` on.
    private func asked(until end: Instant, display: Instant? = nil) -> [(at: Instant, text: String)] {
        var line = ShuntLine(driver: driver, at: at(0))
        var questions: [(at: Instant, text: String)] = []
        var now = at(0)
        while now < end {
            var question = RequestBuffer()
            _ = line.ask(at: now, &question)
            if question.count > 0 {
                questions.append((now, String(decoding: question.array, as: UTF8.self)))
            }
            if let display, now >= display, now.nanoseconds % 500_000_000 == 0 {
                _ = line.received(JunctekSample.bytes(":R50=1,\n").span, at: now)
            }
            now = now + .milliseconds(10)
        }
        return questions
    }

    @Test("it is asked for its settings and then for its values, as the manual says")
    func questions() {
        let asked = asked(until: at(14))
        #expect(asked.map(\.text).prefix(3) == [":R51=1,2,1,\r\n", ":R50=1,2,1,\r\n", ":R50=1,2,1,\r\n"])
        #expect(asked.map(\.at).prefix(2) == [at(1) + .milliseconds(500), at(3)])
        #expect(asked.count == 9 && asked.map(\.text).filter { $0.hasPrefix(":R51") }.count == 2)
    }

    @Test("nothing is asked while a display asks")
    func quietBesideDisplay() {
        #expect(asked(until: at(60), display: at(0)).isEmpty)
        #expect(asked(until: at(60), display: at(6)).last?.at == at(6))
    }

    @Test("a shunt that speaks by itself is never asked")
    func victron() {
        var line = ShuntLine(driver: VictronShunt.driver, at: at(0))
        var question = RequestBuffer()
        let next = line.ask(at: at(100), &question)
        #expect(question.count == 0 && next == Instant(nanoseconds: .max))
    }

    @Test("what a simulated monitor says is understood", arguments: [(57_100, 710), (-3_960, 1), (0, 1_000)])
    func roundTrip(milliamps: Int32, soc: Int32) {
        var reading = ShuntReading()
        reading.voltageMillivolts = Reading(52_320, at: at(1))
        reading.currentMilliamps = Reading(milliamps, at: at(1))
        reading.socPermille = Reading(soc, at: at(1))
        reading.capacityMilliampHours = Reading(280_100, at: at(1))
        var buffer = AnswerBuffer()
        driver.say(reading, &buffer)
        var line = ShuntLine(driver: driver, at: at(0))
        let isNews = line.received(buffer.bytes, at: at(1))
        #expect(isNews && line.told == [2, 0, 0])
        #expect(line.reading.voltageMillivolts == reading.voltageMillivolts)
        #expect(line.reading.currentMilliamps == reading.currentMilliamps)
        #expect(line.reading.socPermille == reading.socPermille)
        #expect(line.reading.capacityMilliampHours == reading.capacityMilliampHours)
    }
}

extension ShuntLine {
    /// How many messages were believed, had a wrong sum, and were refused.
    fileprivate var told: [UInt64] { [counts.messages, counts.badChecksums, counts.refused] }
}

/// The settings and the values of a monitor, and what they say.
struct JunctekSample: Sendable, CustomTestStringConvertible {
    var source: String
    var settings: String
    var values: String
    var millivolts: Int32
    var milliamps: Int32
    var milliampHours: Int32
    var soc: Int32
    /// How long until it is empty or full, as the monitor says; `nil` where it says 0.
    var minutes: Double?

    var testDescription: String { source }

    /// A line as it is sent; where it does not end itself, with its end.
    static func bytes(_ line: String) -> [UInt8] { Array((line.hasSuffix("\n") ? line : line + "\r\n").utf8) }

    /// An answer with the sum that belongs to it.
    static func made(_ command: Int, _ numbers: [Int]) -> String {
        let sum = numbers.reduce(0, +) % 255 + 1
        return ":r\(command)=1,\(sum),\(numbers.map { "\($0)," }.joined())"
    }

    /// Recorded by others, except where it says otherwise.
    static let captured: [JunctekSample] = [
        JunctekSample(
            source: "KG-F, 1300 Ah, discharging; tfyoung/esphome-junctek_kgf, issue 10",
            settings: ":r51=1,142,0,0,0,0,0,100,0,0,13000,100,100,100,0,0,1,",
            values: ":r50=1,208,5232,5710,923007,24276928,132091777,7900119,137,0,0,0,973,2154,",
            millivolts: 52_320, milliamps: -57_100, milliampHours: 923_007, soc: 710, minutes: 973),
        JunctekSample(
            source: "KG140F, 420 Ah, charging; mysystem32/juntek_kg 617f35a, README.md",
            settings: ":r51=1,12,0,0,0,0,0,100,0,0,4200,100,100,100,0,0,1,",
            values: ":r50=1,220,5366,5410,416983,289634,1427701,88851,128,0,0,1,3,4277,",
            millivolts: 53_660, milliamps: 54_100, milliampHours: 416_983, soc: 992, minutes: 3),
        JunctekSample(
            source: "KG140F, 127.5 Ah, discharging; ldiegos/esphome-junctek_kgf 61d827a, README_HA.md",
            settings: ":r51=1,147,0,0,0,0,0,100,0,0,1275,100,100,100,0,0,1,",
            values: ":r50=1,119,1653,93,124123,109565,408091,869319,124,0,0,0,8008,29032,",
            millivolts: 16_530, milliamps: -930, milliampHours: 124_123, soc: 973, minutes: 8_008),
        JunctekSample(
            source: "the same, charging",
            settings: ":r51=1,147,0,0,0,0,0,100,0,0,1275,100,100,100,0,0,1,",
            values: ":r50=1,210,1643,165,120191,109358,401245,857439,125,0,0,1,262,0,",
            millivolts: 16_430, milliamps: 1_650, milliampHours: 120_191, soc: 942, minutes: 262),
        JunctekSample(
            source: "KH-F, 280 Ah, discharging; Sleeper85/esphome-junctek_khf 40a8943, junctek_khf.cpp",
            settings: ":r51=1,65,0,0,0,0,0,255,0,0,2800,100,100,95,0,0,1,100,0,2752,2450,2,20,255,0,0,59,0,",
            values: ":r50=1,46,5319,396,254929,25304424,26717081,91107,122,0,99,0,3877,100,101,0,",
            millivolts: 53_190, milliamps: -3_960, milliampHours: 254_929, soc: 910, minutes: 3_877),
        JunctekSample(
            source: "KH-F, charging, by its manual, p. 29; the settings are computed: 20 Ah",
            settings: ":r51=1,192,0,0,0,0,0,100,0,0,200,100,100,100,0,0,1,100,0,0,0,0,0,0,0,0,0,0,",
            values: ":r50=1,123,1198,1090,7421,2749,437,298,113,0,0,1,69,100,230208,112418,",
            millivolts: 11_980, milliamps: 10_900, milliampHours: 7_421, soc: 371, minutes: 69),
    ]
}
