import BMSDrivers
import BatteryModel
import Gateway
import LinuxIO
import Reporting
import Testing

@Suite("How a pack answers")
struct PackQualityTests {
    private func document(_ plant: VirtualPlant) throws -> StatusDocument {
        let snapshot = Snapshot(
            core: plant.core, buses: [], framesPerSecond: [6], startedAt: Instant(nanoseconds: 1_000_000_000),
            worstLatency: .zero, at: plant.now)
        return try StatusDocument(json: StatusDocument(snapshot, version: "0", at: plant.now).json())
    }

    private func events(_ plant: VirtualPlant) throws -> [String] {
        try document(plant).events.map(\.text).filter { $0.contains("answers") }
    }

    /// A plant of two packs, the second of which loses one of so many answers.
    private func losing(oneOf count: Int) -> VirtualPlant {
        var plant = VirtualPlant(packs: 2)
        let answers = Counter()
        plant.spoil = { answer in
            guard answer.pack == 1 else { return [VirtualPlant.Piece(answer)] }
            answers.number += 1
            return answers.number % count == 0 ? [] : [VirtualPlant.Piece(answer)]
        }
        return plant
    }

    private final class Counter { var number = 0 }

    @Test("one lost answer of ten is told once and ends once, one of fifty never")
    func seldom() throws {
        var plant = losing(oneOf: 10)
        plant.run(for: .seconds(300))
        let told = try events(plant)
        #expect(told.count == 1 && told[0].hasPrefix("pack 1 answers too few questions: 9"), "\(told)")
        let statistics = try document(plant).packs[1].statistics
        #expect(statistics.answersSeldom && !statistics.answersLate)
        #expect(try #require(statistics.answeredLastMinutePercent) < 95)
        plant.spoil = { [VirtualPlant.Piece($0)] }
        plant.run(for: .seconds(120))
        #expect(try events(plant).last == "pack 1 answers its questions again")
        #expect(try events(plant).count == 2)
        plant = losing(oneOf: 50)
        plant.run(for: .seconds(300))
        #expect(try events(plant).isEmpty)
    }

    @Test("answers that take half of what is waited for are told once, and once that they no longer do")
    func late() throws {
        let timeout = JKPB.driver.sheet.timing.timeout
        var plant = VirtualPlant(packs: 1)
        plant.run(for: .seconds(30))
        #expect(try events(plant).isEmpty)
        plant.spoil = { [VirtualPlant.Piece($0).later(Interval(nanoseconds: timeout.nanoseconds * 3 / 5))] }
        plant.run(for: .seconds(90))
        let told = try events(plant)
        #expect(told.count == 1 && told[0].hasPrefix("pack 0 answers late: after "), "\(told)")
        #expect(try document(plant).packs[0].statistics.answersLate)
        // Between the two thresholds nothing is said.
        plant.spoil = { [VirtualPlant.Piece($0).later(Interval(nanoseconds: timeout.nanoseconds * 2 / 5))] }
        plant.run(for: .seconds(90))
        #expect(try events(plant).count == 1)
        plant.spoil = { [VirtualPlant.Piece($0)] }
        plant.run(for: .seconds(90))
        #expect(try events(plant).last == "pack 0 answers in good time again")
        #expect(try events(plant).count == 2)
    }

    @Test("the picture shows it of a pack that answers seldom, and of every pack if it is asked for")
    func picture() throws {
        var plant = losing(oneOf: 10)
        plant.run(for: .seconds(120))
        let usual = StatusView(columns: 200).lines(try document(plant)).filter { $0.hasPrefix("Answers") }
        #expect(usual.count == 1 && usual[0].hasPrefix("Answers   1: "))
        for part in [
            " answers, half within ", " not answered, ", " % of the last minute; last fault: no answer",
        ] {
            #expect(usual[0].contains(part), "\(part) in \(usual[0])")
        }
        let all = StatusView(columns: 200, showsAnswers: true).lines(try document(plant))
        #expect(all.filter { $0.hasPrefix("Answers") }.count == 2)
    }
}
