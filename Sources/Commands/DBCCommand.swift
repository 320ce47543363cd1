import InverterProfiles
import Reporting

/// `busbar dbc ID`.
struct DBCCommand: Command {
    static let name = "dbc"
    static let summary = "Write the frames of an inverter profile as a DBC file"
    static let about = """
        Writes a DBC file, as SavvyCAN, cantools and most CAN programs read it. It is made from the same table that \
        encodes and decodes the frames.
        """
    static let examples = [
        Example(
            "Look at a recording with cantools",
            "busbar dbc pylontech-lv-can > pylontech.dbc; candump can0 | cantools decode pylontech.dbc")
    ]

    private let profile: ProfileName
    private let options: ProfileOptions

    init(_ arguments: inout Arguments) throws(UsageError) {
        let name = try arguments.option(
            "--dialect", of: String.self, as: "NAME", "the dialect; the first one if left out")
        let isShort = try arguments.flag("--unpadded", "write the lengths of frames that are not filled up")
        profile = try arguments.positional("ID", of: ProfileName.self, "a profile, see 'busbar profiles'")
        try arguments.finish()
        try profile.requireFrames(for: "a DBC file")
        let dialect = try name.map { [profile] name throws(UsageError) in try profile.dialect(name) }
        options = ProfileOptions(dialect: dialect ?? 0, padsToEight: !isShort)
    }

    func run(_ console: Console) throws(CommandFailure) -> ExitCode {
        console.write(DBC.text(for: profile.profile, options: options))
        return .success
    }
}
