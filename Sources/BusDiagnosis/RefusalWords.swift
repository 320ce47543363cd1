import BMSDrivers
import BatteryModel
import BusCodec
import InverterProfiles

/// What the codes of refusals mean, in words.
enum RefusalWords {
    /// Source: Modbus application protocol V1.1b3, section 7.
    private static let modbus: [(code: UInt8, words: StaticString)] = [
        (1, "1 function not known"), (2, "2 no such register"), (3, "3 value not permitted"),
        (4, "4 device failure"), (5, "5 it takes longer"), (6, "6 busy"), (10, "10 no path"),
        (11, "11 nobody there"),
    ]
    /// Source: PYLON low voltage protocol RS485 V3.3, section 3.4.
    private static let telecom: [(code: UInt8, words: StaticString)] = [
        (1, "1 version"), (2, "2 checksum"), (3, "3 checksum of the length"), (4, "4 command not known"),
        (5, "5 format of the command"), (6, "6 values not valid"), (0x90, "0x90 address"),
        (0x91, "0x91 pack does not answer inside"),
    ]

    /// A code as something that was measured; in words where they are known.
    static func fact(of code: UInt8, in grammar: SerialGrammar) -> Fact {
        let words = isTelecom(grammar) ? telecom : modbus
        guard let found = words.first(where: { $0.code == code }) else {
            return Fact("refused with code", .code(UInt32(code)))
        }
        return Fact("refused with", .text(ASCIIText(found.words)))
    }

    /// Whether its questions begin as those of the telecom family do.
    private static func isTelecom(_ grammar: SerialGrammar) -> Bool {
        switch grammar.source {
        case .profile(let place, _):
            if case .telecom = ProfileTable.profiles.span[place].serial?.framing { true } else { false }
        case .driver(let place):
            firstByte(of: DriverTable.drivers.span[place]) == 0x7E
        case .shunt: false
        case nil: grammar.name.utf8CodeUnitCount == SerialGrammar.telecom.name.utf8CodeUnitCount
        }
    }

    /// What a question of a driver begins with.
    private static func firstByte(of driver: BMSDriver) -> UInt8? {
        var buffer = RequestBuffer()
        driver.request(0, driver.sheet.addresses.lowerBound, &buffer)
        return buffer.count > 0 ? buffer[0] : nil
    }
}
