import BatteryModel
package import ChargeControl
package import YAMLFile

extension PlantScenario {
    /// Reads the section `limits` below the root of a file.
    package typealias LimitsReader = (inout MappingReader) -> ControlSettings?

    /// Reads the bytes of a scenario file, whatever they are.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - file: Its name, as problems shall call it.
    ///   - limits: Reads the section `limits`.
    /// - Returns: The scenario, called by the file's name without folder and ending.
    /// - Throws: Every problem of the file at once.
    package static func read(
        bytes: [UInt8], file: String, limits: LimitsReader
    ) throws(SettingsProblems) -> PlantScenario {
        let problems = ProblemCollector(file: file)
        guard let tree = YAMLText.tree(of: bytes, problems: problems),
            var root = MappingReader(tree, title: "the file", problems: problems)
        else { throw problems.sorted() }
        let packs = PlantPackReader.read(&root)
        let control = limits(&root)
        var scenario = PlantScenario(
            name: name(of: file), packs: packs,
            control: control ?? ControlSettings(bankChargeMilliamps: 1, bankDischargeMilliamps: 1))
        scenario.readTimes(&root)
        scenario.readSurroundings(&root)
        scenario.events = PlantEventReader(scenario: scenario, problems: problems).read(&root)
        scenario.expectations = PlantExpectationReader.read(&root)
        root.finish()
        guard problems.isEmpty else { throw problems.sorted() }
        return scenario
    }

    /// Every word that an event of a file can be.
    package static var eventWords: [String] { PlantEventReader.knownWords }

    private static func name(of file: String) -> String {
        let last = file.split(separator: "/").last.map(String.init) ?? file
        return last.hasSuffix(".yaml") ? String(last.dropLast(5)) : last
    }

    private mutating func readTimes(_ root: inout MappingReader) {
        if let time = root.timeOfDay("start") { start = time }
        root.require(
            "duration", "a scenario has an end", "add the time to play, for example 'duration: 3 d'")
        if let time = root.quantity("duration", .span, in: 60_000...366 * 86_400_000) {
            duration = .milliseconds(time.value)
        }
        let steps: [(word: String, value: Int64)] = [("1 s", 1), ("2 s", 2), ("5 s", 5), ("10 s", 10)]
        if let chosen = root.choice("step", steps) { step = .seconds(chosen.value) }
        if let chosen = root.count("seed", in: 0...999_999_999) { seed = UInt64(chosen.value) }
    }

    private mutating func readSurroundings(_ root: inout MappingReader) {
        root.section("inverter") { inverter.read(&$0) }
        root.section("sun") { reader in
            reader.whole("peak", .power, 0...1_000_000, into: &sun.peakWatts)
            reader.whole("clouds", .part, 0...1_000, into: &sun.cloudPermille)
            if let time = reader.quantity("day", .span, in: 3_600_000...24 * 3_600_000) {
                sun.dayLength = .milliseconds(time.value)
            }
        }
        root.section("load") { reader in
            reader.whole("base", .power, 0...1_000_000, into: &load.baseWatts)
            reader.whole("morning", .power, 0...1_000_000, into: &load.morningWatts)
            reader.whole("evening", .power, 0...1_000_000, into: &load.eveningWatts)
            load.steps = LoadProfile.readSteps(&reader)
        }
        root.section("ambient") { ambient.read(&$0) }
    }
}

extension AmbientProfile {
    /// Reads the keys of a section.
    mutating func read(_ reader: inout MappingReader) {
        reader.whole("night", .temperature, -400...800, into: &nightDecicelsius)
        reader.whole("day", .temperature, -400...800, into: &dayDecicelsius)
    }
}

extension LoadProfile {
    /// Reads `steps: {"06:00": 400 W, "18:00": 2 kW}`.
    fileprivate static func readSteps(_ reader: inout MappingReader) -> [Step] {
        var steps: [Step] = []
        for entry in reader.namedEntries("steps") ?? [] {
            let key = Scalar(key: entry)
            guard let time = reader.problems.timeOfDay(key, named: "a time of 'steps'"),
                let scalar = reader.problems.scalar(entry.value, named: "the power at \(key.shown)"),
                let power = reader.problems.quantity(
                    scalar, named: "the power at \(key.shown)", .power, in: 0...1_000_000)
            else { continue }
            steps.append(Step(from: time, watts: Int32(power.value)))
        }
        return steps.sorted { $0.from < $1.from }
    }
}

extension InverterBehaviour {
    /// Reads the keys of a section on top of what the name of a behaviour says.
    mutating func read(_ reader: inout MappingReader) {
        let named = Self.all.map { (word: $0.name, value: $0) }
        if let chosen = reader.choice("behaviour", named) {
            var other = chosen.value
            (other.chargeWatts, other.dischargeWatts) = (chargeWatts, dischargeWatts)
            self = other
        }
        reader.whole("charge_power", .power, 0...1_000_000, into: &chargeWatts)
        reader.whole("discharge_power", .power, 0...1_000_000, into: &dischargeWatts)
        reader.whole("overshoot", .voltage, 0...5_000, into: &overshootMillivolts)
        reader.time("lag", 0...60_000, into: &lag)
        reader.time("restart_after", 0...3_600_000, into: &restartAfter)
        var patience = onSilence.patience
        reader.time("patience", 1_000...86_400_000, into: &patience)
        onSilence =
            switch onSilence {
            case .stops: .stops(after: patience)
            case .goesOn: .goesOn(for: patience)
            }
    }
}

// MARK: - What several sections need

extension MappingReader {
    /// Reads a section of this mapping, if it is there.
    mutating func section(_ key: String, _ read: (inout MappingReader) -> Void) {
        guard let node = node(key), var reader = MappingReader(node, title: key, problems: problems)
        else { return }
        read(&reader)
        reader.finish()
    }

    /// Reads a quantity into a whole number, if it is there.
    mutating func whole(
        _ key: String, _ quantity: Quantity, _ range: ClosedRange<Int64>, into value: inout Int32
    ) {
        if let read = self.quantity(key, quantity, in: range) { value = Int32(read.value) }
    }

    /// Reads a time into an interval, if it is there.
    mutating func time(_ key: String, _ range: ClosedRange<Int64>, into value: inout Interval) {
        if let read = quantity(key, .span, in: range) { value = .milliseconds(read.value) }
    }

    /// Reads a time of day, if it is there.
    mutating func timeOfDay(_ key: String) -> Interval? {
        scalar(key).flatMap { problems.timeOfDay($0, named: "'\(key)'") }
    }
}

extension ProblemCollector {
    /// Reads `6:30` or `18:05`.
    func timeOfDay(_ scalar: Scalar, named name: String) -> Interval? {
        let parts = scalar.text.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count == 2, parts[1].count == 2, parts[0].count <= 2, let hours = Int64(parts[0]),
            let minutes = Int64(parts[1]), (0...23).contains(hours), (0...59).contains(minutes)
        {
            return .seconds(hours * 3_600 + minutes * 60)
        }
        add(
            scalar.mark, "\(name) is \(scalar.shown)", "it is a time of day, 0:00…23:59",
            "write hours and minutes, for example 6:30")
        return nil
    }
}
