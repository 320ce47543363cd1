import BMSDrivers
import BusCodec
import BusDiagnosis

/// What is heard of known questions where A and B are swapped.
///
/// Swapped wires turn every level round, so what was heard can be compared with what questions of known protocols would
/// sound like, see `LineSound`. Nobody answers a question of ours, which arrives turned round as well: so this needs
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
    /// UARTs go on differently after a character without a stop bit.
    private static let sounds = [false, true].map {
        LineSound(sentRate: 9_600, heardRate: 9_600, isSwapped: true, takesStopForStart: $0)
    }

    /// Looks for questions of `drivers` in what was heard; of several it is the one of which the most addresses are heard.
    init(_ heard: [UInt8], drivers: [BMSDriver]) {
        let search = SoundSearch(heard)
        for driver in drivers {
            let asked = driver.sheet.addresses.prefix(Self.mostAddresses).filter { address in
                (0..<driver.pollCount).contains { poll in
                    var question = RequestBuffer()
                    driver.request(poll, address, &question)
                    return Self.sounds.contains {
                        let sound = $0.heard(question.array).dropFirst(Self.unsure)
                        return sound.count >= Self.enough && search.count(sound) > 0
                    }
                }
            }
            guard asked.count > addresses.count else { continue }
            self.driver = driver
            addresses = Set(asked)
        }
    }
}
