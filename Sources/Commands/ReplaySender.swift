import BatteryModel
import BusCodec
import Glibc
import LinuxIO
import Recordings

/// Sends a recording on a link, at its times.
struct ReplaySender {
    /// One direction of a recording.
    enum Choice: String, CaseIterable, ArgumentValue {
        case received
        case sent

        var direction: RecordedItem.Direction { self == .sent ? .sent : .received }
    }

    /// What is to be sent, where and how.
    struct Plan {
        var target: BusArgument
        var speed = SpeedArgument.placeholder
        var link: String?
        var only: Choice?
        var isLoop = false
        var isSure = false

        init(target: BusArgument) { self.target = target }
    }

    private let plan: Plan
    private let files: [String]

    init(_ plan: Plan, _ files: [String]) {
        self.plan = plan
        self.files = files
    }

    /// What was sent, counted.
    private struct Tally {
        var sent = 0
        var rounds = 0
        /// Things that came before something that stands further up.
        var backwards = 0
        /// Places where the times jump.
        var jumps = 0
    }

    func run(isJSON: Bool, _ console: Console) throws(CommandFailure) -> ExitCode {
        guard plan.isSure || plan.target.address.isHarmless else {
            throw CommandFailure(
                "nothing was sent",
                "\(plan.target.address) may be real, and an inverter there obeys what it hears",
                "disconnect what must not obey, and add --yes")
        }
        let name = try chosenLink(console)
        var tally = Tally()
        let player = try ReplayPlayer(plan.target.address, speed: plan.speed.factor, console)
        defer { player.close() }
        try player.open()
        repeat {
            guard try play(name, player, &tally) else { break }
            tally.rounds += 1
        } while plan.isLoop
        try player.drain()
        console.progress("")
        tell(tally, player.counters, isJSON, console)
        return .success
    }

    /// The link of the recording whose traffic goes to the target.
    private func chosenLink(_ console: Console) throws(CommandFailure) -> String {
        guard !files.contains("-") else {
            throw CommandFailure(
                "the standard input cannot be played", "a recording is looked through first",
                "write it to a file")
        }
        var items = RecordingItems(files, console)
        var names: [String] = []
        while let found = try items.read() {
            for item in found where fits(item) && !names.contains(item.link) { names.append(item.link) }
        }
        for problem in items.problems + items.jumps { console.complain("busbar replay: \(problem)") }
        let what = plan.target.address.carriesFrames ? "frames" : "bytes of a serial line"
        let list = names.map(UsageError.quoted).joined(separator: ", ")
        if let name = plan.link {
            if names.contains(name) { return name }
            throw CommandFailure(
                "there is nothing to send", "the recording has no \(what) of \(UsageError.quoted(name))",
                names.isEmpty
                    ? "choose another recording, or another kind of link" : "it has those of \(list)")
        }
        guard let name = names.first else {
            throw CommandFailure(
                "there is nothing to send", "the recording has no \(what)",
                "choose another recording, or another kind of link")
        }
        if names.count == 1 { return name }
        throw CommandFailure(
            "it is not clear what to send", "the recording has \(what) of \(list)", "choose one with --link")
    }

    /// Whether the target can carry something.
    private func fits(_ item: RecordedItem) -> Bool {
        switch item.content {
        case .frame(let frame): plan.target.address.carriesFrames && frame.kind != .error
        case .bytes(let bytes): !plan.target.address.carriesFrames && !bytes.isEmpty
        case .note: false
        }
    }

    /// Plays everything once; returns false if somebody wants it to end.
    private func play(
        _ name: String, _ player: ReplayPlayer, _ tally: inout Tally
    ) throws(CommandFailure) -> Bool {
        var items = RecordingItems(files, player.console)
        player.beginRound()
        var times = RecordedTime()
        var latest = Int64.min
        defer { tally.jumps += times.jumps }
        while let found = try items.read() {
            for item in found where item.link == name && fits(item) {
                if let only = plan.only, item.direction != only.direction { continue }
                let time = item.nanoseconds.map { times.take($0, place: 0) }
                if let time {
                    if time < latest { tally.backwards += 1 }
                    latest = max(latest, time)
                }
                guard try player.wait(for: time) else { return false }
                player.send(item.content)
                tally.sent += 1
                player.console.progress("\(tally.sent) sent to \(plan.target.address)")
            }
        }
        return true
    }

    private func tell(_ tally: Tally, _ counters: LinkCounters, _ isJSON: Bool, _ console: Console) {
        if isJSON {
            console.line(
                JSON.object([
                    ("sent", .number(tally.sent)), ("dropped", .number(counters.dropped)),
                    ("rounds", .number(tally.rounds)), ("backwards", .number(tally.backwards)),
                    ("jumps", .number(tally.jumps)),
                ]).text)
            return
        }
        let what = plan.target.address.carriesFrames ? "frames" : "pieces"
        console.line("\(tally.sent) \(what) sent to \(plan.target.address)")
        if counters.dropped > 0 { console.line("\(counters.dropped) of them did not get there") }
        if tally.backwards > 0 {
            console.line("\(tally.backwards) stood behind something later; they were sent at once")
        }
        if tally.jumps > 0 {
            let places = tally.jumps == 1 ? "1 place" : "\(tally.jumps) places"
            console.line("the times jump at \(places); nothing was waited for there")
        }
    }
}

extension LinkAddress {
    /// Whether nobody but programs can be behind it: a pseudo-terminal, a virtual CAN interface.
    fileprivate var isHarmless: Bool {
        switch self {
        case .serial(let path, _):
            guard let real = realpath(path, nil) else { return false }
            defer { free(real) }
            return String(cString: real).hasPrefix("/dev/pts/")
        case .socketCAN(let interface): return interface.hasPrefix("vcan")
        case .slcan(let under, _): return under.isHarmless
        case .tcp, .tcpListener: return false
        case .descriptor: return true
        }
    }
}
