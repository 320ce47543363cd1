import BatteryModel
import BusCodec
import Reporting

extension DecodedFrame {
    /// The signals that are not reported, by name if there are few; `nil` if there are none.
    var missingText: String? {
        guard !unreported.isEmpty else { return nil }
        return unreported.count > 4
            ? "(\(unreported.count) signals not reported)"
            : "(not reported: \(unreported.joined(separator: ", ")))"
    }

    /// The frame as one JSON object.
    func json(of line: CANFrameLine) -> JSON {
        var members: [(name: String, value: JSON)] = [
            ("time", line.nanoseconds.map { .number(Digits.seconds($0)) } ?? .null),
            ("interface", .string(line.interface.count > 0 ? line.interface.string : nil)),
            ("identifier", .string(line.frame.identifierText)),
            ("name", .string(name)),
        ]
        guard kind == .known else {
            return .object(members + [("bytes", .string(line.frame.bytesText))])
        }
        let values = signals.map { signal in
            (
                name: signal.name,
                value: JSON.object([("value", signal.value.json), ("unit", .string(signal.unit))])
            )
        }
        members.append(("signals", .object(values)))
        members.append(("unreported", .strings(unreported)))
        members.append(("errors", .strings(errors)))
        return .object(members)
    }
}

extension DecodedFrame.Signal {
    /// `charge_voltage_limit=55.2 V`.
    var text: String { "\(name)=\(valueText)" }

    /// `55.2 V`.
    var valueText: String { value.text + (unit.isEmpty ? "" : " " + unit) }
}

extension DecodedFrame.Value {
    /// As people read it.
    var text: String {
        switch self {
        case .decimal(let digits): digits
        case .bits(let bits): "0x" + Digits.hex(bits, digits: 2)
        case .flag(let flag): flag ? "yes" : "no"
        case .text(let text): "'\(text)'"
        }
    }

    /// As JSON.
    var json: JSON {
        switch self {
        case .decimal(let digits): .number(digits)
        case .bits(let bits): .number(bits)
        case .flag(let flag): .bool(flag)
        case .text(let text): .string(text)
        }
    }
}

extension CANFrame {
    /// `351`, or eight digits where the identifier has 29 bits.
    var identifierText: String { Digits.hex(UInt64(identifier), digits: isExtended ? 8 : 3) }

    /// `28 02 F4 01`.
    var bytesText: String {
        var texts: [String] = []
        for index in payload.indices { texts.append(Digits.hex(UInt64(payload[index]), digits: 2)) }
        return texts.joined(separator: " ")
    }
}

extension Digits {
    /// A time in seconds with six places: `1436509052.249713`.
    static func seconds(_ nanoseconds: Int64) -> String {
        let micros = "\(nanoseconds % 1_000_000_000 / 1_000)"
        return "\(nanoseconds / 1_000_000_000)." + String(repeating: "0", count: 6 - micros.count) + micros
    }
}
