import BatteryModel
import ChargeControl
import Gateway
import TestSupport
import Testing

@Suite("What survives a restart")
struct RestartTests {
    private static let savedAt: Int64 = 1_800_000_000

    private func verdict(_ plant: VirtualPlant) throws -> BankVerdict {
        let snapshot = Snapshot(
            core: plant.core, buses: [], framesPerSecond: [0], startedAt: plant.now, worstLatency: .zero,
            at: plant.now)
        return try #require(snapshot.verdict)
    }

    /// A plant whose packs stand at the charge voltage.
    private func fullPlant(_ remembered: Remembered = Remembered()) -> VirtualPlant {
        var plant = VirtualPlant(packs: 2, remembered: remembered)
        var cells = CellValues()
        for index in 0..<16 { cells[index] = 3_450 }
        for index in 0..<2 {
            plant.packs[index].reading.cellMillivolts = Reading(cells, at: plant.now)
            plant.packs[index].reading[.packVoltage] = Reading(55_200, at: plant.now)
        }
        return plant
    }

    @Test("absorption goes on where it was; no more than the time since the last save is lost")
    func absorption() throws {
        var before = fullPlant()
        before.run(for: .seconds(600))
        before.core.setWall(WallTime(unixSeconds: Self.savedAt))
        let memory = before.core.memory(at: before.now)
        before.run(for: .seconds(20))
        let lost = try verdict(before).stage
        #expect(lost.stage == .absorption)
        var after = fullPlant(Remembered(memory: memory, wall: WallTime(unixSeconds: Self.savedAt + 45)))
        after.run(for: .seconds(10))
        let stage = try verdict(after).stage
        #expect(stage.stage == .absorption)
        #expect(stage.absorbed > lost.absorbed - .seconds(60))
        #expect(stage.absorbed <= lost.absorbed)
        #expect(stage.sinceFull >= .seconds(645))
    }

    @Test(
        "an order keeps the time it had left, and one that has ended meanwhile is gone",
        arguments: [100, 700])
    func order(pause: Int64) throws {
        var memory = ControlMemory()
        memory[try State.place("saved_unix_s")] = Self.savedAt
        memory[try State.place("pause_charge")] = 0
        memory[try State.place("pause_charge_ms")] = 600_000
        let wall = WallTime(unixSeconds: Self.savedAt + pause)
        var plant = VirtualPlant(packs: 1, remembered: Remembered(memory: memory, wall: wall))
        plant.run(for: .seconds(60))
        let decided = try verdict(plant)
        guard pause == 100 else {
            #expect(decided.orders.isEmpty)
            #expect(decided.charge.value > 0)
            return
        }
        #expect(decided.charge.value == 0)
        #expect(decided.charge.winner.rule == .operatorPause)
        let left = try #require(plant.core.memory(at: plant.now)[State.place("pause_charge_ms")])
        #expect((439_000...441_000).contains(left))
        plant.run(for: .seconds(500))
        #expect(try verdict(plant).charge.value > 0)
    }

    @Test("who gave an order, and why, is remembered with it")
    func words() throws {
        var before = VirtualPlant(packs: 1)
        before.core.setWall(WallTime(unixSeconds: Self.savedAt))
        before.run(for: .seconds(5))
        let order = OperatorOrder(.pauseCharge, note: ASCIIText("cleaning the  fuses"))
        let given = before.core.carryOut(GatewayCommand([.place(order)], by: "the owner"), at: before.now)
        #expect(given == .done)
        before.run(for: .seconds(1))
        let folder = try TemporaryFolder()
        let path = folder.path + "/state"
        var file = StateFile(path: path, State.configuration(["A"]))
        try file.save(before.core.memory(at: before.now), before.core.orders)
        var read = StateFile(path: path, State.configuration(["A"]))
        let remembered = read.load(wall: WallTime(unixSeconds: Self.savedAt + 9))
        var after = VirtualPlant(packs: 1, remembered: remembered)
        after.run(for: .seconds(5))
        #expect(after.core.orders == [GivenOrder(order, by: "theowner")])
    }

    @Test("a damaged memory is an alarm until somebody acknowledges it")
    func damagedIsTold() throws {
        var plant = VirtualPlant(packs: 1, remembered: Remembered(notes: [.damaged(.checksum)]))
        plant.run(for: .seconds(5))
        #expect(try verdict(plant).alarms.warnings.contains(.memoryDamaged))
        _ = plant.core.carryOut(GatewayCommand([.acknowledge], by: "test"), at: plant.now)
        plant.run(for: .seconds(1))
        #expect(try !verdict(plant).alarms.warnings.contains(.memoryDamaged))
    }

    @Test("hostile numbers do no harm", arguments: 0..<20)
    func hostile(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for round in 0..<10 {
            let memory = State.hostile(&random)
            let wall = round % 3 == 0 ? nil : WallTime(unixSeconds: Self.savedAt + Int64(round))
            var plant = VirtualPlant(packs: 2, remembered: Remembered(memory: memory, wall: wall))
            plant.run(for: .seconds(20))
            let decided = try verdict(plant)
            #expect((48_000...55_200).contains(decided.chargeVoltage.value))
            #expect((0...200_000).contains(decided.charge.value))
            #expect((0...300_000).contains(decided.discharge.value))
            #expect((0...1_000).contains(decided.soc.permille ?? 0))
            for index in 0..<2 {
                let shares = decided[index].chargeSharePermille
                #expect((0...1_000).contains(shares))
            }
        }
    }
}
