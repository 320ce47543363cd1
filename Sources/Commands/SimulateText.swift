import BatteryModel
import BusCodec
import InverterProfiles
import Reporting
import Simulators

extension SimulationSnapshot {
    /// How it stands, in one line; `nil` if nothing is simulated.
    var text: String? {
        if let inverter {
            let limits = inverter.limits?.text ?? "no limits understood"
            let asking = inverter.asking.map { "; \($0.text)" } ?? ""
            return "\(Wording.short(inverter.milliamps, .milliamps)) flow; \(limits)\(asking)"
        }
        if let battery { return battery.text(milliamps: bankMilliamps) }
        return line.map {
            "\($0.said); "
                + "bank \(Wording.quantity(bankMillivolts, .millivolts))"
        }
    }

    /// The same as a JSON object, with every pack.
    var json: JSON {
        let packs = packs.map { pack in
            JSON.object([
                ("address", .number(Int(pack.address))), ("soc_permille", .number(Int(pack.socPermille))),
                ("millivolts", .number(Int(pack.millivolts))), ("milliamps", .number(Int(pack.milliamps))),
                ("reports", .object(DecodedAnswer(pack.reported).json)),
            ])
        }
        var members: [(name: String, value: JSON)] = [
            ("bank_milliamps", .number(Int(bankMilliamps))), ("packs", .array(packs)),
        ]
        if let limits = inverter?.limits { members.append(("limits", limits.json)) }
        if let asking = inverter?.asking { members += asking.json }
        if let answering = battery?.answering {
            members += answering.json
        } else if let statistics = battery?.statistics {
            members += [
                ("frames_sent", .number(statistics.sent)), ("frames_withheld", .number(statistics.withheld)),
                ("keep_alives", .number(statistics.keepAlives)),
            ]
        }
        return .object(members)
    }
}

extension SimulationSnapshot.Line {
    /// What was heard and said.
    fileprivate var said: String {
        if isBroadcast { return "\(statistics.answers) frames sent" }
        return "\(statistics.requests) requests, \(statistics.answers) answers"
    }
}

extension SimulatedInverter.Limits {
    /// The limits in words.
    fileprivate var text: String {
        "charge up to \(Wording.short(chargeMillivolts, .millivolts)) and "
            + "\(Wording.short(chargeMilliamps, .milliamps)), "
            + "discharge up to \(Wording.short(dischargeMilliamps, .milliamps))"
    }

    fileprivate var json: JSON {
        .object([
            ("charge_millivolts", .number(Int(chargeMillivolts))),
            ("charge_milliamps", .number(Int(chargeMilliamps))),
            ("discharge_milliamps", .number(Int(dischargeMilliamps))),
        ])
    }
}

extension SimulationSnapshot.Battery {
    fileprivate func text(milliamps: Int32) -> String {
        guard isOnBus else {
            let isSerial = answering != nil
            return linkError.map { "not on the \(isSerial ? "line" : "bus"): \($0)" }
                ?? (isSerial ? "nobody has called" : "nobody has opened the adapter")
        }
        let soc = said[.soc].map { Wording.quantity($0.value, .permille) } ?? "-"
        if let answering { return "\(soc), \(Wording.short(milliamps, .milliamps)) flow; \(answering.text)" }
        let withheld = statistics.withheld > 0 ? ", \(statistics.withheld) withheld" : ""
        return
            "\(soc), \(Wording.short(milliamps, .milliamps)) flow; \(statistics.sent) frames sent\(withheld), "
            + "inverter heard \(statistics.keepAlives) times"
    }
}

extension SerialAsker.Statistics {
    /// How asking goes, in words; what never happened is left out.
    fileprivate var text: String {
        "\(questions) questions, \(answers) answers"
            + Counted.text([
                (timeouts, "unanswered"), (refusals, "refused"), (foreign, "foreign"), (echoes, "echoes"),
                (noiseBytes, "bytes of noise"),
            ])
    }

    fileprivate var json: [(name: String, value: JSON)] {
        [
            ("questions", .number(questions)), ("answers", .number(answers)), ("timeouts", .number(timeouts)),
            ("refusals", .number(refusals)), ("foreign", .number(foreign)), ("echoes", .number(echoes)),
            ("noise_bytes", .number(noiseBytes)),
        ]
    }
}

extension SerialAnswerer.Statistics {
    /// How answering goes, in words; what never happened is left out.
    fileprivate var text: String {
        "\(questions) questions, \(answers) answers"
            + Counted.text([
                (refusals, "refused"), (withheld, "withheld"), (foreign, "foreign"), (overtaken, "overtaken"),
                (echoes, "echoes"), (noiseBytes, "bytes of noise"),
            ])
    }

    fileprivate var json: [(name: String, value: JSON)] {
        [
            ("questions", .number(questions)), ("answers", .number(answers)), ("refusals", .number(refusals)),
            ("withheld", .number(withheld)), ("foreign", .number(foreign)), ("overtaken", .number(overtaken)),
            ("echoes", .number(echoes)), ("noise_bytes", .number(noiseBytes)),
        ]
    }
}

/// Numbers with words behind them.
private enum Counted {
    /// Those that are not zero, each behind a comma.
    static func text(_ counts: [(count: UInt64, words: String)]) -> String {
        counts.filter { $0.count > 0 }.map { ", \($0.count) \($0.words)" }.joined()
    }
}

/// Frames of batteries that chance has made up, with what they mean: a test for whatever reads them.
struct BankSampler {
    private let profile: InverterProfile
    private let options: ProfileOptions
    private let count: Int
    private let seed: UInt64

    init(_ profile: InverterProfile, _ options: ProfileOptions, _ count: Int, seed: Int?) {
        self.profile = profile
        self.options = options
        self.count = count
        self.seed = UInt64(max(seed ?? 1, 0))
    }

    /// One JSON object for each battery.
    var lines: [String] {
        BankSample.samples(count, of: profile, options: options, seed: seed).map { json($0).text }
    }

    private func json(_ sample: BankSample) -> JSON {
        var numbers: [(name: String, value: JSON)] = []
        for raw in 0..<UInt8(BankField.count) {
            guard let field = BankField(rawValue: raw), let number = sample.meant[field]?.value else {
                continue
            }
            let digits =
                field.unit == .bits
                ? "\(UInt32(bitPattern: number))" : Digits.text(Int64(number), in: field.unit)
            numbers.append(("\(field.name)", .number(digits)))
        }
        let alarms = sample.meant.alarms?.value ?? AlarmSet()
        let levels = [AlarmLevel.protection, .warning, .info].map { level in
            (name: Wording.level(level), value: JSON.strings(Wording.alarmNames(alarms[level])))
        }
        let frames = sample.frames.map { frame in
            JSON.object([
                ("identifier", .string(frame.identifierText)),
                ("bytes", .string(frame.bytesText.replacing(" ", with: ""))),
            ])
        }
        return .object([
            ("numbers", .object(numbers)), ("alarms", .object(levels)),
            ("maker", .string(sample.meant.maker?.value.string)), ("frames", .array(frames)),
            ("withheld", .strings(sample.withheld)),
        ])
    }
}
