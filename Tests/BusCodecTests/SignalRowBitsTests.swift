import BusCodec
import TestSupport
import Testing

/// Where the bits of a signal lie.
@Suite struct SignalRowBitsTests {
    /// A signal in a container of eight bytes, read by another program.
    struct Vector: Sendable {
        var place: String
        var row: SignalRow<Int>
        var bytes: String
        var raw: UInt64
        /// `nil` where the value does not fit 32 bits.
        var value: Int32?

        init(
            _ byte: UInt16, _ bit: UInt8, _ bits: UInt16, _ order: ByteOrder, signed: Bool = false,
            times: Int32 = 1, plus: Int32 = 0, _ bytes: String, raw: UInt64, value: Int32?
        ) {
            self.place = "byte \(byte) bit \(bit), \(bits) bits, \(order)"
            self.row = SignalRow(
                "vector", in: 1, byte: byte, bit: bit, bits: bits, order, signed: signed, times: times,
                plus: plus, 0)
            self.bytes = bytes
            self.raw = raw
            self.value = value
        }
    }

    /// Computed with cantools 45.1.0 from random bytes; DBC start bit = 8 × byte + bit.
    static let vectors: [Vector] = [
        .init(0, 0, 8, .little, "A5 4D CA 18 25 30 BB 1D", raw: 0xA5, value: 165),
        .init(0, 0, 8, .little, "6D 13 2C DE D6 23 7B 2E", raw: 0x6D, value: 109),
        .init(0, 4, 8, .little, "D9 1E 3F 72 1F CB 19 71", raw: 0xED, value: 237),
        .init(0, 4, 8, .little, "17 44 94 D6 49 3C 9D 5C", raw: 0x41, value: 65),
        .init(0, 3, 8, .big, "34 60 BE 31 20 1E 69 FE", raw: 0x46, value: 70),
        .init(0, 3, 8, .big, "DA A0 EE E8 B9 99 7F 5C", raw: 0xAA, value: 170),
        .init(0, 7, 16, .big, "7C 29 99 FD AF E5 93 25", raw: 0x7C29, value: 31785),
        .init(0, 7, 16, .big, "3C D6 54 AF 4D FA D7 14", raw: 0x3CD6, value: 15574),
        .init(
            0, 7, 16, .big, signed: true, times: 100, "27 A0 AE B3 FE E9 23 2F", raw: 0x27A0, value: 1014400),
        .init(
            0, 7, 16, .big, signed: true, times: 100, "8A F2 21 1F 9E E4 91 C5", raw: 0x8AF2, value: -2996600),
        .init(
            0, 0, 16, .little, signed: true, times: 100, "B1 0B EC B5 56 3B FC 1E", raw: 0xBB1, value: 299300),
        .init(
            0, 0, 16, .little, signed: true, times: 100, "6F 93 42 7E CB C8 FE 29", raw: 0x936F,
            value: -2779300),
        .init(1, 4, 12, .little, plus: -400, "55 E5 CD 8E 46 DC 8E D4", raw: 0xCDE, value: 2894),
        .init(1, 4, 12, .little, plus: -400, "B7 C2 76 4D 2A 5A 4D 76", raw: 0x76C, value: 1500),
        .init(
            2, 3, 12, .big, signed: true, times: 10, plus: -50, "77 06 F8 5D 86 90 02 4A", raw: 0x85D,
            value: -19600),
        .init(
            2, 3, 12, .big, signed: true, times: 10, plus: -50, "D6 BD A3 40 1B E9 C8 CB", raw: 0x340,
            value: 8270),
        .init(0, 5, 1, .little, "CC C9 35 F6 CD 1F 61 22", raw: 0x0, value: 0),
        .init(0, 5, 1, .little, "6A E1 53 38 AE 1A 34 00", raw: 0x1, value: 1),
        .init(0, 5, 1, .big, "4D 33 BA 0D 24 6A C0 4C", raw: 0x0, value: 0),
        .init(0, 5, 1, .big, "81 B1 BA F2 3E 3B F9 EE", raw: 0x0, value: 0),
        .init(0, 7, 64, .big, "F5 F7 9F 2B 49 34 AF 87", raw: 0xF5F79F2B4934AF87, value: nil),
        .init(0, 7, 64, .big, "F5 52 0B 69 B9 4B 0D 98", raw: 0xF5520B69B94B0D98, value: nil),
        .init(0, 0, 64, .little, "2E 85 BB 55 B6 72 A8 72", raw: 0x72A872B655BB852E, value: nil),
        .init(0, 0, 64, .little, "63 7A CD 74 66 FC B6 0E", raw: 0xEB6FC6674CD7A63, value: nil),
        .init(0, 1, 37, .big, "0E 8F F1 84 63 B0 E4 B2", raw: 0x147F8C231D, value: nil),
        .init(0, 1, 37, .big, "BA 29 70 34 74 F0 64 AC", raw: 0x114B81A3A7, value: nil),
        .init(3, 2, 37, .little, "68 F7 00 F5 B0 2B 3D C6", raw: 0x118F4AEC3D, value: nil),
        .init(3, 2, 37, .little, "66 F4 5B DE AA 2C CA ED", raw: 0x1B728B2AB7, value: nil),
        .init(4, 7, 24, .big, signed: true, "CD 2B 51 57 41 0E 4D EE", raw: 0x410E4D, value: 4263501),
        .init(4, 7, 24, .big, signed: true, "4A F2 B3 4F 43 0A 07 34", raw: 0x430A07, value: 4393479),
        .init(3, 6, 3, .big, signed: true, "47 DE 63 6C 0E 80 6C 95", raw: 0x6, value: -2),
        .init(3, 6, 3, .big, signed: true, "7B A6 84 D6 43 1F B5 EA", raw: 0x5, value: -3),
        .init(7, 6, 2, .little, signed: true, "D7 42 4D 09 E1 5D 02 4C", raw: 0x1, value: 1),
        .init(7, 6, 2, .little, signed: true, "58 48 F2 3D 1F A6 F7 36", raw: 0x0, value: 0),
        .init(6, 0, 9, .big, "1D 7F 61 8D 15 32 E7 0E", raw: 0x10E, value: 270),
        .init(6, 0, 9, .big, "20 E2 A6 66 8D E7 F4 7E", raw: 0x7E, value: 126),
        .init(2, 0, 32, .little, signed: true, "84 67 E5 46 D5 3E C8 E2", raw: 0x3ED546E5, value: 1054164709),
        .init(2, 0, 32, .little, signed: true, "A1 25 7B DB 25 6C 9B 3E", raw: 0x6C25DB7B, value: 1814420347),
        .init(2, 7, 32, .big, signed: true, "4F BB 49 81 46 EF 70 30", raw: 0x498146EF, value: 1233209071),
        .init(2, 7, 32, .big, signed: true, "CB F9 53 72 52 DC CE AD", raw: 0x537252DC, value: 1400001244),
    ]

