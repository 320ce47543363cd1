import BMSDrivers
import BatteryModel
import BusCodec
import Testing

@Suite struct JKStreamTests {
    /// The acknowledgement of the status of address 3.
    static let acknowledgement = bytes("03 10 16 20 00 01 05 A9")
    static let status = Array(bytes(JKFrames.statusC1).prefix(300))

    /// Streams of all that can stand on a line, one after the other and cut off.
    static let streams: [[UInt8]] = {
        let trigger = bytes("08 10 16 20 00 01 02 00 00 BC A1")
        let answer = bytes(JKFrames.limitsM7)
        let refusal = bytes("01 83 02 C0 F1")
        let noise = bytes("55 AA EB 00 FF 03 07 80 55 55 AA")
        let other = bytes("03 10 16 1E 00 01 64 65")
        let zero: [UInt8] = [0]
        var broken = status
        broken[100] ^= 4
        let lines: [[[UInt8]]] = [
            [bytes(JKFrames.bus)],
            [noise, bytes(JKFrames.statusB1), trigger, answer, bytes(JKFrames.settingsA2), noise, refusal],
            [status, zero, acknowledgement, status, zero, zero, acknowledgement],
            [status, zero, zero, zero, acknowledgement],
            [status, trigger, status, Array(acknowledgement.prefix(5)), trigger],
            [broken, acknowledgement, status, acknowledgement],
            [Array(status.prefix(200)), status, acknowledgement, Array(answer.prefix(40)), answer],
            [status, other, status],
            [Array(bytes(JKFrames.statusB1).prefix(303))],
        ]
        return lines.map { $0.flatMap(\.self) }
    }()

    @Test("however a stream is cut into pieces, the same comes out", arguments: streams, [false, true])
    func pieces(_ stream: [UInt8], _ listening: Bool) {
        let whole = JKStream(stream, listening: listening) { $0 }
        #expect(JKStream(stream, listening: listening) { _ in 1 } == whole)
        for seed in UInt64(0)..<40 {
            var dice = Dice(state: seed)
            let cut = JKStream(stream, listening: listening) { _ in Int.random(in: 1...90, using: &dice) }
            #expect(cut == whole)
        }
    }

