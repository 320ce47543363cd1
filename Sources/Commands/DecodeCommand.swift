import Reporting

/// `busbar decode FILE`.
struct DecodeCommand: Command {
    static let name = "decode"
    static let summary = "Show what recorded or live CAN frames say, or answers of a BMS"
    static let about = """
        Reads frames as candump writes them, on the screen or with -l or -L, or a recording of any other kind that \
        'busbar convert' reads, packed by gzip or not, and writes one line for each: time, interface, identifier, \
        name, and what its signals say. Frames that are none of the protocol's are shown as 'unknown' with their \
        bytes. It goes on as long as frames come.

        Alarms that do not stand and constant bits are left out unless --all is given; JSON has everything. Lines \
        that cannot be read are counted, and told at the end. The exit code is 1 if there was no frame.

        With --driver it reads what packs have answered on a serial line: in each line the bytes of one answer or \
        more, in hexadecimal digits, or as the characters of a protocol that begins with '~'. Questions of a host may \
        stand between them. Every field that an answer carries is shown with its unit, and what is wrong with one \
        that cannot be read: its checksum, its length, or the field that is out of range. Lines that begin with # are \
        passed over. The exit code is 1 if no answer was understood.
        """
    static let examples = [
        Example("See what goes over a bus", "candump -L can0 | busbar decode -"),
        Example(
            "Find every charge limit in a recording", "busbar decode --json can.log | grep charge_current"),
        Example(
            "Read one answer of a JBD",
            "busbar decode --driver jbd --bytes 'DD 04 00 08 0F 45 0F 3D 0F 37 0F 3D FE C6 77'"),
    ]

    private enum Work {
        case frames(FrameDecoding, file: String)
        case answers(AnswerDecoding, file: String?, [String])
    }

    private let work: Work

    init(_ arguments: inout Arguments) throws(UsageError) {
        let profile = try arguments.option(
            "--profile", of: ProfileName.self, "the protocol spoken on CAN; pylontech-lv-can if left out")
        let dialect = try arguments.option(
            "--dialect", of: String.self, as: "NAME",
            "the dialect spoken; without it the signals of all dialects are read")
        let showsAll = try arguments.flag("--all", "write alarms that do not stand and constant bits as well")
        let driver = try arguments.option(
            "--driver", of: DriverName.self, "the protocol of packs on a serial line")
        let question = try arguments.option(
            "--question", of: String.self, as: "NAME",
            "what was asked, where an answer does not say it; the names are in 'busbar drivers ID'")
        let bytes = try arguments.options(
            "--bytes", of: String.self, "with --driver, the bytes of an answer instead of FILE")
        let isJSON = try arguments.flag("--json", "write one JSON object for each frame or answer")
        let file = try arguments.optionalPositional(
            "FILE", of: String.self, "a recording, or - for the standard input")
        try arguments.finish()
        guard let driver else {
            try Self.refuse(
                [("--question", question != nil), ("--bytes", !bytes.isEmpty)], "is about answers of packs",
                "add --driver ID")
            guard arguments.isDescribing || file != nil else { throw Self.fileMissing }
            let profile = profile ?? .usual
            try profile.requireFrames(for: "a recording of a CAN bus")
            let number = try dialect.map { name throws(UsageError) in try profile.dialect(name) }
            work = .frames(
                FrameDecoding(
                    profile: profile.profile, dialect: number, showsAll: showsAll, isJSON: isJSON),
                file: file ?? "-")
            return
        }
        try Self.refuse(
            [("--profile", profile != nil), ("--dialect", dialect != nil), ("--all", showsAll)],
            "is about CAN frames", "leave it or --driver out")
        guard file == nil || bytes.isEmpty else {
            throw UsageError("FILE and --bytes are given", "leave one of them out")
        }
        guard file != nil || !bytes.isEmpty else { throw Self.fileMissing }
        let number = try question.map { name throws(UsageError) in try driver.question(name) }
        work = .answers(
            AnswerDecoding(driver: driver.driver, question: number, isJSON: isJSON), file: file, bytes)
    }

    private static let fileMissing = UsageError(
        "FILE is missing", "FILE is a recording, or - for the standard input")

    private static func refuse(
        _ options: [(name: String, isThere: Bool)], _ why: String, _ remedy: String
    ) throws(UsageError) {
        guard let option = options.first(where: \.isThere) else { return }
        throw UsageError("\(option.name) \(why)", remedy)
    }

    func run(_ console: Console) throws(CommandFailure) -> ExitCode {
        switch work {
        case .frames(let decoding, let file): try decoding.run(file, console)
        case .answers(let decoding, let file?, _): try decoding.run(file: file, console)
        case .answers(let decoding, nil, let lines): decoding.run(lines: lines, console)
        }
    }
}
