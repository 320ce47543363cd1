import BMSDrivers
import BatteryModel
import BusCodec
import TestSupport
import Testing

/// Victron's battery monitors against recorded blocks.
@Suite struct VictronShuntTests {
    private let driver = VictronShunt.driver

    private func decoded(_ fields: [String]) throws(AnswerError) -> VictronBlock.Present? {
        try decoded(bytes: VictronBlock.made(fields))
    }

    private func decoded(bytes: [UInt8]) throws(AnswerError) -> VictronBlock.Present? {
        var reading = ShuntReading()
        guard try driver.decode(bytes.span, at(7), &reading) else { return nil }
        for instant in [reading.voltageMillivolts?.at, reading.currentMilliamps?.at, reading.socPermille?.at]
        {
            #expect(instant == nil || instant == at(7))
        }
        return VictronBlock.Present(
            reading.voltageMillivolts?.value, reading.currentMilliamps?.value, reading.socPermille?.value)
    }

    private func line(_ pieces: [[UInt8]]) -> (line: ShuntLine, readings: Int) {
        var line = ShuntLine(driver: driver, at: at(0))
        var readings = 0
        for piece in pieces where line.received(piece.span, at: at(1)) { readings += 1 }
        return (line, readings)
    }

    @Test("a recorded block says what its recorder saw", arguments: VictronBlock.recorded)
    func golden(_ block: VictronBlock) throws {
        #expect(VictronBlock.made(block.fields) == block.bytes, "the checksum of the record is right")
        #expect(try decoded(bytes: block.bytes) == block.present)
    }

    @Test("however the bytes arrive, the same comes out, and no flipped bit goes unnoticed")
    func dripFeed() {
        let verifier = DripFeedVerifier<ShuntItem> { driver.scan($0, $1) }
        let samples = VictronBlock.recorded.map(\.bytes) + [interleaved(0)]
        let failures = verifier.failures(in: samples)
        #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
    }

    @Test("a block is understood whatever byte its checksum is")
    func everyChecksum() throws {
        var seen: Set<UInt8> = []
        for sum in 0..<256 {
            let letters = (0..<6).map { UInt8(0x41 + min(max(sum - 49 * $0, 0), 49)) }
            let name = String(decoding: letters, as: UTF8.self)
            let bytes = VictronBlock.made(["V 52000", "I 100", "SOC 500", "BMV \(name)"])
            guard let last = bytes.last, seen.insert(last).inserted else { continue }
            let glued = line([bytes + bytes])
            #expect(glued.line.counts.messages == 2 && glued.line.noise.total == 0, "checksum \(last)")
        }
        #expect(seen.count == 256)
    }

    /// A block with a HEX message after each `stride` of its bytes, and one before and behind it.
    private func interleaved(_ first: Int) -> [UInt8] {
        var bytes = Array(VictronBlock.hexMessages[0].utf8)
        var next = first
        // The byte behind the last tab is the checksum, whatever it is.
        for (index, byte) in VictronBlock.recorded[0].bytes.enumerated() {
            let isChecksum = index == VictronBlock.recorded[0].bytes.count - 1
            if index > 0, index % 20 == first % 20, !isChecksum {
                bytes += Array(VictronBlock.hexMessages[next % VictronBlock.hexMessages.count].utf8)
                next += 1
            }
            bytes.append(byte)
        }
        return bytes + Array(VictronBlock.hexMessages[6].utf8)
    }

    @Test("HEX messages may stand anywhere in a block", arguments: 0..<20)
    func interleaving(first: Int) throws {
        let heard = line([interleaved(first)])
        #expect(heard.readings == 1)
        #expect(heard.line.noise.total == 0)
        #expect(heard.line.reading.currentMilliamps?.value == -7_625)
        #expect(heard.line.reading.socPermille?.value == 839)
    }

