import BMSDrivers
import BatteryModel
import ChargeControl
import Gateway
import Glibc
import InverterProfiles
import LinuxIO
import TestSupport
import Testing

/// A folder that is gone with its last user.
final class TemporaryFolder {
    let path: String

    init() throws {
        var name = Array("/tmp/busbar-test-XXXXXX".utf8CString)
        try #require(mkdtemp(&name) != nil)
        path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in names { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    /// The files in it.
    var names: [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}

enum State {
    /// A bank of packs with these names, all at different addresses.
    static func configuration(
        _ names: [String] = ["A", "Keller 2", "C"], chemistry: Chemistry = .lfp, cells: Int32 = 16
    ) -> GatewayConfiguration {
        let settings = PackSettings(
            cells: cells, capacityMilliampHours: 280_000, chargeMilliamps: 100_000,
            dischargeMilliamps: 150_000)
        let addresses: [String: UInt8] = ["A": 1, "Keller 2": 2, "C": 3, "D": 4]
        return GatewayConfiguration(
            buses: [],
            packs: names.map {
                .init(
                    name: $0, bus: 0, driver: JKPB.driver, address: addresses[$0] ?? 9, settings: settings)
            },
            inverters: [.init(bus: 1, profile: PylontechLV.profile)],
            control: ControlSettings(
                chemistry: chemistry, bankChargeMilliamps: 200_000, bankDischargeMilliamps: 300_000))
    }

    /// The place of a value in a memory.
    static func place(_ name: String, pack: Int? = nil) throws -> Int {
        try #require(
            (0..<ControlMemory.count).first {
                let found = ControlMemory.name($0)
                return found.pack == pack && "\(found.name)" == name
            })
    }

    /// A memory with a value at every place, of packs that there are.
    static func full(packs: Int = 3) -> ControlMemory {
        var memory = ControlMemory()
        for index in 0..<ControlMemory.count where (ControlMemory.name(index).pack ?? 0) <= packs {
            memory[index] = Int64(index) * 1_000_003
        }
        return memory
    }

    /// Hostile values.
    static func hostile(_ random: inout SeededRandom) -> ControlMemory {
        var memory = ControlMemory()
        let ends: [Int64] = [.min, .max, 0, 1, -1, 255, 256, 1 << 31, 1 << 32, 1_000_000_000, 1_800_000_000]
        for index in 0..<ControlMemory.count {
            switch Int.random(in: 0..<4, using: &random) {
            case 0: memory[index] = nil
            case 1: memory[index] = Int64.random(in: .min ... .max, using: &random)
            case 2: memory[index] = Int64.random(in: -10...1_100, using: &random)
            default: memory[index] = ends.randomElement(using: &random) ?? 0
            }
        }
        return memory
    }
}

@Suite("The text of a remembered state")
struct StateTextTests {
    private let text = StateText(State.configuration())

    @Test("what is written is read again")
    func roundTrip() throws {
        let memory = State.full()
        #expect(try text.memory(text.bytes(memory)) == memory)
        #expect(try text.memory(text.bytes(ControlMemory())) == ControlMemory())
    }

    @Test("the text can be read by people")
    func readable() throws {
        var memory = ControlMemory()
        memory[try State.place("stage")] = 2
        memory[try State.place("share_ppm", pack: 2)] = 333_333
        let lines = String(decoding: text.bytes(memory), as: UTF8.self).split(separator: "\n")
        #expect(
            lines.dropLast() == [
                "busbar-state 1", "bank lfp 16", "pack.1 jk-modbus 1 A", "pack.2 jk-modbus 2 Keller 2",
                "pack.3 jk-modbus 3 C", "stage 2", "pack.2.share_ppm 333333",
            ])
        #expect(lines.last?.hasPrefix("crc32 ") == true)
    }

    @Test("a text that is cut off anywhere is refused")
    func truncated() {
        let bytes = text.bytes(State.full())
        for count in 0..<bytes.count {
            #expect(throws: StateDamage.self) { try text.memory(Array(bytes[..<count])) }
        }
        #expect(throws: StateDamage.incomplete) { try text.memory(bytes + [0x0A]) }
        #expect(throws: StateDamage.incomplete) { try text.memory(Array(repeating: 0x30, count: 100_000)) }
    }

    @Test("a text with any single bit flipped is refused")
    func flipped() {
        let bytes = text.bytes(State.full())
        for place in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[place] ^= 1 << UInt8(bit)
                #expect(throws: StateDamage.self) { try text.memory(damaged) }
            }
        }
    }

    @Test("a pack keeps its numbers when the order changes, and no other gets those of one that is gone")
    func reordered() throws {
        let bytes = text.bytes(State.full())
        let memory = try StateText(State.configuration(["C", "D", "A"])).memory(bytes)
        let old = State.full()
        for name in ["share_ppm", "soc_permille", "flowed_mams"] {
            #expect(memory[try State.place(name, pack: 1)] == old[try State.place(name, pack: 3)])
            #expect(memory[try State.place(name, pack: 2)] == nil)
            #expect(memory[try State.place(name, pack: 3)] == old[try State.place(name, pack: 1)])
        }
        #expect(memory[try State.place("stage")] == old[try State.place("stage")])
    }

    @Test("the state of another chemistry or number of cells is not used")
    func otherBank() {
        let bytes = text.bytes(State.full())
        #expect(throws: StateDamage.otherBank("lfp 16")) {
            try StateText(State.configuration(chemistry: .nmc)).memory(bytes)
        }
        #expect(throws: StateDamage.otherBank("lfp 16")) {
            try StateText(State.configuration(cells: 15)).memory(bytes)
        }
    }
}

