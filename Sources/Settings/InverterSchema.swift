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

/// Reads the sections `inverter` and `gateway`.
enum InverterSchema {
    static func readInverter(_ root: inout MappingReader) -> InverterDraft? {
        root.require(
            "inverter", "the gateway must know whom it speaks to", "add 'inverter:' with link and profile")
        guard let node = root.node("inverter"),
            var reader = MappingReader(node, title: "inverter", problems: root.problems)
        else { return nil }
        var draft = InverterDraft(mark: node.mark)
        draft.link = reader.text("link", "", "", read: { $0 })
        draft.profile = reader.text("profile", "", "", read: { $0 })
        draft.dialect = reader.text("dialect", "", "", read: { $0 })
        draft.padding = reader.flag("padding")?.value
        draft.period = reader.quantity("period", .time, in: 100...10_000)
        draft.keepAlive = readKeepAlive(&reader)
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
