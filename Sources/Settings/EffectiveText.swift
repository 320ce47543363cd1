import BatteryModel
import ChargeControl
import YAMLFile

extension BusbarSettings {
    /// The settings as a file that says everything: what was written, and the default of everything else.
    ///
    /// Reading it again gives the same settings. No key holds a secret yet; one that does is to be printed as
    /// `(not shown)`.
    public var effectiveText: String {
        var text = EffectiveText()
        text.line(0, "links:")
        for link in links { text.add(link) }
        text.line(0, "packs:")
        for pack in packs { text.add(pack) }
        let listeners = Set(links.filter { $0.transport.kind == .server }.map(\.name))
        text.add(inverters, listeners: listeners)
        if let shunt {
            text.line(0, "shunt:")
            text.line(1, "link", EffectiveText.scalar(shunt.linkName))
            text.line(1, "driver", EffectiveText.scalar(shunt.driver))
        }
        text.add(control)
        text.line(0, "gateway:")
        text.line(1, "poll", Quantity.time.text(pollInterval.milliseconds))
        text.line(1, "stall", Quantity.time.text(stallLimit.milliseconds))
        text.line(1, "socket", EffectiveText.scalar(socketPath))
        text.line(1, "state", statePath.map(EffectiveText.scalar) ?? Names.nowhere)
        text.line(1, "journal", journalPath.map(EffectiveText.scalar) ?? Names.nowhere)
        return text.lines.joined(separator: "\n") + "\n"
    }
}

/// Writes settings as YAML.
private struct EffectiveText {
    var lines: [String] = []

    mutating func line(_ depth: Int, _ text: String) {
        lines.append(String(repeating: "  ", count: depth) + text)
    }

    mutating func line(_ depth: Int, _ key: String, _ value: String) {
        line(depth, "\(key): \(value)")
    }

    /// A text as YAML reads it back, in quotes wherever a character might mean something.
    static func scalar(_ text: String) -> String {
        let isPlain =
            text.first.map { $0.isLetter || $0.isNumber || $0 == "/" } == true
            && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-./".contains($0)) }
        guard !isPlain else { return text }
        return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''")
            + "'"
    }

    mutating func add(_ link: LinkSettings) {
        line(1, "\(Self.scalar(link.name)):")
        switch link.transport {
        case .serial(let port):
            line(2, "serial", Self.scalar(port.path))
            line(2, "baud", "\(port.baud)")
            line(2, "format", "\(port.format)")
        case .tcp(let endpoint): line(2, "tcp", Self.scalar("\(endpoint)"))
        case .listener(let endpoint): line(2, "tcp_listen", Self.scalar("\(endpoint)"))
        case .socketCAN(let interface, let rate):
            line(2, "socketcan", Self.scalar(interface))
            line(2, "bitrate", Quantity.bitRate.text(Int64(rate)))
        case .slcan(let port, let rate):
            line(2, "slcan", Self.scalar(port.path))
            line(2, "baud", "\(port.baud)")
            line(2, "bitrate", Quantity.bitRate.text(Int64(rate)))
        case .slcanTCP(let endpoint, let rate):
            line(2, "slcan_tcp", Self.scalar("\(endpoint)"))
            line(2, "bitrate", Quantity.bitRate.text(Int64(rate)))
        }
    }

    mutating func add(_ pack: PackEntry) {
        line(1, "- name: \(Self.scalar(pack.name))")
        line(2, "link", Self.scalar(pack.linkName))
        line(2, "driver", Self.scalar(pack.driver))
        if let dialect = pack.dialect { line(2, "dialect", Self.scalar(dialect)) }
        if let address = pack.address { line(2, "address", "\(address)") }
        line(2, "listen", "\(pack.listen)")
        line(2, "read", pack.readMode.rawValue)
        line(2, "cells", "\(pack.control.cells)")
        line(2, "capacity", Quantity.capacity.text(Int64(pack.control.capacityMilliampHours)))
        line(2, "charge_current", Quantity.current.text(Int64(pack.control.chargeMilliamps)))
        line(2, "discharge_current", Quantity.current.text(Int64(pack.control.dischargeMilliamps)))
        if let share = pack.control.sharePermille { line(2, "share", Quantity.part.text(Int64(share))) }
        line(2, "settings_writable", "\(pack.settingsWritable)")
        let without = PackSchema.sources.filter { pack.control.without.contains($0.value) }.map(\.word)
        line(2, "without", "[\(without.joined(separator: ", "))]")
    }

