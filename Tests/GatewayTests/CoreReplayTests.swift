import BatteryModel
import BusCodec
import ChargeControl
import Gateway
import InverterProfiles
import Testing

@Suite("A recorded gateway is told everything once more")
struct CoreReplayTests {
    /// A run of a gateway in virtual time, recorded.
    struct Run: CustomTestStringConvertible, Sendable {
        var testDescription: String
        /// Makes the plant, recorded on a tape, and lets it live.
        var live: @Sendable (BusTape) -> VirtualPlant
        /// So much it must say at least.
        var least: Int
    }

    static let runs = [
        Run(
            testDescription: "packs, an inverter, silence, a broken bus and the end",
            live: { tape in
                var plant = VirtualPlant(packs: 3, tape: tape)
                plant.run(for: .seconds(40))
                plant.packs[1].isSilent = true
                plant.run(for: .seconds(15))
                plant.packs[1].isSilent = false
                plant.bus(1, isUp: false)
                plant.run(for: .seconds(3))
                plant.bus(1, isUp: true)
                plant.bus(0, isUp: false)
                plant.run(for: .seconds(3))
                plant.bus(0, isUp: true)
                plant.run(for: .seconds(20))
                plant.inject([1, 2, 3, 0x55, 0xAA])
                plant.sleep(for: .seconds(5))
                plant.run(for: .seconds(5))
                plant.stop()
                plant.run(for: .seconds(2))
                return plant
            }, least: 60),
        Run(
            testDescription: "somebody who calls, asks, is hung up on and goes",
            live: { tape in
                var plant = VirtualPlant(
                    packs: 2, others: [.init(bus: 2, profile: SunSpecBattery.profile, weight: 0)], called: 2,
                    tape: tape)
                plant.run(for: .seconds(30))
                plant.caller(0)
                plant.inject([0, 1, 0, 0, 0, 6, 1, 3, 0x9C, 0x40, 0, 2], caller: 0)
                plant.run(for: .seconds(1))
                plant.output.deaf = [0]
                plant.inject([0, 2, 0, 0, 0, 6, 1, 3, 0x9C, 0x40, 0, 2], caller: 0)
                plant.run(for: .seconds(1))
                plant.output.deaf = []
                plant.caller(1)
                plant.inject([0, 3, 0, 0, 0, 6, 1, 3, 0x9C, 0x40, 0, 2], caller: 1)
                plant.run(for: .seconds(5))
                plant.caller(1, isThere: false)
                plant.run(for: .seconds(5))
                return plant
            }, least: 60),
        Run(
            testDescription: "a gateway that remembers",
            live: { tape in
                var before = VirtualPlant(packs: 2)
                before.run(for: .seconds(60))
                let wall = WallTime(unixSeconds: 1_763_805_600, offsetSeconds: 3_600)
                let memory = before.core.memory(at: before.now)
                var plant = VirtualPlant(
                    packs: 2, remembered: Remembered(memory: memory, wall: wall), tape: tape)
                plant.run(for: .seconds(40))
                return plant
            }, least: 60),
    ]

    private static func replay(_ entries: [BusTape.Entry], _ configuration: GatewayConfiguration)
        -> CoreReplay.Result
    {
        var replay = CoreReplay(configuration)
        for entry in entries { replay.take(entry) }
        return replay.finish()
    }

    private static func recorded(_ run: Run) -> (entries: [BusTape.Entry], GatewayConfiguration) {
        let tape = BusTape(size: 64 << 20)
        let plant = run.live(tape)
        var place = BusTape.Place.start
        return (tape.read(from: &place).entries, plant.configuration)
    }

    @Test("and says the same", arguments: runs)
    func same(_ run: Run) {
        let (entries, configuration) = Self.recorded(run)
        let result = Self.replay(entries, configuration)
        #expect(result.differences == [])
        #expect(result.same >= run.least)
        #expect(result.hasBeginning)
        #expect(result.inputs > 0 && result.backwards == 0)
    }

    @Test("one changed bit of what it was told or said is found", arguments: runs)
    func changed(_ run: Run) throws {
        let (entries, configuration) = Self.recorded(run)
        for way in [BusTape.Entry.Way.received, .sent] {
            let place = try #require(
                entries.indices.dropFirst(entries.count / 3).first { index in
                    guard entries[index].way == way, entries[index].caller == nil else { return false }
                    if case .bytes(let bytes) = entries[index].content { return bytes.count > 6 }
                    return false
                })
            var damaged = entries
            guard case .bytes(var bytes) = damaged[place].content else { return }
            bytes[5] ^= 0x10
            damaged[place].content = .bytes(bytes)
            let result = Self.replay(damaged, configuration)
            #expect(result.different > 0)
            let first = try #require(result.differences.first)
            #expect(first.at >= entries[place].at.before(.seconds(1)))
            // What it said is compared and goes no further; what it was told changes what it says from then on.
            if way == .sent { #expect(result.different == 1 && first.recorded == damaged[place]) }
        }
    }

    @Test("what it did not say, and what it says now, are told apart")
    func moreAndLess() throws {
        let (entries, configuration) = Self.recorded(Self.runs[0])
        let place = try #require(
            entries.indices.last {
                if case .frame = entries[$0].content { entries[$0].way == .sent } else { false }
            })
        var less = entries
        less.remove(at: place)
        let more = Self.replay(less, configuration)
        #expect(more.different == 1)
        #expect(
            more.differences.first?.recorded == nil
                && more.differences.first?.said?.content == entries[place].content)
        var doubled = entries
        doubled.insert(entries[place], at: place)
        let fewer = Self.replay(doubled, configuration)
        #expect(fewer.different == 1 && fewer.differences.first?.said == nil)
    }

    @Test("a recording without its beginning, or whose times go back, is told to be one")
    func flaws() throws {
        let (entries, configuration) = Self.recorded(Self.runs[0])
        let late = Self.replay(Array(entries.dropFirst(entries.count / 2)), configuration)
        #expect(!late.hasBeginning)
        let inputs = entries.indices.filter { entries[$0].way == .received }
        var swapped = entries
        swapped.swapAt(inputs[100], inputs[140])
        #expect(Self.replay(swapped, configuration).backwards > 0)
        #expect(Self.replay([], configuration).inputs == 0)
    }
}

@Suite("Notes of what a core was told")
struct TapeNoteTests {
    static let notes: [TapeNote] = [
        .began, .step, .stop, .up, .down(""), .down("the adapter: was unplugged"), .off, .on,
        .wall(WallTime(unixSeconds: 1_763_805_600, offsetSeconds: -3_600)), .wall(nil), .lost(17), .called,
        .gone,
        .hungUp, .ordered("1 by anna"), .damaged, .rememberedAt(nil), .remembered("words.pause bob  "),
    ]

    @Test("are read as they were written", arguments: notes)
    func roundTrip(_ note: TapeNote) { #expect(TapeNote(note.text) == note) }

    @Test("of others say nothing", arguments: ["", "ups", "lost", "lost -1", "12 entries are missing here"])
    func others(_ text: String) { #expect(TapeNote(text) == nil) }
}
