import BatteryModel
import BusCodec
import ChargeControl
import Gateway
import InverterProfiles
import Testing

@Suite("The gateway core, from bytes to frames")
struct GatewayCoreTests {
    @Test("three packs are read and the inverter is told a ramp that ends at the bank's maximum")
    func startsAndRamps() {
        var plant = VirtualPlant(packs: 3)
        plant.run(for: .seconds(60))
        let told = plant.understood(since: plant.now.before(.seconds(2)))
        #expect(told[.chargeVoltageLimit]?.value == 55_200)
        // 90 A of each BMS by a third, less a tenth: 243 A, but the bank's maximum is 200 A.
        #expect(told[.chargeCurrentLimit]?.value == 200_000)
        #expect(told[.soc]?.value == 550)
        #expect(told[.voltage]?.value == 52_800)
        #expect(told[.current]?.value == 30_000)
    }

    @Test("nothing is sent before every pack has been heard")
    func silentUntilHeard() {
        var plant = VirtualPlant(packs: 3)
        plant.packs[2].isSilent = true
        plant.run(for: .seconds(40))
        #expect(plant.output.frames.isEmpty)
        plant.packs[2].isSilent = false
        plant.run(for: .seconds(20))
        #expect(!plant.output.frames.isEmpty)
    }

    @Test("the set is spread over the second and each frame comes once a second")
    func spread() {
        var plant = VirtualPlant(packs: 1)
        plant.run(for: .seconds(20))
        let start = plant.now.before(.seconds(10))
        for identifier: UInt32 in [0x351, 0x355, 0x356, 0x359, 0x35C, 0x35E] {
            let frames = plant.frames(identifier, since: start)
            #expect(frames.count == 10, "\(String(identifier, radix: 16))")
            for (earlier, later) in zip(frames, frames.dropFirst()) {
                let period = (later.at - earlier.at).milliseconds
                #expect((998...1_002).contains(period))
            }
        }
    }

    @Test("a falling limit is on the wire with the byte that caused it")
    func fallIsUrgent() throws {
        var plant = VirtualPlant(packs: 3)
        plant.run(for: .seconds(60))
        let before = plant.now
        var cells = CellValues()
        for index in 0..<16 { cells[index] = 3_300 }
        cells[4] = 3_450
        plant.packs[1].reading.cellMillivolts = Reading(cells, at: before)
        plant.packs[1].reading[.packVoltage] = Reading(52_950, at: before)
        plant.run(for: .seconds(2))
        let fallen = plant.output.frames.first { sent in
            guard sent.at > before, sent.frame.identifier == 0x351 else { return false }
            var reading = BankReading()
            _ = PylontechLV.profile.decode(sent.frame, at: sent.at, into: &reading)
            return (reading[.chargeCurrentLimit]?.value ?? .max) < 10_000
        }
        let asked = try #require(plant.lastAnswer(pack: 1, before: fallen?.at ?? before))
        #expect((try #require(fallen).at - asked).milliseconds <= 1)
    }

    @Test("a bank that falls silent is told as zero in time, then not told at all")
    func ladder() throws {
        var plant = VirtualPlant(packs: 2)
        plant.run(for: .seconds(60))
        let lastGood = plant.now
        for index in plant.packs.indices { plant.packs[index].isSilent = true }
        plant.run(for: .seconds(40))
        let zero = try #require(
            plant.frames(0x351, since: lastGood).first { $0.frame.bytes[2] == 0 && $0.frame.bytes[3] == 0 })
        #expect((zero.at - lastGood) <= .seconds(11))
        // The voltage stays at the bank's last, so that nobody discharges down to it.
        #expect(Int(zero.frame.bytes[0]) | Int(zero.frame.bytes[1]) << 8 == 528)
        let last = try #require(plant.output.frames.last)
        #expect((last.at - zero.at) > .seconds(9))
        #expect((last.at - zero.at) < .seconds(11))
        for sent in plant.frames(0x351, since: zero.at) {
            #expect(sent.frame.bytes[2] == 0 && sent.frame.bytes[4] == 0)
        }
        #expect(plant.frames(0x355, since: zero.at).isEmpty, "an unknown SOC is not sent")
    }

    @Test("one lost pack does not stop the others")
    func onePackLost() {
        var plant = VirtualPlant(packs: 3)
        plant.run(for: .seconds(60))
        plant.packs[1].isSilent = true
        plant.run(for: .seconds(60))
        let told = plant.understood(since: plant.now.before(.seconds(2)))
        #expect((told[.chargeCurrentLimit]?.value ?? 0) > 100_000)
        #expect(told[.packs]?.value == 2)
    }

    @Test("stopping says zero for one period and ends")
    func stop() {
        var plant = VirtualPlant(packs: 1)
        plant.run(for: .seconds(30))
        let before = plant.now
        plant.core.stop(at: before)
        plant.run(for: .milliseconds(900))
        #expect(!plant.core.isFinished(at: plant.now))
        plant.run(for: .milliseconds(200))
        #expect(plant.core.isFinished(at: plant.now))
        let told = plant.frames(0x351, since: before)
        #expect(told.count >= 2)
        for sent in told { #expect(sent.frame.bytes[2] == 0 && sent.frame.bytes[3] == 0) }
    }

    @Test("the same history gives the same frames")
    func determinism() {
        var one = VirtualPlant(packs: 3)
        var other = VirtualPlant(packs: 3)
        for second in 0..<40 {
            if second == 20 {
                one.packs[0].isSilent = true
                other.packs[0].isSilent = true
            }
            one.run(for: .seconds(1))
            other.run(for: .seconds(1))
        }
        #expect(one.output.frames == other.output.frames)
        #expect(one.output.frames.count > 100)
    }
}
