import BatteryModel
import BusCodec
public import InverterProfiles

/// The frames of a profile as a DBC file, for SavvyCAN, cantools and whatever else reads that format.
public enum DBC {
    /// Writes the frames of a profile, of both directions, as they stand in a dialect.
    ///
    /// Signals are in the units of the screen: V, A, %, degC. Frames that are only understood when heard are in it as
    /// well; bits that are always zero are not.
    ///
    /// - Parameters:
    ///   - profile: The protocol.
    ///   - options: The dialect, and whether frames are filled up to eight bytes.
    /// - Returns: The file.
    public static func text(
        for profile: InverterProfile, options: ProfileOptions = ProfileOptions()
    ) -> String {
        var file = Writer(profile: profile)
        for index in 0..<profile.frameCount {
            let frame = profile.frame(index)
            guard frame.isSent(inDialect: options.dialect) || frame.dialects == 0 else { continue }
            file.add(frame, options)
        }
        let sheet = profile.sheet
        let dialect = sheet.dialects[Int(options.dialect)]
        return """
            VERSION "\(sheet.id) \(dialect)"

            NS_ :

            BS_:

            BU_: \(battery) \(inverter)

            \(file.messages)
            CM_ "\(quoted(sheet.name)) \(dialect). \(quoted(sheet.evidence))";
            \(file.comments)BA_DEF_ BO_ "GenMsgCycleTime" INT 0 \(longestCycle);
            BA_DEF_DEF_ "GenMsgCycleTime" 0;
            \(file.attributes)\(file.choices)\(file.floats)
            """
    }

    /// The most that `GenMsgCycleTime` can say, in milliseconds.
    fileprivate static let longestCycle: Int64 = 65_535
    fileprivate static let battery = "Battery"
    fileprivate static let inverter = "Inverter"

    fileprivate static func quoted(_ text: StaticString) -> String {
        String(ascii(text).map { $0 == "\"" ? "'" : $0 })
    }

    /// The text without characters that readers of DBC files, which expect Windows-1252, would garble.
    fileprivate static func ascii(_ text: StaticString) -> String {
        text.description.reduce(into: "") { result, character in
            switch character {
            case "°": result += "deg"
            case "Ω": result += "Ohm"
            case "µ": result += "u"
            case "…": result += "..."
            default: result += character.isASCII ? String(character) : "?"
            }
        }
    }
}

/// Collects the parts of the file.
private struct Writer {
    let profile: InverterProfile
    var messages = ""
    var comments = ""
    var attributes = ""
    var choices = ""
    var floats = ""

    init(profile: InverterProfile) { self.profile = profile }

    mutating func add(_ frame: FrameRow, _ options: ProfileOptions) {
        let isSent = frame.isSent(inDialect: options.dialect)
        let own = frame.lengths[options.dialect]
        // Others fill up as they like, but not what has no data at all.
        let isPadded = isSent ? options.padsToEight && frame.direction == .toInverter : own > 0
        let length = isPadded ? 8 : own
        let isFromBattery = frame.direction == .toInverter
        let sender = isFromBattery ? DBC.battery : DBC.inverter
        messages += "BO_ \(frame.container) \(frame.name): \(length) \(sender)\n"
        comments += "CM_ BO_ \(frame.container) \"\(DBC.quoted(frame.source))\";\n"
        if isSent, let cycle = frame.cycle(in: profile.sheet) {
            attributes += "BA_ \"GenMsgCycleTime\" BO_ \(frame.container) "
            attributes += "\(min(cycle.milliseconds, DBC.longestCycle));\n"
        }
        let receiver = isFromBattery ? DBC.inverter : DBC.battery
        profile.visitRows(frame.container) { row in
            if row.dialects >> options.dialect & 1 != 0 { add(row, receiver) }
        }
        messages += "\n"
    }

