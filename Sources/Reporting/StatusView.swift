import BatteryModel

/// Draws a status document as lines for a terminal, or for a pipe.
public struct StatusView: Sendable {
    /// Whether to use colours.
    public var usesColor: Bool
    /// How many columns there are; longer lines are cut.
    public var columns: Int
    /// How many of the last events are shown.
    public var eventCount: Int
    /// Whether it is shown of every pack how it answers, and not only of those that answer seldom or late.
    public var showsAnswers: Bool

    /// Makes a view.
    public init(
        usesColor: Bool = false, columns: Int = 120, eventCount: Int = 6, showsAnswers: Bool = false
    ) {
        self.showsAnswers = showsAnswers
        self.usesColor = usesColor
        self.columns = columns
        self.eventCount = eventCount
    }

    /// The whole picture.
    public func lines(_ status: StatusDocument) -> [String] {
        var lines = [title(status), ""]
        lines += packs(status.packs)
        lines.append("")
        lines += limits(status.bank) + charge(status.bank) + status.orders.map(order)
        lines.append("")
        lines += answers(status.packs) + link(status) + kept(status)
        let alarms = alarmLines(status)
        if !alarms.isEmpty { lines += [""] + alarms }
        lines += contradictions(status.packs) + findings(status.findings)
        lines.append("")
        lines += events(status.events)
        return lines.map(cut)
    }

    /// The state in one line, for a log.
    public func summary(_ status: StatusDocument) -> String {
        let bank = status.bank
        let packs = status.packs.map { "\($0.name) \($0.freshness)" }.joined(separator: ", ")
        return cut(
            "\(bank.state): " + measured(bank)
                + " | CVL \(limit(bank.cvl)) CCL \(limit(bank.ccl)) DCL \(limit(bank.dcl))"
                + " | CCL: \(bank.ccl?.reason ?? "-") | packs: \(packs)"
                + status.inverters.map {
                    " | inverter \(status.inverters.count > 1 ? "\($0.profile) on \($0.link) " : "")"
                        + "\($0.isSilent ? "silent" : "heard"), \($0.framesPerSecond) frames/s"
                }.joined())
    }

    private func title(_ status: StatusDocument) -> String {
        let state = status.stalledSeconds == nil ? status.bank.state : "stalled"
        let shown = paint(state.uppercased(), state == "running" ? .green : .red)
        return "\(paint("Busbar", .bold)) \(status.version)   \(shown)   \(measured(status.bank))"
            + "   up \(Int(status.uptimeSeconds)) s"
    }

    private func measured(_ bank: StatusDocument.Bank) -> String {
        ["soc", "voltage", "current", "temperature"].compactMap { name in
            bank.values[name].map { number($0, places: name == "voltage" ? 2 : 1) }
        }.joined(separator: "  ")
    }

    private func limit(_ limit: StatusDocument.Limit?) -> String {
        limit.map { "\(fixed($0.value, 1)) \($0.unit)" } ?? "-"
    }
}

// MARK: - Parts

extension StatusView {
    private func packs(_ packs: [StatusDocument.Pack]) -> [String] {
        let head =
            pad("Pack", 8) + pad("state", 9) + pad("age", 7) + pad("voltage", 10) + pad("current", 10)
            + pad("SOC", 8) + pad("lowest cell", 15) + pad("highest cell", 15) + pad("cells °C", 13)
            + pad("MOS °C", 8) + "BMS"
        return [paint(head, .dim)] + packs.map(pack)
    }

    private func pack(_ pack: StatusDocument.Pack) -> String {
        let isOld = pack.freshness == "lost" || pack.freshness == "unheard"
        let value = { (name: String, places: Int) in
            isOld ? "-" : pack.values[name].map { self.number($0, places: places) } ?? "-"
        }
        let cells = pack.cellVolts.enumerated().compactMap { index, volts in volts.map { (index + 1, $0) } }
        let low = isOld ? nil : cells.min { $0.1 < $1.1 }
        let high = isOld ? nil : cells.max { $0.1 < $1.1 }
        let temperatures = (1...5).compactMap { pack.values["temperature_\($0)"]?.value }
        let range =
            isOld
            ? "-" : temperatures.min().map { "\(fixed($0, 1))/\(fixed(temperatures.max() ?? $0, 1))" } ?? "-"
        let age = pack.ageSeconds.map { "\(fixed($0, 1)) s" } ?? "-"
        let color: TerminalText.Paint =
            pack.freshness == "fresh" ? .green : pack.freshness == "stale" ? .yellow : .red
        return pad(pack.name, 8) + paint(pad(pack.freshness, 9), color) + pad(age, 7)
            + pad(value("pack_voltage", 2), 10) + pad(value("current", 1), 10) + pad(value("soc", 0), 8)
            + pad(cell(low), 15) + pad(cell(high), 15) + pad(range, 13)
            + pad(isOld ? "-" : pack.values["mosfet_temperature"].map { fixed($0.value, 1) } ?? "-", 8)
            + [pack.identity["model"], pack.identity["firmware"]].compactMap { $0 }.joined(separator: " ")
    }

