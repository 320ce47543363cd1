import Reporting

/// `busbar profiles [ID]`.
struct ProfilesCommand: Command {
    static let name = "profiles"
    static let summary = "List the inverter profiles, or show everything about one"
    static let about = """
        Lists the protocols that inverters are spoken to in. With ID it shows the whole sheet of one: frames, signals, \
        bits and scales, timing, how it says stop, what inverters do when the battery falls silent, and where all \
        this is known from. The sheet is made from the table that encodes and decodes the frames.
        """
    static let examples = [
        Example("Show the frames of Pylontech low voltage", "busbar profiles pylontech-lv-can")
    ]

    private let isJSON: Bool
    private let profile: ProfileName?

    init(_ arguments: inout Arguments) throws(UsageError) {
        isJSON = try arguments.flag("--json", "write JSON")
        profile = try arguments.optionalPositional("ID", of: ProfileName.self, "the profile to show")
        try arguments.finish()
    }

    func run(_ console: Console) throws(CommandFailure) -> ExitCode {
        if let profile {
            let sheet = ProfileDescription(profile.profile)
            let lines = isJSON ? [sheet.json.text] : sheet.lines(width: console.width)
            for line in lines { console.line(line) }
            return .success
        }
        let all = ProfileName.all.map(ProfileDescription.init)
        if isJSON {
            console.line(JSON.array(all.map { .object($0.headJSON) }).text)
        } else {
            let rows = all.map {
                [$0.id, $0.name, $0.link, $0.dialects.joined(separator: ", "), $0.evidence]
            }
            let table = TextLayout.table(["id", "name", "link", "dialects", "evidence"], rows)
            for line in table { console.line(line) }
        }
        return .success
    }
}

extension ProfileDescription {
    fileprivate var headJSON: [(name: String, value: JSON)] {
        [
            ("id", .string(id)), ("name", .string(name)), ("link", .string(link)),
            ("dialects", .strings(dialects)), ("evidence", .string(evidence)),
        ]
    }

    fileprivate var json: JSON {
        .object(
            headJSON + [
                ("period_ms", .number(periodMilliseconds)), ("keep_alive", .string(keepAlive)),
                ("stop", .string(stop)), ("silence", .string(silence)),
                ("frames", .array(frames.map(\.json))),
            ])
    }
}

extension ProfileDescription.Frame {
    fileprivate var json: JSON {
        .object([
            ("identifier", .string(identifier)), ("name", .string(name)),
            ("from", .string(isToInverter ? "battery" : "inverter")), ("required", .bool(isRequired)),
            ("lengths", .array(lengths.map { .number($0) })), ("sent_in", .strings(dialects)),
            ("source", .string(source)), ("signals", .array(signals.map(\.json))),
        ])
    }
}

extension SignalSheet {
    /// The row as a JSON object.
    var json: JSON {
        .object([
            ("name", .string(name)), ("byte", .number(byte)), ("bit", bit.map { .number($0) } ?? .null),
            ("bits", .number(bits)), ("count", .number(count)),
            ("order", .string(order.isEmpty ? nil : order)),
            ("signed", .bool(isSigned)), ("step", step.contains("/") ? .string(step) : .number(step)),
            ("offset", .number(offset)),
            ("unit", .string(unit)), ("minimum", minimum.map { .number($0) } ?? .null),
            ("maximum", maximum.map { .number($0) } ?? .null), ("not_available", .string(notAvailable)),
            ("dialects", .array(dialects.map { .number($0) })), ("carries", .string(meaning)),
        ])
    }
}
