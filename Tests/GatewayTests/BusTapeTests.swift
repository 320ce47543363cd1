import BatteryModel
import BusCodec
import Gateway
import LinuxIO
import Synchronization
import Testing

@Suite("The tape of what was on the buses")
struct BusTapeTests {
    private static let start = Instant(nanoseconds: 1_000_000_000)

    private static func frame(_ identifier: UInt32, _ kind: CANFrame.Kind, isExtended: Bool = false)
        -> CANFrame
    {
        var frame = CANFrame(identifier: identifier, isExtended: isExtended, kind: kind, length: 5)
        if kind != .remote { for place in 0..<5 { frame.bytes[place] = UInt8(place) } }
        return frame
    }

    /// One entry of every kind.
    private static let kinds: [BusTape.Entry] = [
        .init(at: start, bus: 0, .bytes([1, 2, 3])), .init(at: start, bus: 0, .bytes([])),
        .init(at: start, bus: 15, way: .sent, .bytes([UInt8](repeating: 7, count: 4_096))),
        .init(at: start, bus: 2, caller: 8, way: .refused, .bytes([9])),
        .init(at: start, bus: 1, .frame(frame(0x351, .data))),
        .init(at: start, bus: 1, way: .sent, .frame(frame(0x1FFF_FFFF, .data, isExtended: true))),
        .init(at: start, bus: 1, way: .refused, .frame(frame(0x7FF, .remote))),
        .init(at: start, bus: 1, .frame(frame(0x1000_0004, .error))),
        .init(at: Instant(nanoseconds: .max), bus: nil, .note("step")),
        .init(at: start, bus: 3, caller: 0, .note("down: the Gerät was unplugged")),
    ]

    private static func add(_ entry: BusTape.Entry, to tape: BusTape) {
        switch entry.content {
        case .bytes(let bytes):
            tape.add(bytes.span, entry.way, bus: entry.bus ?? 0, caller: entry.caller, at: entry.at)
        case .frame(let frame): tape.add(frame, entry.way, bus: entry.bus ?? 0, at: entry.at)
        case .note(let text): tape.add(note: text, bus: entry.bus, caller: entry.caller, at: entry.at)
        }
    }

    @Test("gives back everything as it was put on it, to every reader once")
    func roundTrip() {
        let tape = BusTape()
        var (one, other) = (BusTape.Place.start, BusTape.Place.start)
        #expect(tape.read(from: &one).entries.isEmpty)
        for entry in Self.kinds {
            Self.add(entry, to: tape)
            #expect(tape.read(from: &one).entries == [entry])
        }
        #expect(tape.read(from: &other).entries == Self.kinds)
        #expect(tape.read(from: &other).entries.isEmpty)
    }

    @Test("loses the oldest when it is full, and says how much", arguments: [1, 1_000, 3_000, 100_000])
    func full(every: Int) {
        let tape = BusTape(size: 1 << 18)
        var place = BusTape.Place.start
        var (read, missed) = (0, 0)
        for number in 0..<20_000 {
            let bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: number % 200)
            tape.add(bytes.span, .received, bus: 0, at: Instant(nanoseconds: Int64(number)))
            guard number % every == every - 1 || number == 19_999 else { continue }
            let found = tape.read(from: &place)
            missed += Int(found.missed)
            for entry in found.entries {
                #expect(entry.at.nanoseconds == Int64(read + missed), "in order, with nothing between")
                read += 1
            }
        }
        #expect(read + missed == 20_000)
        #expect((missed == 0) == (every <= 1_000), "a quarter of a megabyte holds some 2 300 of them")
    }

    @Test("can be read while it is written")
    func together() throws {
        let tape = BusTape(size: 1 << 18)
        let reader = TapeReader(tape, until: 50_000)
        let thread = try NativeThread(name: "reader") { reader.run() }
        for number in 0..<50_000 {
            tape.add([UInt8](repeating: 1, count: number % 50).span, .sent, bus: 1, at: Self.start)
        }
        thread.join()
        #expect(reader.counted.withLock { $0 } == 50_000)
    }
}

/// Reads a tape on a thread of its own until it has seen or missed so many entries.
private final class TapeReader: Sendable {
    let counted = Mutex<UInt64>(0)
    private let tape: BusTape
    private let end: UInt64

    init(_ tape: BusTape, until end: UInt64) {
        self.tape = tape
        self.end = end
    }

    func run() {
        var place = BusTape.Place.start
        while counted.withLock({ $0 < end }) {
            let found = tape.read(from: &place)
            counted.withLock { $0 += UInt64(found.entries.count) + found.missed }
        }
    }
}
