public import BatteryModel
import ChargeControl
import FoundationEssentials
public import Gateway

extension ExplanationDocument {
    /// Explains a snapshot; `nil` before the first cycle of the control.
    ///
    /// - Parameters:
    ///   - snapshot: What the gateway published.
    ///   - version: The version of the program.
    ///   - now: The present, from which ages count.
    public init?(_ snapshot: Snapshot, version: String, at now: Instant) {
        guard let verdict = snapshot.verdict, let rules = snapshot.rules else { return nil }
        let maker = ExplanationMaker(wording: Wording(snapshot), now: now)
        self.version = version
        unixSeconds = snapshot.wall.map { $0.unixSeconds + max((now - snapshot.at).seconds, 0) }
        state = Wording.state(verdict.state)
        stage = Wording.stage(verdict.stage.stage)
        cvl = maker.limit(verdict.chargeVoltage, .millivolts, Array(rules.chargeVoltage), nil)
        ccl = maker.limit(verdict.charge, .milliamps, Array(rules.charge), .charge)
        dcl = maker.limit(verdict.discharge, .milliamps, Array(rules.discharge), .discharge)
        soc = maker.soc(verdict)
        packs = snapshot.packs.enumerated().map { index, pack in
            let own = verdict[index]
            let heard = rules.packs[index]
            return Pack(
                name: pack.name, ccl: own.charge.map { maker.limit($0, .milliamps, heard.charge, .charge) },
                dcl: own.discharge.map { maker.limit($0, .milliamps, heard.discharge, .discharge) })
        }
    }

    /// The document as JSON on one line.
    ///
    /// - Throws: `EncodingError` if a number is not finite.
    public func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try [UInt8](encoder.encode(self))
    }

    /// Reads a document.
    ///
    /// - Throws: `DecodingError` if it is none.
    public init(json: [UInt8]) throws {
        self = try JSONDecoder().decode(ExplanationDocument.self, from: Data(json))
    }
}

private struct ExplanationMaker {
    let wording: Wording
    let now: Instant

    func limit(
        _ limit: BatteryModel.Limit, _ unit: Unit, _ heard: [RuleList.Entry], _ direction: Direction?
    ) -> ExplanationDocument.Limit {
        var reasons = heard.compactMap(\.reason)
        // What a stopping gateway says was never asked by the control.
        if !reasons.contains(limit.winner) { reasons.append(limit.winner) }
        var rules = reasons.map { rule($0, direction) }
        if let place = reasons.firstIndex(of: limit.winner) { rules[place].standing = .winner }
        let second = limit.runnerUp.flatMap { next in
            reasons.indices.first { reasons[$0] == next && rules[$0].standing == nil }
        }
        if let second { rules[second].standing = .next }
        let rank = { (rule: ExplanationDocument.Rule) in
            rule.standing == .winner ? 0 : rule.standing == .next ? 1 : 2
        }
        let order = rules.indices.sorted {
            (rank(rules[$0]), rules[$0].limit, $0) < (rank(rules[$1]), rules[$1].limit, $1)
        }
        return ExplanationDocument.Limit(
            value: Double(limit.value) / 1_000, unit: "\(unit.symbol)", rules: order.map { rules[$0] },
            quiet: heard.filter { $0.reason == nil }.map { Wording.rule($0.rule) })
    }

    private func rule(_ reason: LimitReason, _ direction: Direction?) -> ExplanationDocument.Rule {
        ExplanationDocument.Rule(
            rule: "\(reason.rule)", words: wording.reason(reason, of: direction),
            limit: Double(reason.limit) / 1_000,
            input: reason.input.map { Wording.quantity($0, reason.inputUnit) },
            ageSeconds: reason.measuredAt.map { (now - $0).tenths },
            pack: reason.pack.flatMap { wording.packs.indices.contains($0) ? wording.packs[$0] : nil },
            place: reason.place, risesWhen: wording.rise(reason, at: now))
    }

    func soc(_ verdict: BankVerdict) -> ExplanationDocument.SOC {
        let soc = verdict.soc
        let percent = { (permille: Int32?) in permille.map { Double($0) / 10 } }
        let words = Wording.bound(soc)
        return ExplanationDocument.SOC(
            percent: percent(soc.permille), bound: "\(soc.bound)", reason: words.reason,
            movesWhen: words.movesWhen, source: "\(soc.source)", packsPercent: percent(soc.packs),
            countedPercent: percent(soc.counted), shuntPercent: percent(soc.shunt),
            ageSeconds: verdict.bank[.soc].map { (now - $0.at).tenths })
    }
}

extension Array<RuleList.Entry> {
    fileprivate init(_ list: RuleList) { self = (0..<list.count).map { list[$0] } }
}
