import BatteryModel
import BusCodec
import BusDiagnosis
import InverterProfiles
import TestSupport

/// What is listened to in a case, and what is known besides.
struct Exhibit: Sendable {
    var frames: [Passing]
    var options = DiagnosisOptions()
    /// Seconds of silence at the end.
    var silence = 0.0

    var account: DiagnosisAccount { CANDiagnosis.account(of: frames, options, silence: silence) }
}

/// A fault that is put into clean traffic, and the finding that it must lead to.
struct Fault: Sendable {
    var finding: String
    var name: String
    var speeches: [Speech]
    var make: @Sendable (Speech) -> Exhibit

    init(
        _ finding: String, _ name: String, _ speeches: [Speech],
        _ make: @escaping @Sendable (Speech) -> Exhibit
    ) {
        (self.finding, self.name, self.speeches, self.make) = (finding, name, speeches, make)
    }
}

extension Speech {
    /// One of each profile, filled up, and of those with two sets both of them.
    static let some: [Speech] = all.filter { $0.padded && ($0.dialect == 0 || twoSets.contains($0.id)) }

    private static let twoSets = [
        "pylontech-lv-can", "goodwe-lv-can", "growatt-lv-can", "pylon-plus-can", "sofar-lv-can",
    ]

    /// Those that carry all of these numbers.
    static func carrying(_ fields: BankField...) -> [Speech] {
        some.filter { speech in fields.allSatisfy { speech.row(of: $0) != nil } }
    }

    /// The profiles with these ids, filled up.
    static func ids(_ ids: String...) -> [Speech] { ids.map { .named($0) } }

    /// What an inverter that wants this protocol expects.
    var expectation: DiagnosisOptions { DiagnosisOptions(expectedProfile: place, expectedDialect: dialect) }

    /// The row of a number in a frame that a battery sends.
    func row(of field: BankField) -> BankRow? {
        var found: BankRow?
        for index in 0..<profile.frameCount where profile.sends(profile.frame(index), inDialect: dialect) {
            guard profile.frame(index).direction == .toInverter else { continue }
            profile.visitRows(profile.frame(index).container) { row in
                if found == nil, row.dialects >> dialect & 1 != 0, row.meaning == .number(field) {
                    found = row
                }
            }
        }
        return found
    }

    /// The frames that a battery must send.
    var required: [FrameRow] {
        (0..<profile.frameCount).map { profile.frame($0) }
            .filter { $0.direction == .toInverter && $0.isRequired && profile.sends($0, inDialect: dialect) }
    }

    /// Whether a frame carries something that an inverter steers by.
    func steers(_ container: UInt32) -> Bool {
        [BankField.chargeVoltageLimit, .chargeCurrentLimit, .dischargeCurrentLimit, .soc].contains {
            var carries = false
            let field = $0
            profile.visitRows(container) { row in
                if row.dialects >> dialect & 1 != 0, row.meaning == .number(field) { carries = true }
            }
            return carries
        }
    }

    /// Changes the raw number of a field in every frame that carries it.
    func patched(
        _ frames: [Passing], _ field: BankField, _ change: (_ raw: Int64, _ row: BankRow) -> Int64
    ) -> [Passing] {
        var rows: [BankRow] = []
        profile.visitRows(nil) { row in
            if row.dialects >> dialect & 1 != 0, row.meaning == .number(field) { rows.append(row) }
        }
        return frames.map { passing in
            var passing = passing
            for row in rows
            where row.container == passing.frame.container && row.endByte <= Int(passing.frame.length) {
                guard
                    var raw = (try? row.raw(in: passing.frame.payload, .little)).map({ Int64(bitPattern: $0) }
                    )
                else { continue }
                let limit: Int64 = 1 << Int64(row.bits)
                if row.isSigned, raw >= limit / 2 { raw -= limit }
                var new = change(raw, row) % limit
                if new < 0 { new += limit }
                var bytes = passing.frame.bytes.mutableSpan
                try? row.store(raw: UInt64(new), into: &bytes, .little)
            }
            return passing
        }
    }
}

extension CANFrame {
    /// The identifier, with bit 31 set for 29 bits.
    var container: UInt32 { isExtended ? identifier | 0x8000_0000 : identifier }
}

extension [Passing] {
    /// Without the frames for which something holds, `seconds` after the start.
    func without(_ condition: (_ container: UInt32, _ seconds: Double) -> Bool) -> [Passing] {
        filter { !condition($0.frame.container, $0.seconds) }
    }

    /// Everything so many times faster.
    func faster(_ times: Int64) -> [Passing] {
        map { Passing(frame: $0.frame, at: dawn + Interval(nanoseconds: ($0.at - dawn).nanoseconds / times)) }
    }

    /// With seconds that last a fifth as long, as long, or almost twice as long.
    func unevenly() -> [Passing] {
        var random = SeededRandom(seed: 13)
        var starts: [Double] = [0]
        for _ in 0...Int(last?.seconds ?? 0) + 1 {
            starts.append(starts[starts.count - 1] + [0.2, 1, 1.8][Int.random(in: 0..<3, using: &random)])
        }
        return map { passing in
            let second = Int(passing.seconds)
            let part = passing.seconds - Double(second)
            let at = starts[second] + part * (starts[second + 1] - starts[second])
            return Passing(frame: passing.frame, at: dawn + .milliseconds(Int64(at * 1_000)))
        }
    }

    /// With a frame after every so many others.
    func with(_ frame: CANFrame, every step: Int) -> [Passing] {
        enumerated().flatMap { index, passing in
            index % step == step - 1 ? [passing, Passing(frame: frame, at: passing.at)] : [passing]
        }
    }

    /// The same frames a little later.
    func later(_ interval: Interval) -> [Passing] { map { Passing(frame: $0.frame, at: $0.at + interval) } }
}

extension Passing {
    /// Seconds after the start.
    var seconds: Double { Double((at - dawn).nanoseconds) / 1e9 }
}

/// An error frame as Linux has it.
func errorFrame(_ classes: UInt32, controller: UInt8 = 0) -> CANFrame {
    var frame = CANFrame(identifier: classes, kind: .error, length: 8)
    frame.bytes[1] = controller
    return frame
}
