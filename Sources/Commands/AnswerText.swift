import BatteryModel
import Reporting

extension DecodedAnswer {
    /// What a pack has said as members of a JSON object; what it has not said is left out.
    var json: [(name: String, value: JSON)] {
        var members: [(name: String, value: JSON)] = []
        if !fields.isEmpty {
            let values = fields.map { field in
                (
                    name: field.name,
                    value: JSON.object([("value", field.value.json), ("unit", .string(field.unit))])
                )
            }
            members.append(("values", .object(values)))
        }
        if !cellMillivolts.isEmpty {
            members.append(("cell_volts", .array(cellMillivolts.map { $0.map(Self.volts) ?? .null })))
        }
        if !wireMilliohms.isEmpty {
            members.append(("wire_milliohms", .array(wireMilliohms.map { $0.map { .number($0) } ?? .null })))
        }
        if let alarms {
            members.append(("alarms", .object(alarms.map { ($0.level, .strings($0.names)) })))
        }
        if !identity.isEmpty {
            members.append(("identity", .object(identity.map { ($0.name, .string($0.text)) })))
        }
        return members
    }

    private static func volts(_ millivolts: UInt16) -> JSON {
        .number(Digits.text(Int64(millivolts), in: .millivolts))
    }

    /// The same in lines, the names in a column.
    func lines(width: Int) -> [String] {
        var facts = fields.map { (name: $0.name, text: $0.text) }
        if !cellMillivolts.isEmpty {
            let cells = cellMillivolts.map { $0.map { Wording.decimal(Int32($0), places: 3) } ?? "-" }
            facts.append(("cells", cells.joined(separator: " ") + " V"))
        }
        if !wireMilliohms.isEmpty {
            let wires = wireMilliohms.map { $0.map(String.init) ?? "-" }
            facts.append(("wires", wires.joined(separator: " ") + " mΩ"))
        }
        if let alarms {
            let standing = alarms.flatMap { alarms in alarms.names.map { "\($0) (\(alarms.level))" } }
            facts.append(("alarms", standing.isEmpty ? "none" : standing.joined(separator: ", ")))
        }
        return TextLayout.facts(facts + identity, width: width)
    }
}

extension DecodedAnswer.Field {
    /// `52.31 V`.
    fileprivate var text: String { value.text + (unit.isEmpty ? "" : " " + unit) }
}