    @Test("a damaged HEX message within a block spoils the block")
    func damagedHex() {
        var bytes = interleaved(3)
        guard let colon = bytes.dropFirst(20).firstIndex(of: 0x3A) else { return #expect(Bool(false)) }
        bytes[colon + 2] ^= 1
        #expect(line([bytes]).readings == 0)
    }

    @Test("a block with a wrong sum is dropped as a whole and counted")
    func spoiled() {
        var bytes = VictronBlock.recorded[0].bytes
        bytes[16] ^= 1
        let heard = line([bytes, VictronBlock.recorded[1].bytes])
        #expect(heard.line.counts.badChecksums == 1)
        #expect(heard.line.counts.messages == 1)
        #expect(heard.line.noise.total == 0)
        #expect(heard.line.reading.currentMilliamps?.value == -2_674)
    }

    @Test("who begins to listen within a block understands the next one")
    func midway() {
        for count in 1..<VictronBlock.recorded[0].bytes.count {
            let heard = line([
                Array(VictronBlock.recorded[0].bytes.suffix(count)), VictronBlock.recorded[1].bytes,
            ])
            #expect(heard.line.reading.currentMilliamps?.value == -2_674, "behind \(count) bytes")
        }
    }

    @Test("a block that was broken off by a silence does not spoil the next one")
    func brokenOff() {
        var line = ShuntLine(driver: driver, at: at(0))
        let block = VictronBlock.recorded[0].bytes
        let early = line.received(Array(block.dropLast(1)).span, at: at(1))
        #expect(!early)
        let waits = [line.step(at: at(1)), line.step(at: at(2))]
        #expect(waits == [at(1) + .milliseconds(300), Instant(nanoseconds: .max)])
        #expect(line.noise[.truncated] > 0)
        let again = line.received(block.span, at: at(2))
        #expect(again)
    }
}

extension VictronShuntTests {
    @Test("a state of charge that the monitor does not know is not reported, and the one before is forgotten")
    func unknown() throws {
        #expect(try decoded(["V 52000", "I 12300", "SOC ---"]) == VictronBlock.Present(52_000, 12_300, nil))
        let heard = line([
            VictronBlock.made(["V 52000", "I 12300", "SOC 500"]),
            VictronBlock.made(["V 52000", "I 12400", "SOC ---"]),
        ])
        #expect(heard.line.reading.socPermille == nil)
        #expect(heard.line.reading.currentMilliamps?.value == 12_400)
    }

    static let refused: [(fields: [String], why: String)] = [
        (["V 52000", "I 12300"], "a solar charger's current is not the bank's"),
        (["V 52000", "SOC 500"], "a state of charge without a current"),
        (["V 52000", "I 12300", "SOC ---", "MON -9"], "set up to measure a solar charger"),
        (["V 52000", "I 12300", "SOC 500", "MON x"], "a way of measuring that is none"),
        (["V 52000", "I 12300", "SOC 1001"], "more than all"),
        (["V 52000", "I 12300", "SOC -1"], "less than nothing"),
        (["V 52000", "I 9999001", "SOC 500"], "more than the largest shunt measures"),
        (["V 52000", "I -9999001", "SOC 500"], "the same the other way"),
        (["V 52000", "I 99999999999", "SOC 500"], "a number of more than 32 bits"),
        (["V 385001", "I 0", "SOC 500"], "a voltage that no monitor bears"),
        (["V -1", "I 0", "SOC 500"], "a voltage below zero"),
        (["V 52.0", "I 0", "SOC 500"], "no whole number"), (["V ", "I 0", "SOC 500"], "nothing"),
        (["V 52000", "I -", "SOC 500"], "a sign alone"), (["V 52000", "I +1", "SOC 500"], "a plus"),
        (["V 52000", "I 1", "I 2", "SOC 500"], "two currents"),
    ]

    @Test("a block that cannot be a battery's is refused and changes nothing", arguments: refused)
    func refusal(fields: [String], why: String) {
        #expect(throws: AnswerError.self) { try decoded(fields) }
        let heard = line([
            VictronBlock.made(["V 51000", "I 100", "SOC 400"]), VictronBlock.made(fields),
        ])
        #expect(heard.line.counts.refused == 1)
        #expect(heard.line.reading.currentMilliamps?.value == 100)
        #expect(heard.line.reading.socPermille?.value == 400)
        #expect(heard.line.reading.voltageMillivolts?.value == 51_000)
    }

    static let said: [VictronBlock.Present] = [
        .init(53_509, 23_866, 548), .init(0, 0, 0), .init(nil, -9_999_000, 1_000), .init(100, nil, nil),
    ]

    @Test("what a simulated shunt says is understood", arguments: said)
    func roundTrip(present: VictronBlock.Present) throws {
        var reading = ShuntReading()
        reading.voltageMillivolts = present.millivolts.map { Reading($0, at: at(1)) }
        reading.currentMilliamps = present.milliamps.map { Reading($0, at: at(1)) }
        reading.socPermille = present.soc.map { Reading($0, at: at(1)) }
        var buffer = AnswerBuffer()
        driver.say(reading, &buffer)
        let bytes = buffer.bytes.indices.map { buffer.bytes[$0] }
        #expect(line([bytes]).line.counts.messages == 1)
        #expect(try decoded(bytes: bytes) == present)
    }

    @Test("a stream of anything is bounded")
    func bounded() {
        let babble: [[UInt8]] = [
            Array(repeating: 0x3A, count: 5_000), Array(":0".utf8) + Array(repeating: 0x30, count: 5_000),
            Array(repeating: [0x0D, 0x0A, 0x41, 0x09, 0x42], count: 1_000).flatMap { $0 },
        ]
        for bytes in babble {
            let heard = line([bytes, VictronBlock.recorded[0].bytes, VictronBlock.recorded[1].bytes])
            #expect(heard.line.reading.currentMilliamps?.value == -2_674)
        }
    }
}
