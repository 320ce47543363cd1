import BatteryModel
import BusCodec
import InverterProfiles
import Testing

/// A frame from outside, what it says, and who saw it.
///
/// A profile's table of them is one suite with one test:
///
///     @Test(arguments: frames) func holds(_ golden: GoldenFrame) {
///         #expect(golden.problems(with: PylontechLV.profile) == [])
///     }
struct GoldenFrame: Sendable, CustomTestStringConvertible {
    var identifier: UInt32
    var isExtended = false
    /// The bytes in hexadecimal.
    var bytes: String
    var kind: Kind
    /// The source as the comment of the table numbers it.
    var source: String
    var dialect: UInt8 = 0
    var numbers: [BankField: Int32] = [:]
    var maker: String?
    /// What stands; `nil` where the frame does not speak of alarms.
    var alarms: AlarmSet?
    /// What was heard before.
    var before: [BankField: Int32] = [:]
    /// Why encoding what was read does not give the same bytes; `nil` where it does.
    var differsBecause: String?

    enum Kind: String, Sendable {
        /// Recorded from a real device.
        case captured
        /// Printed by the vendor.
        case document
        /// From the table of the protocol alone: it proves nothing about a device.
        case computed
    }

    var testDescription: String { "\(String(identifier, radix: 16)) \(bytes) \(kind) \(source)" }

    /// The frame.
    var frame: CANFrame {
        let payload = bytes.split(separator: " ").compactMap { UInt8($0, radix: 16) }
        return CANFrame(identifier: identifier, isExtended: isExtended, payload: payload.span)
    }

    /// What does not hold: that it says what the source says, is written byte for byte from that, and is the same when
    /// it is read and written again.
    func problems(with profile: InverterProfile) -> [String] {
        var problems: [String] = []
        var reading = BankReading(before)
        let heard = profile.decode(frame, dialect: dialect, at: noon, into: &reading)
        guard case .frame(let account) = heard else { return ["\(heard)"] }
        if account.outOfRange != 0 { problems.append("out of range: \(account)") }
        let expected = before.merging(numbers) { $1 }
        for field in BankField.all where reading[field]?.value != expected[field] {
            problems.append(
                "\(field.name): \(reading[field]?.value as Any), the source says \(expected[field] as Any)")
        }
        if reading.alarms?.value != alarms {
            problems.append("alarms: \(reading.alarms?.value as Any), the source says \(alarms as Any)")
        }
        if reading.maker?.value != maker.map({ ASCIIText(padded: Array($0.utf8).span) }) {
            problems.append("maker: \(reading.maker?.value as Any)")
        }
        guard differsBecause == nil else { return problems }
        problems += difference(of: BankReading(numbers, alarms: alarms, maker: maker), profile)
        if before.isEmpty { problems += difference(of: reading, profile) }
        return problems
    }

    private func hex(_ frame: CANFrame) -> String {
        (0..<Int(frame.length)).map { String(Int(frame.bytes[$0]) | 0x100, radix: 16, uppercase: true) }
            .map { String($0.suffix(2)) }.joined(separator: " ")
    }

    private func difference(of bank: BankReading, _ profile: InverterProfile) -> [String] {
        guard let index = profile.index(ofIdentifier: identifier, isExtended: isExtended) else {
            return ["no such frame"]
        }
        let natural = profile.frame(index).lengths[dialect]
        let options = ProfileOptions(dialect: dialect, padsToEight: frame.length > natural)
        do throws(EncodeError) {
            let written = try profile.encode(frame: index, bank: bank, options: options)
            return written == frame ? [] : ["written as \(hex(written))"]
        } catch {
            return ["\(error)"]
        }
    }
}

/// Alarms from kinds.
func alarms(protections: [AlarmKind] = [], warnings: [AlarmKind] = []) -> AlarmSet {
    var set = AlarmSet()
    for kind in protections { set.raise(kind, .protection) }
    for kind in warnings { set.raise(kind, .warning) }
    return set
}
