import Reporting

/// `busbar settings`.
struct SettingsCommand: Command {
    static let name = "settings"
    static let summary = "Show what the BMS are set to, beside the configuration"
    static let about = """
        Asks the running gateway what the BMS of each pack is set to: protections, current limits, capacity, address, \
        the protocols chosen for its ports. Beside it stands what the configuration says that it can be compared with, \
        and below it every contradiction with what to change. Settings are read once a minute, where the protocol of \
        the BMS can be asked for them.

        'busbar set' changes those that are marked writable. The gateway is found as 'busbar status' finds it.
        """
    static let examples = [
        Example("All packs", "busbar settings"),
        Example("One pack", "busbar settings A"),
        Example("The contradictions, for a script", "busbar settings --json | jq '.packs[].contradictions'"),
    ]

    private let socket: GatewaySocket
    private let isJSON: Bool
    private let pack: String?

    init(_ arguments: inout Arguments) throws(UsageError) {
        socket = try GatewaySocket(&arguments)
        isJSON = try arguments.flag("--json", "write one JSON object")
        pack = try arguments.optionalPositional("PACK", of: String.self, "the pack to show; all without it")
        try arguments.finish()
    }

    func run(_ console: Console) throws(CommandFailure) -> ExitCode {
        var document = try Self.document(at: try socket.path())
        if let pack {
            guard document.packs.contains(where: { $0.name == pack }) else {
                let known = document.packs.map(\.name).joined(separator: ", ")
                throw CommandFailure(
                    "there is no pack \(UsageError.quoted(pack))", "the gateway does not know it",
                    "there are \(known)")
            }
            document.packs.removeAll { $0.name != pack }
        }
        if isJSON {
            console.line(String(decoding: (try? document.json()) ?? [], as: UTF8.self))
        } else {
            for line in SettingsTable(columns: console.width).lines(document) { console.line(line) }
        }
        return .success
    }

    /// Asks the gateway.
    ///
    /// - Throws: If nobody answers, or nothing usable.
    static func document(at path: String) throws(CommandFailure) -> SettingsDocument {
        let answer = try GatewaySocket.ask(ControlServer.settingsRequest, at: path)
        guard let document = try? SettingsDocument(json: answer) else {
            throw CommandFailure(
                "the gateway at \(path) says nothing usable yet",
                UsageError.quoted(String(decoding: answer.prefix(200), as: UTF8.self)),
                "ask again in a second")
        }
        return document
    }
}
