import BMSDrivers
import BatteryModel
import BusCodec
import Simulators
import Testing

@Suite("A simulated line") struct LineTests {
    @Test(
        "three packs are read completely, by records and by registers",
        arguments: [ReadMode.frames, .registers])
    func readsAll(mode: ReadMode) {
        var wire = Wire()
        wire.masters = [wire.master(of: 3, mode: mode)]
        wire.run(seconds: 20)
        for index in 0..<3 {
            let (slot, pack) = (wire.slot(index), wire.bank.packs[index])
            #expect(slot.statistics.answers > 3 && slot.statistics.timeouts == 0)
            #expect(slot.statistics.rejectedAnswers == 0)
            #expect(slot.reading.identity?.value.serial == pack.identity.serial)
            #expect(slot.reading[.busAddress]?.value == Int32(pack.address))
            #expect(slot.reading[.cellOverVoltage]?.value == 3_650)
            #expect(slot.reading[.soc]?.value == Int32(pack.socPermille) / 10 * 10)
            #expect(slot.reading.cellMillivolts?.value.count == 16)
        }
        #expect(wire.masters[0].noise.total == 0)
        #expect(wire.line.statistics.requests == wire.line.statistics.answers)
    }

    @Test("an answer comes after turn-around and wire time, not before") func pace() {
        var line = SimulatedLine(JKPB.driver, at: start)
        var request = RequestBuffer()
        JKPB.driver.request(0, 1, &request)
        line.received(request.bytes, at: start, packs: SimulatedPack.row(count: 1, at: start))
        var now = start
        var pieces: [(Instant, Int)] = []
        while let due = line.nextDue {
            now = due
            #expect(line.next(at: Instant(nanoseconds: due.nanoseconds - 1)) == nil)
            pieces.append((now, line.next(at: due)?.count ?? 0))
        }
        #expect(pieces.map(\.1) == [64, 64, 64, 64, 52])
        // 11 bytes of request and 308 of answer at 115 200 baud, and 30 ms in between.
        let wireTime = Interval(nanoseconds: 11 * 10_000_000_000 / 115_200 + 308 * 10_000_000_000 / 115_200)
        #expect(now - start == wireTime + .milliseconds(30))
    }

    @Test("a line without pace answers at once and in one piece") func immediate() {
        var line = SimulatedLine(JKPB.driver, timing: .immediate, at: start)
        var request = RequestBuffer()
        JKPB.driver.request(0, 1, &request)
        line.received(request.bytes, at: start, packs: SimulatedPack.row(count: 1, at: start))
        #expect(line.next(at: start)?.count == 308)
        #expect(line.nextDue == nil)
    }

    @Test("a request that arrives byte by byte is answered like any other") func dripFeed() {
        var line = SimulatedLine(JKPB.driver, timing: .immediate, at: start)
        var request = RequestBuffer()
        JKPB.driver.request(0, 1, &request)
        for index in request.bytes.indices {
            #expect(line.nextDue == nil)
            let byte = request.bytes.extracting(index..<(index + 1))
            line.received(
                byte, at: start + .milliseconds(Int64(index)), packs: SimulatedPack.row(count: 1, at: start))
        }
        #expect(line.next(at: start + .seconds(1))?.count == 308)
    }

    @Test("half a request is forgotten after a silence and costs nothing later") func brokenOff() {
        var line = SimulatedLine(JKPB.driver, timing: .immediate, at: start)
        let packs = SimulatedPack.row(count: 1, at: start)
        var request = RequestBuffer()
        JKPB.driver.request(0, 1, &request)
        line.received(request.bytes.extracting(first: 6), at: start, packs: packs)
        line.received(request.bytes, at: start + .seconds(1), packs: packs)
        #expect(line.statistics.answers == 1 && line.statistics.noiseBytes == 6)
    }

    @Test("a request for an address that is not there is ignored") func wrongNumber() {
        var wire = Wire()
        wire.masters = [wire.master(of: 4)]
        wire.run(seconds: 10)
        #expect(wire.line.statistics.ignored > 0)
        #expect(wire.slot(3).isAbsent && wire.slot(3).statistics.answers == 0)
        #expect(wire.slot(0).statistics.timeouts == 0)
    }
}

@Suite("Misbehaving packs") struct FaultTests {
    /// A wire on which all has gone well for five seconds, and then the second pack misbehaves for six.
    func wire(with faults: AnswerFaults) -> (wire: Wire, before: PackReading) {
        var wire = Wire()
        wire.run(seconds: 5)
        let before = wire.slot(1).reading
        #expect(before[.soc] != nil)
        wire.fault(1, faults)
        wire.run(seconds: 6)
        return (wire, before)
    }