    private func cell(_ cell: (Int, Double)?) -> String {
        cell.map { "\(fixed($0.1, 3)) V #\($0.0)" } ?? "-"
    }

    private func limits(_ bank: StatusDocument.Bank) -> [String] {
        [("CVL", bank.cvl), ("CCL", bank.ccl), ("DCL", bank.dcl)].flatMap { name, limit -> [String] in
            guard let limit else { return ["\(name)  -"] }
            let value = paint(
                pad("\(fixed(limit.value, 1)) \(limit.unit)", 10), limit.value > 0 ? .bold : .red)
            var lines = ["\(name)  \(value) \(limit.reason)"]
            lines.append(paint("                rises when \(limit.risesWhen)", .dim))
            if let next = limit.runnerUp { lines.append(paint("                next: \(next)", .dim)) }
            return lines
        }
    }

    private func link(_ status: StatusDocument) -> [String] {
        status.inverters.flatMap { inverter($0, of: status) } + (status.shunt.map { [shunt($0)] } ?? [])
            + status.links.map { link in
                let error = link.lastError.map { link.state == "open" ? "" : "  \($0)" } ?? ""
                return paint("Link      ", .dim) + "\(link.name): \(link.address), \(link.state)\(error)"
                    + (link.isBusOff ? paint("  BUS-OFF", .red) : "")
            } + [cycles(status)]
    }

    private func inverter(_ inverter: StatusDocument.Inverter, of status: StatusDocument) -> [String] {
        let heard =
            inverter.heardSecondsAgo.map {
                "keep-alive \(fixed($0, 1)) s ago, \(inverter.keepAlivesPerSecond)/s"
            }
            ?? "never heard"
        let isMissing = inverter.isSilent && inverter.silentAfterSeconds != nil
        let state = inverter.isSilent ? isMissing ? "SILENT" : "not waited for" : "heard"
        let sending =
            status.bank.isTransmitting
            ? "sending \(inverter.framesPerSecond) frames/s" : paint("not sending", .yellow)
        let answering = "answering \(inverter.framesPerSecond) reads/s"
        let first =
            "Inverter  \(inverter.profile) \(inverter.dialect)   "
            + "\(paint(state, isMissing ? .red : .green)), \(heard)   "
            + (inverter.callers == nil ? "\(sending), \(inverter.framesUrgent) at once" : answering)
        var lines = [first]
        if status.inverters.count > 1, let charge = inverter.toldCCL, let discharge = inverter.toldDCL {
            lines.append(
                "          \(inverter.readsOnly ? "reads the whole bank" : "its part") on \(inverter.link): CCL \(fixed(charge, 1)) A, DCL \(fixed(discharge, 1)) A"
            )
        }
        return lines + [inverter.callers.map(callers) ?? quality(inverter)] + shortcomings(inverter)
    }

    private func callers(_ callers: StatusDocument.Callers) -> String {
        let lost: [(UInt64, String)] = [
            (callers.displaced, "made room for others"), (callers.idle, "asked nothing for too long"),
            (callers.stuck, "did not take their answers"),
        ]
        return "          \(callers.now) callers now, \(callers.came) calls so far"
            + lost.filter { $0.0 > 0 }.map { ", \($0.0) \($0.1)" }.joined()
    }

    /// What the protocol cannot do, as far as it matters now.
    private func shortcomings(_ inverter: StatusDocument.Inverter) -> [String] {
        var lines = inverter.capped.map(\.words)
        if inverter.isExperimental { lines.insert("experimental: \(Wording.notProven)", at: 0) }
        let hidden = inverter.hiddenAlarms.map { "\($0.level): \($0.words)" }
        if !hidden.isEmpty { lines.append("not visible to this inverter: " + hidden.joined(separator: ", ")) }
        return lines.map { "          " + paint($0, .yellow) }
    }

    private func shunt(_ shunt: StatusDocument.Shunt) -> String {
        guard let age = shunt.heardSecondsAgo else { return "Shunt     " + paint("never heard", .red) }
        let values = [shunt.current, shunt.soc].compactMap { $0.map { number($0, places: 1) } }
        let faults = shunt.badChecksums + shunt.refused
        return "Shunt     " + (values + ["\(fixed(age, 1)) s ago"]).joined(separator: "  ")
            + (shunt.soc == nil ? ", state of charge not known" : "")
            + (faults > 0 ? paint(", \(faults) messages not believed", .yellow) : "")
    }

