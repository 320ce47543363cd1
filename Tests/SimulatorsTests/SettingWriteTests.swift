import BMSDrivers
import BatteryModel
import Simulators
import Testing

@Suite("Settings that are written into a simulated pack")
struct SettingWriteTests {
    /// What a pack does with a write, and what the master makes of it.
    struct Row: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var fault: AnswerFaults.WriteFault?
        var reply: SettingWrite.Reply
        var readBack: Int32
    }

    static let rows: [Row] = [
        Row(
            testDescription: "a pack that takes it confirms it and says so", fault: nil, reply: .confirmed,
            readBack: 3_600),
        Row(
            testDescription: "a pack that refuses keeps what it had", fault: .refuses(code: 3),
            reply: .refused(code: 3), readBack: 3_650),
        Row(
            testDescription: "a pack that forgets is found out", fault: .forgets, reply: .confirmed,
            readBack: 3_650),
        Row(
            testDescription: "a lost confirmation is made up for by reading back", fault: .losesConfirmation,
            reply: .silence, readBack: 3_600),
        Row(
            testDescription: "a pack that ignores it is read back too", fault: .ignores, reply: .silence,
            readBack: 3_650),
    ]

    private static func overVoltage() throws -> Int {
        try #require(JKPB.driver.settings.index(of: .cellOverVoltage))
    }

    @Test(
        "the request goes over the wire once, and what is set is read back", arguments: rows,
        [
            ReadMode.frames, .registers,
        ])
    func write(_ row: Row, _ mode: ReadMode) throws {
        let setting = try Self.overVoltage()
        var wire = Wire(packs: 2)
        wire.masters = [wire.master(of: 2, mode: mode)]
        wire.run(seconds: 5)
        var faults = AnswerFaults()
        faults.writeFault = row.fault
        wire.fault(1, faults)
        #expect(wire.masters[0].write(setting, 3_600, slot: 1, at: wire.now) == true)
        #expect(wire.masters[0].write(setting, 3_500, slot: 0, at: wire.now) == false, "one at a time")
        wire.run(seconds: 4)
        let taken = wire.masters[0].takeFinishedWrite()
        let write = try #require(taken)
        #expect(write.wasSent)
        #expect(write.reply == row.reply)
        #expect(write.readBack == row.readBack)
        #expect(wire.slot(1).reading[.cellOverVoltage]?.value == row.readBack)
        #expect(wire.slot(0).reading[.cellOverVoltage]?.value == 3_650, "the neighbour is left alone")
        wire.run(seconds: 130)
        #expect(wire.writeRequests == 1)
        let another = wire.masters[0].takeFinishedWrite()
        #expect(another == nil)
        #expect(wire.slot(1).statistics.cycle.map { $0 < .milliseconds(1_500) } == true, "rounds go on")
    }

    @Test("a pack that falls silent behind the request leaves the outcome open, and is not written to again")
    func silence() throws {
        let setting = try Self.overVoltage()
        var wire = Wire(packs: 1)
        wire.run(seconds: 5)
        wire.fault(0, .silent)
        #expect(wire.masters[0].write(setting, 3_600, slot: 0, at: wire.now) == true)
        wire.run(seconds: 12)
        let taken = wire.masters[0].takeFinishedWrite()
        let write = try #require(taken)
        #expect(write.wasSent)
        #expect(write.reply == .silence)
        #expect(write.readBack == nil)
        wire.fault(0, AnswerFaults())
        wire.run(seconds: 30)
        #expect(wire.writeRequests == 1)
        #expect(wire.slot(0).reading[.cellOverVoltage]?.value == 3_650)
    }

    @Test("nothing is written on a line that is listened to, nor out of range, nor to nobody")
    func refused() throws {
        let setting = try Self.overVoltage()
        var listening = PackLine(isListening: true, at: start)
        _ = listening.add(address: 1, driver: JKPB.driver, interval: .seconds(1), at: start)
        #expect(listening.write(setting, 3_600, slot: 0, at: start) == false)
        var line = PackLine(at: start)
        _ = line.add(address: 1, driver: JKPB.driver, interval: .seconds(1), at: start)
        _ = line.add(address: 2, driver: SeplosV3.driver, interval: .seconds(1), at: start)
        #expect(line.write(setting, 4_351, slot: 0, at: start) == false)
        #expect(line.write(setting, 3_600, slot: 1, at: start) == false, "a driver that writes nothing")
        #expect(line.write(setting, 3_600, slot: 2, at: start) == false)
        #expect(line.write(99, 3_600, slot: 0, at: start) == false)
        #expect(line.write(setting, 3_600, slot: 0, at: start) == true)
    }
}