    func expectOthersAreWell(_ wire: Wire) {
        for index in [0, 2] {
            #expect(wire.slot(index).statistics.timeouts == 0)
            #expect(wire.slot(index).reading[.soc]?.age(at: wire.now) ?? .seconds(99) < .seconds(2))
        }
    }

    /// Whether nothing was taken from the misbehaving pack.
    func isUnchanged(_ wire: Wire, since before: PackReading) -> Bool {
        let after = wire.slot(1).reading
        // One answer may still have come: on its way when the fault began, or frozen just now and not yet old.
        guard let young = after[.soc]?.at, let old = before[.soc]?.at else { return false }
        return young - old < .milliseconds(1_500)
    }

    @Test("a silent pack times out and is asked less and less; the others go on") func silent() {
        var (wire, before) = wire(with: .silent)
        #expect(wire.slot(1).isAbsent && isUnchanged(wire, since: before))
        expectOthersAreWell(wire)
        let timeouts = wire.slot(1).statistics.timeouts
        wire.run(seconds: 18)
        #expect(wire.slot(1).statistics.timeouts - timeouts <= 4, "backs off to 9 s")
        wire.bank.packs[1].restore()
        wire.run(seconds: 12)
        #expect(!wire.slot(1).isAbsent)
        #expect(wire.slot(1).reading[.soc]?.age(at: wire.now) ?? .seconds(99) < .seconds(2))
    }

    @Test("a frozen pack is found out by its own clock") func frozen() {
        let (wire, before) = wire(with: .frozen)
        #expect(wire.slot(1).statistics.rejectedAnswers > 2 && isUnchanged(wire, since: before))
        #expect(wire.slot(1).statistics.lastFault?.value == .answer(.frozen))
        expectOthersAreWell(wire)
    }

    @Test("damaged answers are noise and change nothing") func badChecksum() {
        let (wire, before) = wire(with: .badChecksum)
        #expect(wire.masters[0].noise.total > 0 && isUnchanged(wire, since: before))
        #expect(wire.slot(1).statistics.timeouts > 0)
        expectOthersAreWell(wire)
    }

    @Test("noise before an answer is dropped and the answer is read") func noise() {
        let (wire, _) = wire(with: .noise(bytes: 7))
        #expect(wire.masters[0].noise.total >= 7)
        #expect(wire.slot(1).reading[.soc]?.age(at: wire.now) ?? .seconds(99) < .seconds(2))
        expectOthersAreWell(wire)
    }

    @Test("an answer from another address is counted and changes nothing") func wrongAddress() {
        let (wire, before) = wire(with: .wrongAddress(9))
        #expect(wire.slot(1).statistics.wrongAddresses > 0 && isUnchanged(wire, since: before))
        expectOthersAreWell(wire)
    }

    @Test("a refusal is counted with its code") func refused() {
        let (wire, before) = wire(with: .refused(code: 4))
        #expect(wire.slot(1).statistics.refusals > 0 && isUnchanged(wire, since: before))
        #expect(wire.slot(1).statistics.lastFault?.value == .refused(code: 4))
        expectOthersAreWell(wire)
    }

    @Test("an answer that comes after its time is not taken for another pack's") func late() {
        let (wire, before) = wire(with: .late(by: .milliseconds(600)))
        #expect(wire.slot(1).statistics.timeouts > 0 && isUnchanged(wire, since: before))
        for index in [0, 2] {
            let slot = wire.slot(index)
            #expect(slot.reading[.busAddress]?.value == Int32(index + 1))
            #expect(slot.reading.identity?.value.serial == wire.bank.packs[index].identity.serial)
        }
    }

    @Test("the second of two equal answers is unexpected and changes nothing") func twice() {
        let (wire, _) = wire(with: .twice)
        #expect(wire.masters[0].unexpectedAnswers > 0)
        #expect(wire.slot(1).reading[.soc]?.age(at: wire.now) ?? .seconds(99) < .seconds(2))
        expectOthersAreWell(wire)
    }

    @Test("two masters at once never mix up two packs") func twoMasters() {
        var wire = Wire()
        wire.masters = [wire.master(of: 3), wire.master(of: 3)]
        wire.run(seconds: 30)
        for master in wire.masters {
            for index in 0..<3 {
                let reading = master[index].reading
                guard let serial = reading.identity?.value.serial else { continue }
                #expect(serial == wire.bank.packs[index].identity.serial)
                #expect(reading[.busAddress].map { $0.value == Int32(index + 1) } ?? true)
            }
        }
        #expect(wire.masters[0].noise.total + wire.masters[0].unexpectedAnswers > 0, "each hears the other")
    }
}