    private func cycles(_ status: StatusDocument) -> String {
        if let seconds = status.stalledSeconds {
            let text = Wording.stalled(.milliseconds(Int64(seconds * 1_000)))
            return paint("Cycles    ", .dim) + paint(text, .red)
        }
        return paint("Cycles    ", .dim)
            + "\(status.cycles), longest \(fixed(status.worstCycleMilliseconds, 1)) ms, "
            + paint("\(status.overruns) overruns", status.overruns > 0 ? .yellow : .dim)
    }

    private func quality(_ inverter: StatusDocument.Inverter) -> String {
        let part = inverter.qualityPercent.map { "\(fixed($0, 1)) % of the last minute came through" }
        var text = part ?? "too few frames to tell how many come through"
        if inverter.failuresLastMinute > 0 { text += ", \(inverter.failuresLastMinute) failed" }
        if inverter.busOffsLastMinute > 0 { text += ", \(inverter.busOffsLastMinute) BUS-OFF" }
        let isPoor = inverter.busOffsLastMinute > 0 || (inverter.qualityPercent ?? 100) < 95
        return "          " + (isPoor ? paint(text, .yellow) : text)
    }

    private func charge(_ bank: StatusDocument.Bank) -> [String] {
        guard let stage = bank.stage, let soc = bank.soc else { return [] }
        var text = "Charge    \(paint(stage.name, .bold))"
        if stage.name == "absorption" {
            text += " for \(time(stage.absorbedSeconds)), balanced for \(time(stage.balancedSeconds))"
        }
        text += stage.sinceFullSeconds.map { "   \(time($0)) since full" } ?? "   not full yet"
        if stage.isFullChargeDue { text += ", overdue" }
        let bound = soc.bound == "source" ? "" : ", " + soc.bound.split(separator: "_").joined(separator: " ")
        return [text + "   SOC from \(soc.source)\(bound)"]
    }

    private func order(_ order: StatusDocument.Order) -> String {
        "Order     " + paint(order.words, .yellow)
            + (order.remainingSeconds.map { "   \(time($0)) left" } ?? "")
    }

    private func time(_ seconds: Int64) -> String { Wording.time(.seconds(seconds)) }

    private func alarmLines(_ status: StatusDocument) -> [String] {
        let shown = status.packs.flatMap { pack in pack.alarms.map { ("pack \(pack.name)", $0) } }
        let own = status.bank.alarms.filter { alarm in !shown.contains { $0.1 == alarm } }.map {
            ("bank", $0)
        }
        return (own + shown).map { place, alarm in
            let color: TerminalText.Paint =
                alarm.level == "protection" ? .red : alarm.level == "warning" ? .yellow : .dim
            return "Alarm     " + paint("\(alarm.level): \(alarm.words) (\(place))", color)
        }
    }

    /// Warnings in full; what only people who set something up need is counted.
    private func contradictions(_ packs: [StatusDocument.Pack]) -> [String] {
        let found = packs.flatMap(\.contradictions)
        let warnings = found.filter { $0.level != "info" }
        let notes = found.count - warnings.count
        let lines = warnings.map { "Settings  " + paint("\($0.words); \($0.remedy)", .yellow) }
        guard notes > 0 else { return lines }
        let more = "\(notes) \(notes == 1 ? "note" : "notes") on what the BMS are set to: 'busbar settings'"
        return lines + ["Settings  " + paint(more, .dim)]
    }

    private func findings(_ found: [StatusDocument.LinkFinding]) -> [String] {
        found.flatMap { found -> [String] in
            let finding = found.finding
            let color: TerminalText.Paint =
                finding.severity == "fault" ? .red : finding.severity == "warning" ? .yellow : .dim
            let title = paint("\(finding.severity) on \(found.link): \(finding.title)", color)
            let fix = finding.causes.first.map { paint("          perhaps \($0.text): \($0.fix)", .dim) }
            return ["Finding   " + title] + (fix.map { [$0] } ?? [])
        }
    }

    private func events(_ events: [StatusDocument.Event]) -> [String] {
        events.suffix(eventCount).reversed().map {
            paint(pad("\(Int($0.secondsAgo)) s ago", 11), .dim) + $0.text
        }
    }
}

// MARK: - Text

extension StatusView {
    private var text: TerminalText { TerminalText(usesColor: usesColor, columns: columns) }

    func paint(_ text: String, _ color: TerminalText.Paint) -> String { self.text.paint(text, color) }

    private func number(_ value: StatusDocument.Value, places: Int) -> String {
        fixed(value.value, places) + (value.unit.map { " \($0)" } ?? "")
    }

    private func fixed(_ value: Double, _ places: Int) -> String { TerminalText.fixed(value, places) }

    func pad(_ text: String, _ width: Int) -> String { TerminalText.pad(text, width) }

    private func cut(_ line: String) -> String { text.cut(line) }
}
