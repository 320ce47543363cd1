import BatteryModel
import InverterProfiles
import Reporting

/// `busbar profiles [ID]`.
struct ProfilesCommand: Command {
    static let name = "profiles"
    static let summary = "List the inverter profiles, or show everything about one"
    static let about = """
        Lists the protocols that inverters are spoken to in. With ID it shows the whole sheet of one: the inverters that \
        take it, frames, signals, bits, scales and ranges, timing, how it says stop, what inverters do when the battery \
        falls silent, which alarms they cannot be told, and where all this is known from. The sheet is made from the \
        table that encodes and decodes the frames.

        A profile is 'experimental' until frames of real devices have proven it.
        """
    static let examples = [
        Example("Show the frames of Pylontech low voltage", "busbar profiles pylontech-lv-can"),
        Example(
            "Write the page of the documentation", "busbar profiles --markdown sma-lv-can > sma-lv-can.md"),
    ]

    private enum Form {
        case text
        case json
        case markdown
    }

    private let form: Form
    private let profile: ProfileName?

    init(_ arguments: inout Arguments) throws(UsageError) {
        let isJSON = try arguments.flag("--json", "write JSON")
        let isMarkdown = try arguments.flag("--markdown", "write Markdown, as in docs/profiles")
        profile = try arguments.optionalPositional("ID", of: ProfileName.self, "the profile to show")
        try arguments.finish()
        guard !isJSON || !isMarkdown else {
            throw UsageError("--json and --markdown are both given", "write one of them")
        }
        form = isJSON ? .json : isMarkdown ? .markdown : .text
    }

    func run(_ console: Console) throws(CommandFailure) -> ExitCode {
        if let profile { show(profile.profile, console) } else { list(console) }
        return .success
    }

    private func show(_ profile: InverterProfile, _ console: Console) {
        let sheet = ProfileDescription(profile)
        switch form {
        case .text: for line in sheet.lines(width: console.width) { console.line(line) }
        case .json: console.line(sheet.json.text)
        case .markdown: console.write(ProfilePage.markdown(for: profile))
        }
    }

    private func list(_ console: Console) {
        let all = ProfileName.all.map(ProfileDescription.init)
        switch form {
        case .text:
            let rows = all.map {
                [
                    $0.id, $0.name, TextLayout.beginning(of: $0.inverters, width: Self.invertersWidth),
                    $0.link,
                    $0.dialects.joined(separator: ", "), $0.status,
                ]
            }
            let header = ["id", "name", "inverters", "link", "dialects", "status"]
            for line in TextLayout.table(header, rows) { console.line(line) }
        case .json: console.line(JSON.array(all.map { .object($0.headJSON) }).text)
        case .markdown: console.write(ProfilePage.index(of: ProfileName.all))
        }
    }

    /// The width of the column in which the list of inverters begins; the sheet has all of it.
    private static let invertersWidth = 44
}

extension ProfileDescription {
    fileprivate var headJSON: [(name: String, value: JSON)] {
        [
            ("id", .string(id)), ("name", .string(name)), ("inverters", .string(inverters)),
            ("link", .string(link)),
            ("dialects", .strings(dialects)), ("status", .string(status)), ("evidence", .string(evidence)),
        ]
    }

    fileprivate var json: JSON {
        .object(
            headJSON + [
                ("period_ms", .number(periodMilliseconds)), ("keep_alive", .string(keepAlive)),
                ("stop", .string(stop)), ("silence", .string(silence)),
                (
                    "not_told",
                    .object([
                        ("protection", .strings(Wording.alarmNames(hiddenProtections))),
                        ("warning", .strings(Wording.alarmNames(hiddenWarnings))),
                    ])
                ),
                ("frames", .array(frames.map(\.json))),
            ])
    }
}

extension ProfileDescription.Frame {
    fileprivate var json: JSON {
        .object([
            ("identifier", .string(identifier)), ("name", .string(name)),
            ("from", .string(isToInverter ? "battery" : "inverter")), ("required", .bool(isRequired)),
            ("every_ms", everyMilliseconds.map { .number($0) } ?? .null),
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
            ("signed", .bool(isSigned)), ("float", .bool(isFloat)),
            ("step", step.contains("/") ? .string(step) : .number(step)),
            ("offset", .number(offset)),
            ("unit", .string(unit)), ("minimum", minimum.map { .number($0) } ?? .null),
            ("maximum", maximum.map { .number($0) } ?? .null), ("not_available", .string(notAvailable)),
            ("dialects", .array(dialects.map { .number($0) })), ("carries", .string(meaning)),
        ])
    }
}