    @Test(arguments: vectors) func `a signal lies where a DBC file means it to lie`(vector: Vector) throws {
        let bytes = hex(vector.bytes)
        #expect(try vector.row.raw(in: bytes.span) == vector.raw, "\(vector.place)")
        #expect((try? vector.row.value(in: bytes.span)) == vector.value, "\(vector.place)")
    }

    /// The two drawings of the documentation.
    @Test(arguments: [(ByteOrder.little, UInt8(4), "50 0A"), (.big, 3, "0A 50")])
    func `the drawing in the documentation is right`(order: ByteOrder, bit: UInt8, bytes: String) throws {
        let row = SignalRow("drawing", in: 1, byte: 0, bit: bit, bits: 8, order, 0)
        #expect(try row.raw(in: hex(bytes).span) == 0xA5)
    }

    @Test func `what is stored is what a slow reader finds, and no other bit is touched`() throws {
        var random = SeededRandom(seed: 41)
        var faults: [String] = []
        for round in 0..<3_000 {
            let sample = randomRow(&random)
            let row = sample.row
            let before = random.bytes(sample.size)
            let raw = random.next() & (row.bits == 64 ? UInt64.max : (1 << UInt64(row.bits)) - 1)
            let repetition = Int(random.next() % UInt64(row.count))
            let places = slowPlaces(row, sample.order, repetition)
            var after = before
            var span = after.mutableSpan
            try row.store(
                raw: raw | ~0 << UInt64(row.bits), into: &span, sample.order, repetition: repetition)
            var expected = before
            for (index, place) in places.enumerated() {
                expected[place.byte] &= ~(1 << UInt8(place.bit))
                expected[place.byte] |= UInt8(raw >> UInt64(index) & 1) << UInt8(place.bit)
            }
            let read = try row.raw(in: after.span, sample.order, repetition: repetition)
            if after != expected || read != raw {
                faults.append("round \(round): \(row.byte).\(row.bit ?? 9) \(row.bits) \(sample.order)")
            }
        }
        #expect(faults == [])
    }

