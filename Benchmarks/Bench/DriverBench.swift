import BMSDrivers
import BatteryModel
import BusCodec
import Simulators

/// What every BMS driver costs: the time of the processor for a reading, and that of the line beyond what the wire and
/// the pack take.
enum DriverBench {
    private static let now = Instant(nanoseconds: 0)

    static func run() {
        for index in DriverTable.drivers.indices { parse(DriverTable.drivers[index]) }
        for index in DriverTable.drivers.indices where !DriverTable.drivers[index].sheet.isBroadcast {
            line(DriverTable.drivers[index])
        }
    }

    /// The questions of a round, as they are asked unless the settings want registers.
    private static func round(_ driver: BMSDriver) -> [Int] {
        let usual: ReadMode =
            (0..<driver.pollCount).contains { driver.poll($0).mode == .frames } ? .frames : .registers
        return (0..<driver.pollCount).filter {
            driver.poll($0).pace == .live && driver.poll($0).mode == usual
        }
    }

    /// Question and answer of each question of a round.
    private static func exchanges(_ driver: BMSDriver) -> [(poll: Int, question: [UInt8], answer: [UInt8])] {
        let address = driver.sheet.addresses.lowerBound
        let reading = SimulatedPack(address: address, at: now).reading(at: now)
        return round(driver).map { poll in
            var question = RequestBuffer()
            driver.request(poll, address, &question)
            var answer = AnswerBuffer()
            driver.answer(question.bytes, reading, &answer)
            return (
                poll, question.bytes.indices.map { question[$0] }, answer.bytes.indices.map { answer[$0] }
            )
        }
    }

    private static func parse(_ driver: BMSDriver) {
        let exchanges = exchanges(driver)
        var scanner = StreamScanner<1_024>()
        var reading = PackReading()
        let result = Measure.loop(1_000) {
            for exchange in exchanges {
                scanner.received(exchange.answer.span, grammar: { driver.scan($0, false, $1) }) {
                    bytes, _ in
                    _ = try? driver.decode(bytes, exchange.poll, now, &reading)
                }
                scanner.silence(grammar: { driver.scan($0, false, $1) }) { bytes, _ in
                    _ = try? driver.decode(bytes, exchange.poll, now, &reading)
                }
            }
        }
        let length = exchanges.reduce(0) { $0 + $1.answer.count }
        Table.row(
            "\(driver.sheet.id): parse cost of a reading", result.nanoseconds / 1_000, "µs", atMost: 20,
            note:
                "\(exchanges.count) answers, \(length) bytes; \(Measure.fixed(result.allocations)) heap allocations"
        )
    }

    /// A round of a driver that asks, on a virtual clock: the wire at the usual speed, 30 ms of the pack for each answer, and the spacing that the
    /// sheet demands are the ideal.
    private static func line(_ driver: BMSDriver) {
        let turnaround = Interval.milliseconds(30)
        let wire = exchanges(driver).reduce(0.0) {
            $0 + Double($1.question.count + $1.answer.count) * 10_000 / Double(driver.sheet.baud)
        }
        let count = round(driver).count
        let ideal = wire + Double(count) * (turnaround + driver.sheet.timing.spacing).inMilliseconds
        guard let round = played(driver, turnaround) else {
            return Table.missing("\(driver.sheet.id): a round", "the line does not work")
        }
        Table.row(
            "\(driver.sheet.id): a round over the ideal", round / ideal, "", atMost: 1.15, places: 2,
            note:
                "\(Measure.fixed(round)) ms; wire \(Measure.fixed(wire)) ms, \(count) answers after 30 ms each, spacing "
                + "\(driver.sheet.timing.spacing.milliseconds) ms")
    }

    /// The mean length of a round in milliseconds, without the questions that are asked once a minute.
    private static func played(_ driver: BMSDriver, _ turnaround: Interval) -> Double? {
        let address = driver.sheet.addresses.lowerBound
        let packs = [SimulatedPack(address: address, at: now)]
        var simulated = SimulatedLine(
            driver, timing: .init(turnaround: turnaround, baud: driver.sheet.baud), at: now)
        var line = PackLine(at: now)
        guard line.add(address: address, driver: driver, interval: .zero, at: now) != nil else { return nil }
        var (clock, rounds, total) = (now, 0, 0.0)
        while clock < now + .seconds(50) {
            switch line.step(at: clock) {
            case .send:
                let bytes = line.outgoing
                let end = clock + .microseconds(Int64(bytes.count) * 10_000_000 / Int64(driver.sheet.baud))
                line.sent(at: end)
                simulated.received(bytes.bytes, at: clock, packs: packs)
            case .wait(let until):
                let due = simulated.nextDue ?? until
                clock = max(clock, min(until, due))
                while let piece = simulated.next(at: clock) {
                    let before = line[0].statistics.cycle
                    _ = line.received(piece.span, at: clock)
                    guard let cycle = line[0].statistics.cycle, cycle != before, clock > now + .seconds(5)
                    else {
                        continue
                    }
                    rounds += 1
                    total += cycle.inMilliseconds
                }
            }
        }
        return rounds > 0 ? total / Double(rounds) : line[0].statistics.cycle?.inMilliseconds
    }
}