    mutating func add(_ inverters: [InverterEntry], listeners: Set<String>) {
        guard inverters.count > 1 else {
            line(0, "inverter:")
            for inverter in inverters { add(inverter, 1, isCalled: listeners.contains(inverter.linkName)) }
            return
        }
        line(0, "inverters:")
        for inverter in inverters {
            line(1, "- link: \(Self.scalar(inverter.linkName))")
            add(inverter, 2, isCalled: listeners.contains(inverter.linkName))
        }
    }

    private mutating func add(_ inverter: InverterEntry, _ depth: Int, isCalled: Bool) {
        if depth == 1 { line(1, "link", Self.scalar(inverter.linkName)) }
        line(depth, "profile", Self.scalar(inverter.profile))
        if let dialect = inverter.dialect { line(depth, "dialect", Self.scalar(dialect)) }
        line(depth, "padding", "\(inverter.padsFrames)")
        if let period = inverter.period { line(depth, "period", Quantity.time.text(period.milliseconds)) }
        switch inverter.keepAlive {
        case .profile: break
        case .within(let time): line(depth, "keep_alive", Quantity.time.text(time.milliseconds))
        case .ignored: line(depth, "keep_alive", InverterSchema.noKeepAlive)
        }
        if let address = inverter.address { line(depth, "address", "\(address)") }
        if isCalled { line(depth, "reads_only", "\(inverter.weight == 0)") }
        if inverter.weight > 1 { line(depth, "weight", "\(inverter.weight)") }
    }

    mutating func add(_ control: ControlSettings) {
        line(0, "limits:")
        for (word, value) in LimitsSchema.chemistries where value == control.chemistry {
            line(1, "chemistry", word)
        }
        let numbers = LimitRows.currents + LimitRows.voltages(of: control.chemistry) + LimitRows.others
        for row in numbers { line(1, row.key, row.quantity.text(Int64(control[keyPath: row.path]))) }
        for row in LimitRows.curves {
            guard let curve = control[row] else { continue }
            let points = (0..<curve.count).map { index in
                let point = curve[index]
                return
                    "\(row.quantity.text(Int64(point.input))): \(Quantity.part.text(Int64(point.permille)))"
            }
            line(1, row.key, "{\(points.joined(separator: ", "))}")
        }
        for row in LimitRows.times { add(1, row, control) }
        if let count = control.startWithPacks { line(1, "start_with", "\(count)") }
        for (word, value) in LimitsSchema.alarmPolicies where value == control.alarmPolicy {
            line(1, "alarm_policy", word)
        }
        for section in LimitRows.sections { add(section, control) }
    }

    private mutating func add(_ section: LimitRows.Section, _ control: ControlSettings) {
        line(1, "\(section.key):")
        for row in section.words { line(2, row.key, row.words[row.get(control)]) }
        for row in section.voltages(control.chemistry) + section.numbers {
            line(2, row.key, row.quantity.text(Int64(control[keyPath: row.path])))
        }
        for row in section.times { add(2, row, control) }
        for row in section.flags { line(2, row.key, "\(control[keyPath: row.path])") }
        guard section.hasWishes else { return }
        if let target = control.stages.socTargetPermille {
            line(2, LimitRows.target.key, Quantity.part.text(Int64(target)))
        }
        if let wish = control.stages.chargeBy {
            let minute = wish.minuteOfDay % 60
            let time = "\(wish.minuteOfDay / 60):\(minute < 10 ? "0" : "")\(minute)"
            line(
                2, LimitRows.chargeByKey,
                "{soc: \(Quantity.part.text(Int64(wish.socPermille))), time: '\(time)'}")
        }
    }

    private mutating func add(_ depth: Int, _ row: LimitRows.Time, _ control: ControlSettings) {
        line(depth, row.key, row.quantity.text(control[keyPath: row.path].milliseconds))
    }
}