    @Test("a record and its acknowledgement are one item, with up to two zeros between", arguments: 0...3)
    func zeros(_ zeros: Int) {
        let stream = Self.status + [UInt8](repeating: 0, count: zeros) + Self.acknowledgement
        let found = JKStream(stream, listening: false) { $0 }.found
        #expect(
            found.first?.item == LineItem(.answer, address: zeros <= 2 ? 3 : nil, poll: JKQuestion.status))
        #expect(found.first?.bytes.count == (zeros <= 2 ? 308 + zeros : 300))
    }

    @Test("the acknowledgement of address 0 is found behind zeros too", arguments: 0...2)
    func addressZero(_ zeros: Int) {
        var stream = bytes(JKFrames.statusB1)
        stream.insert(contentsOf: [UInt8](repeating: 0, count: zeros), at: 300)
        let stream0 = JKStream(stream, listening: false) { _ in 1 }
        #expect(stream0.items == [LineItem(.answer, address: 0, poll: JKQuestion.status)])
        #expect(stream0.noise == [0, 0, 0, 0])
    }

    @Test("a record is decided as soon as its acknowledgement is there, or cannot be")
    func promptness() {
        func step(_ tail: [UInt8], isLast: Bool = false) -> Int? {
            let head = Self.status + tail
            guard case .item(_, let length) = JKPB.driver.scan(head.span, false, isLast) else { return nil }
            return length
        }
        #expect(step([]) == nil)
        #expect(step([], isLast: true) == 300)
        #expect(step([0]) == nil)
        #expect(step([0, 0]) == nil)
        #expect(step([0, 0, 0]) == nil)
        #expect(step([0, 0, 0, 0]) == 300)
        #expect(step([0, 0x10]) == nil)
        #expect(step([0, 0x11]) == 300)
        #expect(step([3, 0x10, 0x16]) == nil)
        #expect(step([3, 0x10, 0x16, 0x1E]) == 300)
        #expect(step([16]) == 300)
        #expect(step([0x55]) == 300)
        #expect(step(Array(Self.acknowledgement.prefix(7))) == nil)
        #expect(step(Array(Self.acknowledgement.prefix(7)), isLast: true) == 300)
        #expect(step(Self.acknowledgement) == 308)
    }

    @Test("the acknowledgement of another record does not lend its address")
    func otherAcknowledgement() {
        let stream = Self.status + bytes("03 10 16 1E 00 01 64 65")
        #expect(
            JKStream(stream, listening: false) { $0 }.items == [
                LineItem(.answer, poll: JKQuestion.status), LineItem(.other, address: 3),
            ])
    }

    @Test(
        "log records belong to the protocol and say nothing",
        arguments: [(5, 0x24), (6, 0x22)] as [(UInt8, UInt8)])
    func logs(_ kind: UInt8, _ register: UInt8) {
        var log = Self.status
        log[4] = kind
        log[299] = log.prefix(299).reduce(0, &+)
        var acknowledged = ByteBuffer<8>()
        ModbusRTU.encodeWriteAnswer(
            address: 3, register: 0x1600 | UInt16(register), count: 1, into: &acknowledged)
        let items = JKStream(log + acknowledged.array, listening: false) { $0 }.items
        #expect(items == [LineItem(.other, address: 3)])
    }

    @Test("a listener hears the master's questions, the slave and the master itself")
    func listening() {
        let heard = JKStream(bytes(JKFrames.bus), listening: true) { _ in 50 }
        var expected = (UInt8(1)...7).map { LineItem(.request, address: $0, poll: JKQuestion.status) }
        expected += [
            LineItem(.answer, address: 7, poll: JKQuestion.status),
            LineItem(.request, address: 7, poll: JKQuestion.settings),
            LineItem(.answer, address: 7, poll: JKQuestion.settings),
        ]
        expected += (UInt8(8)...15).map { LineItem(.request, address: $0, poll: JKQuestion.status) }
        expected += [
            LineItem(.answer, address: 0, poll: JKQuestion.status),
            LineItem(.answer, address: 0, poll: JKQuestion.settings),
        ]
        #expect(heard.items == expected)
        #expect(heard.noise == [0, 0, 0, 0])
    }

    static let requests: [(hex: String, item: LineItem)] = [
        ("01 03 12 00 00 40 41 42", LineItem(.request, address: 1, poll: JKQuestion.cells)),
        ("00 03 10 80 00 40 40 C3", LineItem(.request, address: 0, poll: JKQuestion.balancing)),
        ("01 03 12 F8 00 03 81 42", LineItem(.request, address: 1)),
        ("01 03 14 00 00 14 40 35", LineItem(.request, address: 1)),
        ("02 10 10 78 00 02 04 00 00 00 00 37 A9", LineItem(.request, address: 2)),
        ("02 10 10 78 00 02 C5 22", LineItem(.other, address: 2)),
        ("02 10 11 14 00 01 02 02 10 B0 19", LineItem(.request, address: 2)),
        ("02 10 10 00 00 02 04 00 00 0D AC 35 C6", LineItem(.request, address: 2)),
        ("01 10 16 0A 00 01 02 00 00 D1 3B", LineItem(.request, address: 1)),
        ("01 10 16 0C 00 01 02 00 00 D1 5D", LineItem(.request, address: 1)),
        ("01 10 16 0E 00 01 02 00 00 D0 BF", LineItem(.request, address: 1)),
        ("01 10 00 20 00 02 04 00 05 22 33 B9 03", LineItem(.request, address: 1)),
        ("01 03 04 11 22 33 44 4B C6", LineItem(.answer, address: 1)),
    ]

    @Test("a listener tells the captured frames of other masters apart", arguments: requests)
    func otherMasters(_ row: (hex: String, item: LineItem)) throws {
        var frame = bytes(row.hex)
        if row.item.poll == JKQuestion.cells { frame = request(JKQuestion.cells, 1) }
        #expect(JKStream(frame, listening: true) { $0 }.items == [row.item])
    }

    @Test("addresses beyond 15 are noise")
    func addresses() {
        var frame = ByteBuffer<16>()
        ModbusRTU.encodeException(3, address: 16, code: 2, into: &frame)
        #expect(JKStream(frame.array, listening: true) { $0 }.items.isEmpty)
    }

    @Test("no random bytes upset the driver", arguments: UInt64(0)..<60)
    func fuzz(_ seed: UInt64) {
        var dice = Dice(state: seed)
        var stream: [UInt8] = []
        let parts = Self.streams
        for _ in 0..<20 {
            var part = parts[Int.random(in: 0..<parts.count, using: &dice)]
            part = Array(part.prefix(Int.random(in: 0...part.count, using: &dice)))
            for _ in 0..<Int.random(in: 0...3, using: &dice) where !part.isEmpty {
                part[Int.random(in: 0..<part.count, using: &dice)] = UInt8.random(in: 0...255, using: &dice)
            }
            stream += part
            stream += (0..<Int.random(in: 0...40, using: &dice)).map { _ in
                UInt8.random(in: 0...255, using: &dice)
            }
        }
        let whole = JKStream(stream, listening: true) { $0 }
        let cut = JKStream(stream, listening: true) { _ in Int.random(in: 1...400, using: &dice) }
        #expect(cut == whole)
        let understood = whole.found.reduce(0) { $0 + $1.bytes.count }
        #expect(understood + Int(whole.noise.reduce(0, +)) == stream.count)
        var reading = PackReading()
        for found in whole.found {
            for poll in 0..<JKPB.driver.pollCount {
                do { try JKPB.driver.decode(found.bytes.span, poll, at(1), &reading) } catch { continue }
            }
            _ = answer(to: found.bytes, from: reading)
        }
    }
}
