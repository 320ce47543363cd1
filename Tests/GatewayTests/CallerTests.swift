import BatteryModel
import BusCodec
import ChargeControl
import Gateway
import InverterProfiles
import TestSupport
import Testing

@Suite("Callers who read the bank over a network")
struct CallerTests {
    private static let base: UInt16 = 40_070
    private static let soc: UInt16 = 40_081
    private static let marker: UInt16 = 40_000

    /// A plant with a CAN inverter, and a port at which energy managers call.
    private static func called(weight: Int32 = 0, after interval: Interval = .seconds(120)) -> VirtualPlant {
        var plant = VirtualPlant(
            packs: 2, others: [.init(bus: 2, profile: SunSpecBattery.profile, weight: weight)], called: 2)
        plant.run(for: interval)
        return plant
    }

    /// A question of Modbus TCP.
    private static func read(
        _ register: UInt16, _ count: UInt16 = 1, transaction: UInt16 = 1, unit: UInt8 = 1
    ) -> [UInt8] {
        var buffer = ByteBuffer<32>()
        ModbusTCP.encodeRead(
            transaction: transaction, unit: unit, register: register, count: count, into: &buffer)
        return buffer.bytes.indices.map { buffer.bytes[$0] }
    }

    /// The numbers that answers carry, each with its transaction; an exception is its code, below zero.
    private static func heard(_ answers: [[UInt8]]) -> [[Int]] {
        answers.map { bytes in
            let transaction = Int(bytes[0]) << 8 | Int(bytes[1])
            if bytes[7] & 0x80 != 0 { return [transaction, -Int(bytes[8])] }
            return [transaction]
                + stride(from: 9, to: bytes.count, by: 2).map { Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]) }
        }
    }

    private static func heard(_ plant: VirtualPlant, by caller: Int = 0) -> [[Int]] {
        heard(plant.output.told.filter { $0.caller == caller }.map(\.bytes))
    }

    /// What somebody asks, and what he hears.
    static let questions: [(what: String, bytes: [UInt8], heard: [[Int]])] = [
        ("the marker", read(marker, 2), [[1, 0x5375, 0x6E53]]),
        ("another transaction", read(marker, 2, transaction: 0xBEEF), [[0xBEEF, 0x5375, 0x6E53]]),
        ("unit 255", read(marker, 1, unit: 255), [[1, 0x5375]]),
        ("unit 0", read(marker, 1, unit: 0), [[1, 0x5375]]),
        ("a unit that is not here", read(marker, 1, transaction: 9, unit: 7), [[9, -11]]),
        ("a register behind the map", read(41_000), [[1, -2]]),
        ("no register at all", read(marker, 0), [[1, -3]]),
        ("too many registers", read(marker, 126), [[1, -3]]),
        ("an unknown function", [0, 3, 0, 0, 0, 2, 1, 0x2B], [[3, -1]]),
        ("half a question", Array(read(marker).prefix(9)), []),
        ("noise", Array("GET / HTTP/1.1\r\n\r\n".utf8), []),
        ("another protocol than 0", [0, 1, 0, 9, 0, 6, 1, 3, 0x9C, 0x40, 0, 1], []),
        (
            "two questions at once", read(marker, 1, transaction: 4) + read(marker, 2, transaction: 5),
            [[4, 0x5375], [5, 0x5375, 0x6E53]]
        ),
    ]

    @Test("each question has its answer at once, or the protocol's refusal", arguments: questions.indices)
    func answers(_ index: Int) {
        let (what, bytes, expected) = Self.questions[index]
        var plant = Self.called()
        plant.caller(0)
        plant.inject(bytes, caller: 0)
        plant.run(for: .zero)
        #expect(Self.heard(plant) == expected, "\(what)")
    }

    @Test("however the bytes of a question are cut, it is answered once")
    func pieces() {
        let question = Self.read(Self.marker, 2)
        var plant = Self.called()
        plant.caller(0)
        for byte in question {
            plant.inject([byte], caller: 0)
            plant.run(for: .milliseconds(300))
        }
        #expect(Self.heard(plant) == [[1, 0x5375, 0x6E53]])
    }

    @Test("a question behind noise is found")
    func behindNoise() {
        var plant = Self.called()
        plant.caller(0)
        plant.inject([0xFF, 0x00, 0xFF] + Self.read(Self.marker), caller: 0)
        plant.run(for: .zero)
        #expect(Self.heard(plant).last == [1, 0x5375])
        plant.inject(Self.read(Self.marker, transaction: 2), caller: 0)
        plant.run(for: .zero)
        #expect(Self.heard(plant).last == [2, 0x5375])
    }

    @Test("callers do not hear each other, and half a question of one is not completed by another")
    func apart() {
        let question = Self.read(Self.marker, transaction: 7)
        var plant = Self.called()
        plant.caller(0)
        plant.caller(1)
        plant.inject(Array(question.prefix(6)), caller: 0)
        plant.inject(Self.read(Self.marker, transaction: 8), caller: 1)
        plant.inject(Array(question.dropFirst(6)), caller: 0)
        plant.run(for: .zero)
        #expect(Self.heard(plant, by: 0) == [[7, 0x5375]])
        #expect(Self.heard(plant, by: 1) == [[8, 0x5375]])
    }

    @Test("half a question of somebody who has gone is nothing to the next one in his seat")
    func nextInSeat() {
        var plant = Self.called()
        plant.caller(3)
        plant.inject(Array(Self.read(Self.marker).prefix(8)), caller: 3)
        plant.caller(3, isThere: false)
        plant.caller(3)
        plant.inject(Self.read(Self.marker, transaction: 2), caller: 3)
        plant.run(for: .zero)
        #expect(Self.heard(plant, by: 3) == [[2, 0x5375]])
    }

    @Test("sixteen questions at once are answered, and one more is dropped")
    func pipeline() {
        var plant = Self.called()
        plant.caller(0)
        for number in 1...17 {
            plant.inject(Self.read(Self.marker, transaction: UInt16(number)), caller: 0)
        }
        plant.run(for: .zero)
        #expect(Self.heard(plant).map { $0[0] } == Array(1...16))
    }

    @Test("of nine callers the one who was quiet for the longest makes room")
    func ninth() {
        var plant = Self.called()
        for seat in 0..<8 {
            plant.caller(seat)
            plant.inject(Self.read(Self.marker), caller: seat)
            plant.run(for: .seconds(1))
        }
        plant.inject(Self.read(Self.marker), caller: 0)
        plant.run(for: .seconds(1))
        #expect(plant.output.hungUp.isEmpty)
        plant.caller(8)
        plant.inject(Self.read(Self.marker), caller: 8)
        plant.run(for: .zero)
        #expect(plant.output.hungUp == [1])
        #expect(Self.heard(plant, by: 8) == [[1, 0x5375]])
        #expect(plant.snapshot.inverters[1].callers?.displaced == 1)
        #expect(plant.snapshot.inverters[1].callers?.now == 8)
    }

    @Test("who calls and asks nothing makes room before anybody who asked something")
    func flood() {
        var plant = Self.called()
        plant.caller(0)
        plant.inject(Self.read(Self.marker), caller: 0)
        plant.run(for: .seconds(10))
        for seat in 1...8 {
            plant.caller(seat)
            plant.run(for: .seconds(1))
        }
        #expect(plant.output.hungUp == [1])
    }

    @Test("who asks nothing for five minutes is hung up on, and a drip of bytes is no question")
    func idle() {
        var plant = Self.called()
        plant.caller(0)
        plant.caller(1)
        for _ in 0..<31 {
            plant.inject([0], caller: 0)
            plant.inject(Self.read(Self.marker), caller: 1)
            plant.run(for: .seconds(10))
        }
        #expect(plant.output.hungUp == [0])
        #expect(plant.snapshot.inverters[1].callers?.idle == 1)
    }

    @Test("who does not take his answers is hung up on, and nothing is kept for him")
    func deaf() {
        var plant = Self.called()
        plant.caller(0)
        plant.caller(1)
        plant.output.deaf = [0]
        plant.inject(Self.read(Self.marker) + Self.read(Self.marker), caller: 0)
        plant.inject(Self.read(Self.marker), caller: 1)
        plant.run(for: .zero)
        #expect(plant.output.hungUp == [0])
        #expect(Self.heard(plant, by: 1) == [[1, 0x5375]])
        #expect(plant.snapshot.inverters[1].callers?.stuck == 1)
        #expect(plant.snapshot.inverters[1].framesUnsent == 1)
    }

    @Test("when the bank is lost the limits are 0, and then every read is refused")
    func lostBank() {
        var plant = Self.called()
        plant.caller(0)
        plant.packs[0].isSilent = true
        plant.packs[1].isSilent = true
        plant.run(for: .seconds(12))
        plant.inject(Self.read(Self.base + 45, 2), caller: 0)
        plant.run(for: .zero)
        #expect(Self.heard(plant) == [[1, 0, 0]])
        plant.run(for: .seconds(15))
        plant.inject(Self.read(Self.base + 45, 2) + Self.read(Self.marker), caller: 0)
        plant.run(for: .zero)
        #expect(Self.heard(plant).dropFirst() == [[1, -4], [1, -4]])
        plant.inject(Self.read(Self.marker, unit: 9), caller: 0)
        plant.run(for: .zero)
        #expect(Self.heard(plant).last == [1, -11], "another unit is none of ours, whatever is known")
    }

    @Test("a state of charge that is not known refuses the answer that needs it, once in the log")
    func withheld() {
        var plant = Self.called()
        plant.caller(0)
        for index in plant.packs.indices { plant.packs[index].isSilent = true }
        plant.run(for: .seconds(12))
        for _ in 0..<5 {
            plant.inject(Self.read(Self.soc) + Self.read(Self.marker), caller: 0)
            plant.run(for: .seconds(1))
        }
        #expect(Self.heard(plant).filter { $0[1] < 0 } == Array(repeating: [1, -4], count: 5))
        #expect(plant.snapshot.inverters[1].framesWithheld == 5)
        #expect(plant.events { if case .withheld(1, 40_081, _) = $0 { true } else { false } }.count == 1)
    }

    @Test("only reading the battery is a sign of life, whoever else looks around")
    func signOfLife() {
        var plant = Self.called()
        plant.caller(0)
        plant.inject(Self.read(Self.marker, 70) + Self.read(Self.base, 60, unit: 9), caller: 0)
        plant.run(for: .milliseconds(100))
        #expect(plant.snapshot.inverters[1].isSilent)
        plant.inject(Self.read(Self.soc), caller: 0)
        plant.run(for: .milliseconds(100))
        #expect(!plant.snapshot.inverters[1].isSilent)
        plant.run(for: .seconds(70))
        #expect(plant.snapshot.inverters[1].isSilent)
        #expect(plant.snapshot.inverters[1].alarms.warnings.contains(.inverterSilent))
    }

    @Test("who only reads is told the whole bank and takes nothing from the inverter")
    func readerHasNoPart() throws {
        var plant = Self.called()
        plant.caller(0)
        plant.inject(Self.read(Self.base + 45, 2), caller: 0)
        plant.run(for: .zero)
        let verdict = try #require(plant.snapshot.verdict)
        #expect(
            Self.heard(plant) == [[1, Int(verdict.charge.value) / 100, Int(verdict.discharge.value) / 100]])
        #expect(plant.told[.chargeCurrentLimit]?.value == verdict.charge.value / 100 * 100)
    }

    @Test("who draws current has his part, and so has the inverter")
    func inverterHasPart() throws {
        var plant = Self.called(weight: 1)
        plant.caller(0)
        plant.inject(Self.read(Self.base + 45), caller: 0)
        plant.run(for: .zero)
        let verdict = try #require(plant.snapshot.verdict)
        #expect(Self.heard(plant) == [[1, Int(verdict.charge.value) / 200]])
    }

    @Test(
        "whatever callers send and however they come and go, no more than eight stay and the next questions are answered",
        arguments: 0..<20 as Range<UInt64>)
    func anything(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var plant = Self.called(after: .seconds(5))
        var isThere: Set<Int> = []
        for _ in 0..<300 {
            let seat = Int(random.next() % 9)
            switch random.next() % 8 {
            case 0 where isThere.remove(seat) != nil: plant.caller(seat, isThere: false)
            case 0: if isThere.insert(seat).inserted { plant.caller(seat) }
            case 1, 2: plant.inject(Self.read(UInt16(truncatingIfNeeded: random.next())), caller: seat)
            case 3: plant.run(for: .milliseconds(Int64(random.next() % 60_000)))
            case 4: plant.output.deaf = random.next() % 4 == 0 ? [seat] : []
            default:
                // Bytes that often look like the beginning of a header.
                let bytes = (0..<random.next() % 40).map { _ in UInt8(truncatingIfNeeded: random.next() % 5) }
                plant.inject(bytes, caller: seat)
            }
            plant.output.hungUp = []
            plant.run(for: .zero)
            isThere.subtract(plant.output.hungUp)
            let now = try #require(plant.snapshot.inverters[1].callers?.now)
            #expect(now <= 8)
        }
        plant.output.deaf = []
        plant.caller(0)
        // What looks like the longest frame swallows what follows it, once.
        for number in 1...30 as ClosedRange<UInt16> {
            plant.inject(Self.read(Self.marker, transaction: 0x7000 + number), caller: 0)
            plant.run(for: .zero)
        }
        #expect(Self.heard(plant).last?.first == 0x701E)
    }

    @Test("when the port is closed and opened again, nobody is there any more")
    func portReturns() {
        var plant = Self.called()
        plant.caller(0)
        plant.inject(Array(Self.read(Self.marker).prefix(6)), caller: 0)
        plant.bus(2, isUp: false)
        plant.bus(2, isUp: true)
        #expect(plant.snapshot.inverters[1].callers?.now == 0)
    }
}
