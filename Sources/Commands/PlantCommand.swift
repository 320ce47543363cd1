import BatteryModel
import Glibc
import LinuxIO
import Settings
import Simulators
import YAMLFile

/// `busbar simulate plant`: a scenario on a virtual clock.
struct PlantCommand {
    private let scenario: String
    private let seed: Int?
    private let days: Int?
    private let isJSON: Bool
    private let traceFile: String?
    private let isQuiet: Bool

    /// The options of a plant, asked for with those of its siblings.
    struct Options {
        var scenario: String?
        var seed: Int?
        var days: Int?
        var traceFile: String?
        var isQuiet: Bool

        init(_ arguments: inout Arguments) throws(UsageError) {
            scenario = try arguments.option(
                "--scenario", of: String.self, as: "FILE",
                "the plant to play: a file, or the name of one in examples/plant")
            seed = try arguments.option(
                "--seed", of: Int.self, "let chance decide otherwise in plant and samples")
            days = try arguments.option("--days", of: Int.self, "play the plant for so many days")
            traceFile = try arguments.option(
                "--trace", of: String.self, as: "FILE",
                "write the course of the plant, a line a minute, as comma-separated values")
            isQuiet = try arguments.flag("--quiet", "of the plant, show only what fails")
        }
    }

    /// Takes what was asked for.
    init(_ options: Options, isJSON: Bool) throws(UsageError) {
        guard let scenario = options.scenario else {
            throw UsageError("--scenario is missing", "add --scenario FILE: the plant to play")
        }
        if let seed = options.seed, seed < 0 { throw UsageError("--seed is \(seed)", "it must be 0 or more") }
        if let days = options.days, !(1...366).contains(days) {
            throw UsageError("--days is \(days)", "it must be 1 to 366")
        }
        self.scenario = scenario
        seed = options.seed
        days = options.days
        traceFile = options.traceFile
        isQuiet = options.isQuiet
        self.isJSON = isJSON
    }

    func run(_ console: Console) throws(CommandFailure) -> ExitCode {
        guard let scenario = try read(console) else { return .failure }
        let trace = try openTrace(scenario)
        defer { if let trace { fclose(trace) } }
        let shows = console.isTerminal && !isQuiet && !isJSON
        let began = MonotonicClock.now()
        let report = Plant.run(scenario) { plant in
            if let trace { fputs(PlantTrace.line(plant) + "\n", trace) }
            if shows, plant.elapsed.seconds % 21_600 == 0 { showProgress(plant, console) }
        }
        if shows { console.write("\r\u{1B}[K") }
        let text = PlantText(scenario: scenario, report: report)
        if isJSON {
            console.line(text.json.text)
        } else {
            for line in isQuiet ? text.failures : text.lines { console.line(line) }
        }
        if shows { console.line(speed(scenario, since: began)) }
        return text.holds ? .success : .failure
    }

    private func showProgress(_ plant: borrowing Plant, _ console: Console) {
        let day = plant.elapsed.seconds / 86_400 + 1
        let last = (plant.scenario.duration.seconds + 86_399) / 86_400
        console.write("\r\u{1B}[Kday \(min(day, last)) of \(last)")
        console.flush()
    }

    private func speed(_ scenario: PlantScenario, since began: Instant) -> String {
        let milliseconds = max((MonotonicClock.now() - began).milliseconds, 1)
        let factor = scenario.duration.milliseconds / milliseconds
        return
            "\nplayed in \(milliseconds) ms, with the perfect control beside it: \(factor) times as fast as time"
    }
}

// MARK: - Files

extension PlantCommand {
    /// The scenario with what the command line changes; `nil` if the file is wrong, which has been told.
    private func read(_ console: Console) throws(CommandFailure) -> PlantScenario? {
        let path = try path()
        do throws(SettingsProblems) {
            var scenario = try PlantScenario.read(
                bytes: try YAMLText.contents(of: path), file: path, limits: LimitsSection.read)
            if let seed { scenario.seed = UInt64(seed) }
            if let days { scenario.duration = .seconds(Int64(days) * 86_400) }
            return scenario
        } catch {
            console.complain(error.description)
            return nil
        }
    }

    /// The file that is meant: as it is written, or the name of one of the examples.
    private func path() throws(CommandFailure) -> String {
        if scenario.contains("/") || scenario.hasSuffix(".yaml") { return scenario }
        let folders = Self.folders
        for folder in folders {
            let path = "\(folder)/\(scenario).yaml"
            if access(path, F_OK) == 0 { return path }
        }
        let known = folders.lazy.map(Self.names).first { !$0.isEmpty } ?? []
        let nearest = UsageError.nearest(to: scenario, known).map { "did you mean '\($0)'?" }
        let list = known.isEmpty ? "write the path of a file" : "there are \(known.joined(separator: ", "))"
        throw CommandFailure(
            "there is no scenario \(UsageError.quoted(scenario))",
            "it is not among the examples in \(folders.joined(separator: " or "))", nearest ?? list)
    }

    /// Where the examples are: beside the one who asks, or where they were installed.
    private static var folders: [String] {
        var folders = ["examples/plant"]
        var name = [CChar](repeating: 0, count: 4_096)
        let count = readlink("/proc/self/exe", &name, name.count)
        guard count > 0 else { return folders }
        let bytes = name[..<count].map { UInt8(bitPattern: $0) }
        let program = String(decoding: bytes, as: UTF8.self).split(separator: "/")
        let goal = program.dropLast(2).joined(separator: "/")
        folders.append("/\(goal)/share/doc/busbar/examples/plant")
        return folders
    }

    private static func names(in folder: String) -> [String] {
        guard let directory = opendir(folder) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasSuffix(".yaml") { names.append(String(name.dropLast(5))) }
        }
        return names.sorted()
    }

    private func openTrace(_ scenario: PlantScenario) throws(CommandFailure) -> UnsafeMutablePointer<FILE>? {
        guard let traceFile else { return nil }
        guard let file = fopen(traceFile, "we") else {
            throw CommandFailure(
                "\(traceFile) cannot be written", String(cString: strerror(errno)),
                "check the path and the permissions")
        }
        fputs(PlantTrace.header(packs: scenario.packs.count) + "\n", file)
        return file
    }
}
