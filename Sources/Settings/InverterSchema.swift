import BatteryModel
import YAMLFile

/// The inverter as it was written.
struct InverterDraft {
    var mark: SourceMark
    var link: Located<String>?
    var profile: Located<String>?
    var dialect: Located<String>?
    var padding: Bool?
    var period: Located<Int64>?
    var keepAlive = KeepAliveEntry.profile
    var address: Located<Int>?
    var weight: Located<Int>?
    var readsOnly: Located<Bool>?
}

/// The gateway's own settings as they were written.
struct GatewayDraft {
    var poll: Located<Int64>?
    var socket: String?
    /// Where to remember and where to record; `nil` inside where it is written that nothing shall be kept.
    var state: String??
    var journal: String??
    var stall: Located<Int64>?
}

/// Reads the sections `inverter`, `inverters` and `gateway`.
enum InverterSchema {
    /// One inverter in `inverter`, or several in the list `inverters`.
    static func readInverters(_ root: inout MappingReader) -> [InverterDraft] {
        guard root.has("inverters") else {
            root.require(
                "inverter", "the gateway must know whom it speaks to",
                "add 'inverter:' with link and profile")
            guard let node = root.node("inverter") else { return [] }
            return read(node, title: "inverter", root.problems).map { [$0] } ?? []
        }
        if root.has("inverter") {
            root.refuse(
                "inverter", "'inverters' lists them already", "write all of them in 'inverters', or one here")
            _ = root.node("inverter")
        }
        guard let items = root.list("inverters") else { return [] }
        if items.isEmpty {
            root.refuse("inverters", "the list is empty", "add one '- ' item per inverter")
        }
        if items.count > BusbarSettings.maximumInverters {
            root.problems.add(
                items[BusbarSettings.maximumInverters].mark, "\(items.count) inverters",
                "one gateway speaks to at most \(BusbarSettings.maximumInverters)", "remove the others")
        }
        return items.prefix(BusbarSettings.maximumInverters).enumerated().compactMap { index, item in
            read(item, title: "inverter \(index + 1)", root.problems)
        }
    }

    private static func read(
        _ node: Node, title: String, _ problems: ProblemCollector
    ) -> InverterDraft? {
        guard var reader = MappingReader(node, title: title, problems: problems) else { return nil }
        var draft = InverterDraft(mark: node.mark)
        draft.link = reader.text("link", "", "", read: { $0 })
        draft.profile = reader.text("profile", "", "", read: { $0 })
        draft.dialect = reader.text("dialect", "", "", read: { $0 })
        draft.padding = reader.flag("padding")?.value
        draft.period = reader.quantity("period", .time, in: 100...10_000)
        draft.keepAlive = readKeepAlive(&reader)
        draft.address = reader.count("address", in: 0...247)
        draft.weight = reader.count("weight", in: 1...1_000)
        draft.readsOnly = reader.flag("reads_only")
        reader.require("link", "the inverter must be reached somehow", "add the name of a link")
        reader.require(
            "profile", "every inverter has a language of its own",
            "add the profile, for example 'profile: pylontech-lv-can'")
        reader.finish()
        return draft
    }

    /// The word for an inverter that never says that it is there.
    static let noKeepAlive = "none"

    private static func readKeepAlive(_ reader: inout MappingReader) -> KeepAliveEntry {
        guard let scalar = reader.scalar("keep_alive") else { return .profile }
        if scalar.text == noKeepAlive { return .ignored }
        guard scalar.text.first?.isNumber == true else {
            reader.problems.add(
                scalar.mark, "'keep_alive' is \(scalar.shown)",
                "it is a time, or '\(noKeepAlive)' for an inverter that never says anything",
                "write for example '10 s'")
            return .profile
        }
        let time = reader.problems.quantity(scalar, named: "'keep_alive'", .time, in: 2_000...600_000)
        return time.map { .within(.milliseconds($0.value)) } ?? .profile
    }

    static func readGateway(_ root: inout MappingReader) -> GatewayDraft {
        var draft = GatewayDraft()
        guard let node = root.node("gateway"),
            var reader = MappingReader(node, title: "gateway", problems: root.problems)
        else { return draft }
        draft.poll = reader.quantity("poll", .time, in: 100...10_000)
        draft.stall = reader.quantity("stall", .time, in: 500...10_000)
        draft.socket =
            reader.text(
                "socket", "it is the path of a Unix socket, at most \(Names.maximumSocketPath) bytes long",
                "write a path that begins with '/'", read: Names.socketPath)?.value
        draft.state =
            reader.text(
                "state", "it is the path of a file", "write a path that begins with '/', or none",
                read: Names.pathOrNowhere)?.value
        draft.journal =
            reader.text(
                "journal", "it is the path of a folder",
                "write a path that begins with '/' and does not end with it, or none",
                read: Names.pathOrNowhere)?.value
        reader.finish()
        return draft
    }
}
