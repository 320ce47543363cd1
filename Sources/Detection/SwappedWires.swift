import BMSDrivers
import BusCodec

/// What is heard of known questions where A and B are swapped.
///
/// Swapped wires turn every level round. A line at rest is then 0, which a UART takes for a break, and of a frame it
/// understands other bytes, fewer of them, and their bits in other places. Which, follows from the levels: so what was
/// heard can be compared with what questions of known protocols would sound like. Answers say what they please and
/// cannot be recognised so; and nobody answers a question of ours, which arrives turned round as well. So this needs
/// somebody who speaks unasked.
struct SwappedWires {
    /// Who was recognised.
    private(set) var driver: BMSDriver?
    /// Whom he asks.
    private(set) var addresses: Set<UInt8> = []

    /// So many bytes of a question must be heard one behind the other; by chance that happens to one stream in millions.
    private static let enough = 4
    /// The first bytes depend on what the line was like before.
    private static let unsure = 2
    /// So many addresses of each protocol are looked for.
    private static let mostAddresses = 16

    /// Looks for questions of `drivers` in what was heard; of several it is the one of which the most addresses are heard.
    init(_ heard: [UInt8], drivers: [BMSDriver]) {
        var places: [UInt8: [Int]] = [:]
        for (place, byte) in heard.enumerated() { places[byte, default: []].append(place) }
        for driver in drivers {
            let asked = driver.sheet.addresses.prefix(Self.mostAddresses).filter { address in
                (0..<driver.pollCount).contains { poll in
                    var question = RequestBuffer()
                    driver.request(poll, address, &question)
                    return [false, true].contains {
                        let sound = Self.sound(of: question.array, takesStopForStart: $0).dropFirst(
                            Self.unsure)
                        return sound.count >= Self.enough && Self.contains(sound, heard, places)
                    }
                }
            }
            guard asked.count > addresses.count else { continue }
            self.driver = driver
            addresses = Set(asked)
        }
    }

    private static func contains(_ sound: ArraySlice<UInt8>, _ heard: [UInt8], _ places: [UInt8: [Int]])
        -> Bool
    {
        guard let first = sound.first else { return false }
        return places[first]?.contains { heard[$0...].starts(with: sound) } ?? false
    }

    /// The bytes that a UART makes of `bytes` on swapped wires, with the line at rest before and behind them.
    ///
    /// UARTs go on differently after a character without a stop bit: some wait until the line is 1, some take that bit
    /// for the start bit of the next character.
    static func sound(of bytes: [UInt8], takesStopForStart: Bool) -> [UInt8] {
        var levels: [Bool] = []
        for byte in bytes {
            levels.append(true)
            for bit in 0..<8 { levels.append(byte >> UInt8(bit) & 1 == 0) }
            levels.append(false)
        }
        var sound: [UInt8] = []
        var place = 1
        while let start = levels.indices.first(where: { $0 >= place && levels[$0 - 1] && !levels[$0] }) {
            place = start
            var goesOn = true
            while goesOn {
                var byte: UInt8 = 0
                for bit in 0..<8 where level(levels, place + 1 + bit) { byte |= 1 << UInt8(bit) }
                sound.append(byte)
                place += 9
                goesOn = takesStopForStart && byte != 0 && !level(levels, place) && place < levels.count
            }
            place += 1
        }
        return sound
    }

    /// Behind the end the line is at rest.
    private static func level(_ levels: [Bool], _ place: Int) -> Bool {
        levels.indices.contains(place) && levels[place]
    }
}
