import BatteryModel
import BusCodec
import Gateway
import InverterProfiles
import TestSupport
import Testing

@Suite("A bad line")
struct BadLineTests {
    /// Damage as a line does it: late, short, doubled, glued with noise, from the wrong address, a bit flipped, lost.
    private final class Damage {
        var random: SeededRandom
        init(seed: UInt64) { random = SeededRandom(seed: seed) }

        func spoil(_ bytes: [UInt8]) -> [(Interval, [UInt8])] {
            var bytes = bytes
            switch Int.random(in: 0..<16, using: &random) {
            case 0: return []
            case 1: return [(.milliseconds(Int64.random(in: 100...1_500, using: &random)), bytes)]
            case 2: return [(.zero, Array(bytes.prefix(Int.random(in: 0..<bytes.count, using: &random))))]
            case 3: return [(.zero, bytes), (.milliseconds(5), bytes)]
            case 4: return [(.zero, random.bytes(40) + bytes + random.bytes(7))]
            case 5:
                // The acknowledgement behind a record says who speaks; its checksum is then wrong as well.
                if bytes.count > 8 { bytes[bytes.count - 8] ^= 3 }
            case 6: bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 0x10
            case 7:
                let half = bytes.count / 2
                return [(.zero, Array(bytes[..<half])), (.milliseconds(40), Array(bytes[half...]))]
            default: break
            }
            return [(.zero, bytes)]
        }
    }

    @Test(
        "three hours of damage change no value, and the silence after it ends in zero, then in silence",
        arguments: 1...4)
    func hours(seed: UInt64) throws {
        let damage = Damage(seed: seed)
        var plant = VirtualPlant(packs: 3)
        // With a current the state of charge would have to move.
        for index in plant.packs.indices {
            plant.packs[index].reading[.current] = Reading(0, at: Instant(nanoseconds: 0))
        }
        plant.spoil = { answer in
            damage.spoil(answer.bytes).map { delay, bytes in
                VirtualPlant.Piece(answer).saying(bytes).later(delay)
            }
        }
        plant.run(for: .seconds(10_800))
        var wrong = ""
        var seen = 0
        for sent in plant.output.frames {
            var reading = BankReading()
            _ = PylontechLV.profile.decode(sent.frame, at: sent.at, into: &reading)
            if let soc = reading[.soc]?.value, soc != 550 { wrong += "SOC \(soc) " }
            if let voltage = reading[.voltage]?.value, voltage != 52_800 { wrong += "voltage \(voltage) " }
            if let limit = reading[.chargeCurrentLimit]?.value, limit > 200_000 { wrong += "CCL \(limit) " }
            seen += 1
        }
        #expect(wrong.isEmpty, "\(wrong)")
        #expect(seen > 10_000)
        let lastGood = plant.now
        for index in plant.packs.indices { plant.packs[index].isSilent = true }
        plant.run(for: .seconds(60))
        // A late answer of the last question may still come: 1.5 s, then the ladder.
        let zeroBy = lastGood + .milliseconds(12_600)
        let after = plant.frames(0x351, since: zeroBy)
        #expect(after.allSatisfy { $0.frame.bytes[2] == 0 && $0.frame.bytes[3] == 0 })
        #expect(after.allSatisfy { $0.frame.bytes[4] == 0 && $0.frame.bytes[5] == 0 })
        let last = try #require(plant.output.frames.last)
        #expect(last.at - lastGood < .seconds(23))
    }
}
