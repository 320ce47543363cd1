import BatteryModel
import BusCodec
import InverterProfiles
import Testing

@Suite("Pylontech low voltage: real frames")
struct PylontechLVGoldenTests {
    private let profile = PylontechLV.profile

    @Test("says what the source says", arguments: PylontechLVGolden.all)
    func decodes(_ golden: GoldenFrame) {
        var reading = BankReading(golden.before)
        let heard = profile.decode(golden.frame, at: noon, into: &reading)
        guard case .frame(let account) = heard else {
            Issue.record("\(heard)")
            return
        }
        #expect(account.outOfRange == 0)
        #expect(reading.numbers == golden.before.merging(golden.numbers) { $1 })
        #expect(reading.alarms?.value == golden.alarms)
        #expect(reading.maker?.value == golden.maker.map { ASCIIText(padded: Array($0.utf8).span) })
    }

    @Test(
        "is written byte for byte from what it says",
        arguments: PylontechLVGolden.all.filter { $0.differsBecause == nil })
    func encodes(_ golden: GoldenFrame) throws {
        let bank = BankReading(golden.numbers, alarms: golden.alarms, maker: golden.maker)
        #expect(try encode(bank, like: golden) == golden.frame)
    }

    @Test(
        "read and written again, is the same frame",
        arguments: PylontechLVGolden.all.filter { $0.differsBecause == nil && $0.kind == .captured })
    func roundTrip(_ golden: GoldenFrame) throws {
        var reading = BankReading()
        _ = profile.decode(golden.frame, at: noon, into: &reading)
        #expect(try encode(reading, like: golden) == golden.frame)
    }

    private func encode(_ bank: BankReading, like golden: GoldenFrame) throws -> CANFrame {
        let index = try #require(profile.index(ofIdentifier: golden.identifier))
        let natural = profile.frame(index).lengths[golden.dialect]
        let options = ProfileOptions(dialect: golden.dialect, padsToEight: golden.frame.length > natural)
        return try profile.encode(frame: index, bank: bank, options: options)
    }

    @Test("V1.2 frames have the lengths of the text, and eight bytes when padded")
    func lengths() throws {
        var generator = SplitMix(state: 1)
        let bank = BankReading.random(using: &generator)
        for (identifier, length) in [
            (0x351, 8), (0x355, 4), (0x356, 6), (0x35C, 2), (0x35E, 8), (0x359, 7),
        ] as [(UInt32, UInt8)] {
            let index = try #require(profile.index(ofIdentifier: identifier))
            let bare = try profile.encode(
                frame: index, bank: bank, options: ProfileOptions(padsToEight: false))
            let padded = try profile.encode(frame: index, bank: bank)
            #expect(bare.length == length)
            #expect(padded.length == 8)
            for place in 0..<8 {
                #expect(padded.bytes[place] == (place < length ? bare.bytes[place] : 0))
            }
        }
    }

    @Test("V1.3 has 0x35A and 0x35F, no 0x359 and 0x35C, and six bytes in 0x355")
    func v13() throws {
        var generator = SplitMix(state: 2)
        let bank = BankReading.random(using: &generator)
        let options = ProfileOptions(dialect: 1, padsToEight: false)
        var sent: [UInt32: UInt8] = [:]
        for index in 0..<profile.frameCount where profile.frame(index).direction == .toInverter {
            if let frame = try? profile.encode(frame: index, bank: bank, options: options) {
                sent[frame.identifier] = frame.length
            }
        }
        #expect(sent == [0x351: 8, 0x355: 6, 0x356: 6, 0x35A: 8, 0x35E: 8, 0x35F: 8])
    }
}