    @Test func `the end byte is the shortest container for every repetition`() throws {
        var random = SeededRandom(seed: 43)
        var faults: [String] = []
        for round in 0..<500 {
            var row = randomRow(&random).row
            let order = row.order ?? .little
            row.order = order
            let last = Int(row.count) - 1
            let reached = (0...last).flatMap { slowPlaces(row, order, $0) }.map(\.byte).max() ?? 0
            if row.endByte != reached + 1 { faults.append("round \(round): \(row.endByte)") }
            let tooShort = [UInt8](repeating: 0, count: reached)
            do {
                _ = try row.raw(in: tooShort.span, order, repetition: last)
                faults.append("round \(round): read beyond the end")
            } catch {
                let expected = SignalError.tooShort(
                    signal: SignalName("random"), neededBytes: reached + 1, gotBytes: reached)
                if error != expected { faults.append("round \(round): \(error)") }
            }
            var untouched = tooShort
            var span = untouched.mutableSpan
            if (try? row.store(raw: UInt64.max, into: &span, order, repetition: last)) != nil
                || untouched != tooShort
            {
                faults.append("round \(round): wrote beyond the end")
            }
        }
        #expect(faults == [])
    }

    @Test func `the container decides the order only where the row leaves it open`() throws {
        let bytes = hex("12 34")
        let open = SignalRow("open", in: 1, byte: 0, bits: 16, nil, 0)
        let big = SignalRow("big", in: 1, byte: 0, bits: 16, .big, 0)
        #expect(try open.raw(in: bytes.span) == 0x3412)
        #expect(try open.raw(in: bytes.span, .big) == 0x1234)
        #expect(try big.raw(in: bytes.span, .little) == 0x1234)
    }

    private func randomRow(
        _ random: inout SeededRandom
    ) -> (row: SignalRow<Int>, order: ByteOrder, size: Int) {
        let order = Bool.random(using: &random) ? ByteOrder.little : .big
        let aligned = Bool.random(using: &random)
        let bits =
            aligned ? UInt16.random(in: 1...8, using: &random) * 8 : .random(in: 1...64, using: &random)
        let count = UInt8.random(in: 1...4, using: &random)
        let row = SignalRow(
            "random", in: 1, byte: .random(in: 0...5, using: &random),
            bit: aligned ? nil : .random(in: 0...7, using: &random), bits: bits,
            aligned && Bool.random(using: &random) ? nil : order, count: count, 0)
        return (row, order, 48)
    }
}

private struct Place {
    var byte: Int
    var bit: Int
}

/// The places of a signal's bits, least significant first, by walking the drawing one bit at a time.
private func slowPlaces(_ row: SignalRow<Int>, _ order: ByteOrder, _ repetition: Int) -> [Place] {
    var places: [Place] = []
    var byte = Int(row.byte)
    var bit: Int
    switch order {
    case .little: bit = row.bit.map(Int.init) ?? 0
    case .big: bit = row.bit.map(Int.init) ?? 7
    }
    for _ in 0..<Int(row.bits) * (repetition + 1) {
        places.append(Place(byte: byte, bit: bit))
        switch order {
        case .little: bit += 1
        case .big: bit -= 1
        }
        if bit == 8 { (byte, bit) = (byte + 1, 0) }
        if bit == -1 { (byte, bit) = (byte + 1, 7) }
    }
    let own = Array(places.suffix(Int(row.bits)))
    return order == .little ? own : own.reversed()
}