@Suite("The file of a remembered state")
struct StateFileTests {
    private func memory(_ stage: Int64) throws -> ControlMemory {
        var memory = ControlMemory()
        memory[try State.place("stage")] = stage
        memory[try State.place("saved_unix_s")] = 1_800_000_000
        return memory
    }

    private func load(_ path: String) -> Remembered {
        var file = StateFile(path: path, State.configuration())
        return file.load(wall: WallTime(unixSeconds: 1_800_000_030))
    }

    @Test("nothing is found at first, then what was saved")
    func saved() throws {
        let folder = try TemporaryFolder()
        var file = StateFile(path: folder.path + "/state", State.configuration())
        #expect(file.load(wall: nil).notes == [.nothing])
        try file.save(memory(1))
        let found = load(folder.path + "/state")
        #expect(found.memory == (try memory(1)))
        #expect(found.notes == [.goesOn(.seconds(30))])
        #expect(folder.names == ["state"])
    }

    @Test("wherever the process is killed or power fails while it writes, one of the two states is found")
    func interrupted() throws {
        let text = StateText(State.configuration())
        for generations in 0...2 {
            for step in DurableFile.Step.allCases {
                let folder = try TemporaryFolder()
                let path = folder.path + "/state"
                let file = DurableFile(path: path)
                for stage in 0..<generations { try file.replace(with: text.bytes(memory(Int64(stage)))) }
                for next in DurableFile.Step.allCases {
                    try file.perform(next, text.bytes(memory(5)))
                    if next == step { break }
                }
                let isNew = step == .rename || step == .settle
                let before = generations == 0 ? nil : try memory(Int64(generations - 1))
                let expected = isNew ? try memory(5) : before
                let found = load(path)
                #expect(found.memory == expected)
                #expect(!found.isDamaged)
                // And whatever was left behind does not stand in the way.
                try file.replace(with: text.bytes(memory(7)))
                #expect(load(path).memory == (try memory(7)))
            }
        }
    }

    @Test("a new text that is only half on the disk is never looked at")
    func halfWritten() throws {
        let folder = try TemporaryFolder()
        let file = DurableFile(path: folder.path + "/state")
        let text = StateText(State.configuration())
        try file.replace(with: text.bytes(memory(1)))
        let bytes = text.bytes(try memory(2))
        for count in stride(from: 0, to: bytes.count, by: 7) {
            try file.perform(.write, Array(bytes[..<count]))
            #expect(load(file.path).memory == (try memory(1)))
        }
    }

    @Test("a damaged newest falls back to the one before, and says so; with both damaged nothing is used")
    func damaged() throws {
        let folder = try TemporaryFolder()
        let file = DurableFile(path: folder.path + "/state")
        let text = StateText(State.configuration())
        for stage in 1...2 { try file.replace(with: text.bytes(memory(Int64(stage)))) }
        var bytes = text.bytes(try memory(2))
        bytes[20] ^= 1
        try file.replace(with: bytes, keepsOld: false)
        var first = StateFile(path: file.path, State.configuration())
        let found = first.load(wall: nil)
        #expect(found.memory == (try memory(1)))
        #expect(found.notes == [.older(.checksum)])
        #expect(!found.isDamaged)
        // The damaged one must not take the place of the good older one.
        try first.save(memory(3))
        #expect(StateFileTests.stage(try file.read(old: true, limit: 9_999)) == "stage 1")
        try file.replace(with: bytes)
        try file.replace(with: bytes)
        let second = load(file.path)
        #expect(second.memory == nil)
        #expect(second.notes == [.damaged(.checksum)])
        #expect(second.isDamaged)
    }

    @Test("a folder that is not there is told, and no reason to stop")
    func noFolder() {
        let found = load("/no/such/folder/state")
        #expect(found.memory == nil)
        #expect(found.notes.count == 2)
        #expect(found.notes.first == .nothing)
    }

    private static func stage(_ bytes: [UInt8]?) -> String? {
        String(decoding: bytes ?? [], as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("stage") }
            .map(String.init)
    }
}
