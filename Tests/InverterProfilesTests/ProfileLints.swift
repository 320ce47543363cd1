import BatteryModel
import BusCodec
import InverterProfiles

/// What must hold in every profile's table.
enum ProfileLints {
    /// What is wrong with a profile, one sentence each; empty if nothing is.
    static func problems(of profile: InverterProfile) -> [String] {
        let frames = (0..<profile.frameCount).map { profile.frame($0) }
        let rows = rows(of: profile)
        var problems = sheetProblems(profile.sheet) + keepAliveProblems(profile) + frameProblems(frames)
        let used = rows.filter { row in frames.contains { $0.container == row.container } }
        // A shared table may have frames that this profile does not send; its own must all exist.
        let shared = AlarmPairs.identifier
        for row in rows where row.container != shared {
            if !frames.contains(where: { $0.container == row.container }) {
                problems.append("\(row.name) stands in a frame that does not exist")
            }
        }
        for row in used { problems += rowProblems(row) }
        for frame in frames {
            let inFrame = used.filter { $0.container == frame.container }
            problems += layoutProblems(frame, inFrame, profile.sheet.dialectCount)
        }
        return problems
    }

    static func rows(of profile: InverterProfile) -> [BankRow] {
        var rows: [BankRow] = []
        profile.visitRows(nil) { rows.append($0) }
        return rows
    }

    /// What is wrong with the sheet of a profile, whatever it is spoken on.
    static func sheetProblems(_ sheet: ProfileSheet) -> [String] {
        var problems: [String] = []
        if sheet.dialectCount == 0 { problems.append("no dialect") }
        for text in [sheet.id, sheet.name, sheet.inverters, sheet.stop, sheet.silence, sheet.evidence]
        where text.utf8CodeUnitCount == 0 { problems.append("a part of the sheet is empty") }
        if !sheet.id.description.allSatisfy({ $0.isLowercase || $0.isNumber || $0 == "-" }) {
            problems.append("the id is not in lower case with hyphens")
        }
        if sheet.period <= .zero || sheet.keepAlive.timeout < sheet.keepAlive.period {
            problems.append("times do not fit")
        }
        return problems
    }

    private static func keepAliveProblems(_ profile: InverterProfile) -> [String] {
        let rule = profile.sheet.keepAlive
        let alive = profile.index(ofIdentifier: rule.identifier, isExtended: rule.isExtended)
        guard rule.isKnown, alive.map({ profile.frame($0).direction }) != .fromInverter else { return [] }
        return ["the keep-alive is no frame of the inverter"]
    }

    private static func frameProblems(_ frames: [FrameRow]) -> [String] {
        var problems: [String] = []
        for (place, frame) in frames.enumerated() {
            if frames[..<place].contains(where: { $0.container == frame.container }) {
                problems.append("\(frame.name): the identifier occurs twice")
            }
            let maximum =
                frame.isExtended ? CANFrame.maximumExtendedIdentifier : CANFrame.maximumStandardIdentifier
            if frame.identifier > maximum { problems.append("\(frame.name): the identifier is too large") }
            if frame.source.utf8CodeUnitCount == 0 { problems.append("\(frame.name): no source") }
            if frame.isRequired, frame.dialects == 0 {
                problems.append("\(frame.name): required and never sent")
            }
            if let other = frames[..<place].first(where: { "\($0.name)" == "\(frame.name)" }) {
                problems.append("\(other.name): the name occurs twice")
            }
        }
        return problems
    }

    private static func rowProblems(_ row: BankRow) -> [String] {
        var problems: [String] = []
        func check(_ holds: Bool, _ text: String) { if !holds { problems.append("\(row.name): \(text)") } }
        check(row.numerator != 0 && row.denominator > 0, "the scale is zero")
        check(row.count == 1, "repetitions are not known to profiles")
        check(!row.isFloat || row.bits == 32, "a number of IEEE 754 has 32 bits")
        switch row.meaning {
        case .number(let field):
            check(row.unit == field.unit, "the unit is not that of \(field.name)")
            check((1...32).contains(row.bits), "more bits than a number has")
            for value in [row.range.lowerBound, row.range.upperBound] where row.unit != .bits {
                check((try? row.raw(for: value)) != nil, "\(value) of the range does not fit")
            }
            if let substitute = row.substitute {
                check(row.range.contains(substitute), "the substitute is out of range")
                check(mayBeSubstituted.contains(field), "a number is sent that nobody has said")
            }
            let limits: [BankField: Rounding] = [
                .chargeVoltageLimit: .down, .chargeCurrentLimit: .down, .dischargeCurrentLimit: .down,
                .dischargeVoltageLimit: .up,
            ]
            if let rounding = limits[field] {
                check(row.rounding == rounding, "a limit is rounded to the unsafe side")
            }
        case .said, .meanCell: check((1...32).contains(row.bits), "more bits than a number has")
        case .alarm, .heardAlarm: check(row.bits == 1, "an alarm is one bit")
        case .alarmPair: check(row.bits == 2, "a pair is two bits")
        case .constant(let raw): check(row.bits >= 64 || raw >> UInt64(row.bits) == 0, "does not fit")
        case .shown: check((1...32).contains(row.bits), "more bits than a number has")
        case .maker, .shownText: check(row.bits % 8 == 0 && row.bit == nil, "a text is whole bytes")
        case .reserved: break
        }
        return problems
    }

    /// What nobody asks for is not asked for; the others have the evidence of their substitute with their row.
    private static let mayBeSubstituted: Set<BankField> = [
        .forceCharge, .forceChargeSoon, .fullCharge, .soh, .cycles, .energyCharged, .energyDischarged,
        .batteryType, .version,
    ]

    private static func layoutProblems(
        _ frame: FrameRow, _ rows: [BankRow], _ dialects: UInt8
    ) -> [String] {
        var problems: [String] = []
        for dialect in 0..<dialects where frame.isSent(inDialect: dialect) || frame.dialects == 0 {
            let length = Int(frame.dialects == 0 ? 8 : frame.lengths[dialect])
            if length > 8 { problems.append("\(frame.name) is longer than eight bytes") }
            var owner: [Int: StaticString] = [:]
            let present = rows.filter { $0.dialects >> dialect & 1 != 0 }
            // A frame without data is a signal by itself.
            if present.isEmpty, frame.lengths[dialect] > 0 {
                problems.append("\(frame.name) has no signal in dialect \(dialect)")
            }
            for row in present {
                if row.endByte > length { problems.append("\(row.name) ends behind \(frame.name)") }
                for bit in positions(row) {
                    if let other = owner[bit] {
                        problems.append("\(row.name) and \(other) overlap in \(frame.name)")
                    }
                    owner[bit] = row.name
                }
            }
            let names = Set(present.map { "\($0.name)" })
            if names.count != present.count { problems.append("\(frame.name): a name occurs twice") }
        }
        return problems
    }

    /// The bits a row owns, found by writing all ones.
    private static func positions(_ row: BankRow) -> [Int] {
        var bytes = [UInt8](repeating: 0, count: 16)
        var span = bytes.mutableSpan
        try? row.store(raw: .max, into: &span)
        return (0..<128).filter { bytes[$0 / 8] >> UInt8($0 % 8) & 1 != 0 }
    }
}