    private mutating func add(_ row: BankRow, _ receiver: String) {
        guard row.meaning != .reserved else { return }
        let scale = Scale(row)
        messages += " SG_ \(row.name) : \(row.dbcStart)|\(row.bits)@\(row.order == .big ? 0 : 1)"
        messages += "\(row.isSigned || row.isFloat ? "-" : "+") (\(scale.factor),\(scale.offset)) "
        messages += "[\(scale.minimum)|\(scale.maximum)] \"\(scale.symbol)\" \(receiver)\n"
        if let comment = comment(row.meaning) {
            comments += "CM_ SG_ \(row.container) \(row.name) \"\(comment)\";\n"
        }
        if row.isFloat { floats += "SIG_VALTYPE_ \(row.container) \(row.name) : 1;\n" }
        if let names = values(row) { choices += "VAL_ \(row.container) \(row.name) \(names) ;\n" }
    }

    private func comment(_ meaning: BankMeaning) -> String? {
        switch meaning {
        case .number(let field), .said(let field): field.name.description
        case .meanCell: "voltage over number of cells"
        case .alarm(let group, let level), .alarmPair(let group, let level):
            "\(level): \(names(group.kinds))"
        case .heardAlarm(let kinds, let level): "set by other makers, \(level): \(names(kinds))"
        case .constant(let raw): "always 0x\(Digits.hex(raw))"
        case .maker: "name of the maker, ASCII"
        case .shown: "shown only"
        case .shownText: "shown only, ASCII"
        case .reserved: nil
        }
    }

    private func names(_ kinds: AlarmMask) -> String {
        Wording.alarmNames(kinds).joined(separator: ", ")
    }

    private func values(_ row: BankRow) -> String? {
        switch row.meaning {
        case .alarmPair: "0 \"not reported\" 1 \"raised\" 2 \"not raised\" 3 \"not reported\""
        case .alarm, .heardAlarm: "0 \"not raised\" 1 \"raised\""
        case .number where row.unit == .onOff, .shown where row.unit == .onOff: switchNames(row)
        case .number, .said, .meanCell, .constant, .maker, .shown, .shownText, .reserved: nil
        }
    }

    /// The raw numbers for off and on: some rows say "on" with 0, some with 255.
    private func switchNames(_ row: BankRow) -> String? {
        guard let off = try? row.raw(for: 0), let on = try? row.raw(for: 1) else { return nil }
        let names = [(off, "off"), (on, "on")].sorted { $0.0 < $1.0 }
        return names.map { "\($0) \"\($1)\"" }.joined(separator: " ")
    }
}

/// A row's scale in the unit of the screen.
private struct Scale {
    let factor: String
    let offset: String
    let minimum: String
    let maximum: String
    let symbol: String

    init(_ row: BankRow) {
        let unit = row.unit
        var power = 1.0
        for _ in 0..<unit.decimals { power *= 10 }
        let isNumber = row.range != Int32.min...Int32.max && unit != .bits && unit != .onOff
        factor = Self.text(Double(row.numerator) / (Double(row.denominator) * power))
        offset = Self.text(Double(row.offset) / power)
        minimum = isNumber ? Self.text(Double(row.range.lowerBound) / power) : "0"
        // "0|0" leaves the range open, which suits patterns and texts.
        let largest = row.bits < 8 ? "\((1 << row.bits) - 1)" : "0"
        maximum = isNumber ? Self.text(Double(row.range.upperBound) / power) : largest
        symbol = DBC.ascii(unit.symbol)
    }

    /// A number without a needless fraction.
    private static func text(_ number: Double) -> String {
        let text = number.description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}

extension SignalRow {
    /// The start bit as DBC counts: of the least significant bit for little-endian signals, of the most significant
    /// one for big-endian signals, as 8 × byte + bit.
    fileprivate var dbcStart: Int {
        let edge: UInt8 = order == .big ? 7 : 0
        return Int(byte) * 8 + Int(bit ?? edge)
    }
}
