import BatteryModel
import BusCodec
import ChargeControl
import Gateway
import InverterProfiles
import Simulators
import Testing

@Suite("A battery of one profile on an inverter of another")
struct BridgeTests {
    private typealias Spoken = BridgeBench.Spoken

    /// A battery in the middle of its charge, as chance has it, that fits the protocol.
    private static func battery(
        _ source: Spoken, _ random: inout RandomSequence, at now: Instant = BridgeBench.start
    ) -> BankReading {
        var bank = BankReading.random(using: &random, at: now)
        func say(_ field: BankField, _ value: Int32) { bank[field] = Reading(value, at: now) }
        let voltage = Int32.random(in: 46_000...52_000, using: &random)
        say(.voltage, voltage)
        say(.highestCell, voltage / 16 + 40)
        say(.lowestCell, voltage / 16 - 40)
        say(.chargeVoltageLimit, .random(in: 53_000...57_600, using: &random))
        say(.dischargeVoltageLimit, .random(in: 41_000...45_000, using: &random))
        for (limit, permission) in limits {
            say(limit, .random(in: 20_000...180_000, using: &random))
            say(permission, 1)
        }
        say(.current, .random(in: -19_000...19_000, using: &random))
        let soc = Int32.random(in: 20...980, using: &random)
        say(.soc, soc)
        say(.capacity, 200_000)
        say(.remainingCapacity, 200 * soc)
        say(.cells, 16)
        for field in [BankField.temperature, .highestTemperature, .lowestTemperature, .mosfetTemperature] {
            say(field, .random(in: 100...400, using: &random))
        }
        bank.alarms = Reading(AlarmSet(), at: now)
        bank.bound(by: source.profile, options: source.options)
        return bank
    }

    private static let limits: [(limit: BankField, permission: BankField)] = [
        (.chargeCurrentLimit, .chargeEnabled), (.dischargeCurrentLimit, .dischargeEnabled),
    ]

    private static let compared: [BankField] = [
        .voltage, .current, .soc, .chargeVoltageLimit, .chargeCurrentLimit, .dischargeCurrentLimit,
    ]

    @Test(
        "every source on every sink: what it says arrives within the coarser scale, and no limit is raised",
        arguments: BridgeBench.Spoken.sources)
    func everyPair(_ source: BridgeBench.Spoken) {
        var random = RandomSequence(seed: 0xB41D)
        let facts = source.profile.sourceFacts(source.options)
        for sink in BridgeBench.Spoken.all where facts.obstacle(on: sink.profile, sink.options) == nil {
            let said = Self.battery(source, &random)
            var bench = BridgeBench(from: source, to: sink, said: said)
            bench.run(for: bench.patience)
            let problems = Self.problems(bench)
            #expect(problems.isEmpty, "\(source) on \(sink): \(problems.joined(separator: "; "))")
        }
    }

    /// What the inverter has understood otherwise than the battery has said it.
    private static func problems(_ bench: BridgeBench) -> [String] {
        let carried = bench.sink.profile.sourceFacts(bench.sink.options).possible
        return compared.filter(carried.contains).compactMap { field in
            guard let said = bench.said[field]?.value else { return "\(field.name) is not said" }
            guard let heard = bench.heard[field]?.value else { return "\(field.name) is not heard" }
            let isLimit = field.name.utf8CodeUnitCount == 3 && field != .soc
            let most = bench.sink.profile.highest(field, options: bench.sink.options) ?? .max
            let wanted = isLimit ? min(said, most) : said
            let slack = max(bench.source.step(field), bench.sink.step(field))
            if isLimit, heard > said { return "\(field.name) \(said) is raised to \(heard)" }
            if abs(wanted - heard) <= slack { return nil }
            // A limit worked out of a power is rounded down twice, each time by less than a step of its own.
            if isLimit, !bench.source.hasRow(field), let told = bench.told(field), said >= told,
                told >= heard,
                said - told <= bench.source.step(field), min(told, most) - heard <= bench.sink.step(field)
            {
                return nil
            }
            return "\(field.name) \(said) arrives as \(heard), at most \(slack) apart"
        }
    }

    // MARK: When it does not go well

    /// Every source with the usual inverter, and every inverter with the usual source.
    private static let pairs: [(source: BridgeBench.Spoken, sink: BridgeBench.Spoken)] = {
        let usual = BridgeBench.Spoken(PylontechLV.profile)
        let possible = BridgeBench.Spoken.all.filter {
            usual.profile.sourceFacts(usual.options).obstacle(on: $0.profile, $0.options) == nil
        }
        let reaching = BridgeBench.Spoken.sources.filter {
            $0.profile.sourceFacts($0.options).obstacle(on: usual.profile, usual.options) == nil
        }
        return reaching.map { ($0, usual) } + possible.map { (usual, $0) }
    }()

    /// A pair that has been at work for a while.
    private static func atWork(
        _ index: Int, _ change: (inout BankReading) -> Void = { _ in }
    ) -> BridgeBench {
        var random = RandomSequence(seed: 0xB41D)
        var said = battery(pairs[index].source, &random)
        change(&said)
        var bench = BridgeBench(from: pairs[index].source, to: pairs[index].sink, said: said)
        bench.run(for: bench.patience)
        return bench
    }

    @Test(
        "whoever falls silent brings the inverter to zero within ten seconds, then to silence",
        arguments: pairs.indices)
    func silence(_ index: Int) {
        var bench = Self.atWork(index)
        #expect(bench.heard[.dischargeCurrentLimit]?.value ?? 0 > 0)
        #expect(bench.asked > 0 || bench.source.profile.keepAliveFrame(bench.source.options) == nil)
        bench.isSourceSilent = true
        // The oldest value may already be as old as a round of questions.
        bench.run(for: .milliseconds(10_200) + (bench.sink.profile.serial == nil ? .zero : bench.patience))
        if bench.sink.profile.serial == nil {
            #expect(bench.heard[.chargeCurrentLimit]?.value ?? 0 <= Self.stop(bench.sink), "\(bench.sink)")
            #expect(bench.heard[.dischargeCurrentLimit]?.value ?? 0 <= Self.stop(bench.sink), "\(bench.sink)")
        }
        bench.run(for: .seconds(11))
        let reached = bench.reached
        bench.run(for: .seconds(20))
        #expect(bench.reached == reached, "\(bench.source) is silent and \(bench.sink) still hears")
    }

    @Test("a limit of 0 that is told arrives as 0, in each direction", arguments: pairs.indices)
    func zero(_ index: Int) {
        for (limit, permission) in Self.limits {
            let bench = Self.atWork(index) {
                $0[limit]?.value = 0
                $0[permission]?.value = 0
            }
            let heard = bench.heard[limit]?.value ?? .max
            #expect(
                heard <= max(Self.stop(bench.sink), Self.stop(bench.source)),
                "\(bench.source) to \(bench.sink)")
        }
    }

    @Test("a protection that the battery raises stops its direction", arguments: pairs.indices)
    func protection(_ index: Int) {
        let bench = Self.atWork(index) { $0.alarms?.value.raise(.cellUnderVoltage, .protection) }
        let facts = bench.source.profile.visibleKinds(at: .protection, dialect: bench.source.options.dialect)
        guard facts.contains(.cellUnderVoltage), bench.source.profile.serial == nil else { return }
        #expect(
            bench.heard[.dischargeCurrentLimit]?.value ?? .max <= Self.stop(bench.sink), "\(bench.source)")
        // Megarevo has one word for all alarms; that stops both.
        let isNamed = bench.saidAlarms?.protections.contains(.cellUnderVoltage) == true
        #expect(isNamed == (bench.heard[.chargeCurrentLimit]?.value ?? 0 > 0), "\(bench.source)")
    }

    /// What a protocol says instead of 0 A: Sofar ignores 0.
    private static func stop(_ spoken: BridgeBench.Spoken) -> Int32 {
        "\(spoken.profile.sheet.id)" == "sofar-lv-can" ? 100 : 0
    }

    @Test("a withdrawn permission is a limit of 0 as old as the older of the two")
    func permission() {
        var bank = BankReading()
        let (old, new) = (BridgeBench.start, BridgeBench.start + .seconds(4))
        bank[.chargeCurrentLimit] = Reading(50_000, at: new)
        bank[.chargeEnabled] = Reading(0, at: old)
        bank[.dischargeCurrentLimit] = Reading(60_000, at: old)
        bank[.dischargeEnabled] = Reading(1, at: new)
        let pack = PackReading(telling: bank)
        #expect(pack[.chargeCurrentLimit] == Reading(0, at: old))
        #expect(pack[.dischargeCurrentLimit] == Reading(60_000, at: old))
        #expect(pack[.chargeSwitch] == nil && pack[.chargeVoltageLimit] == nil && pack[.soc] == nil)
    }

    @Test("frames of others, and those that the dialect does not send, change nothing and are counted")
    func foreign() {
        var line = SourceLine(PylontechLV.profile, at: BridgeBench.start)
        let other = CANFrame(identifier: 0x305, length: 8)
        let heardOnly = CANFrame(identifier: 0x370, length: 8)
        let news = [other, heardOnly].map { line.received($0, at: BridgeBench.start) }
        #expect(news == [false, false])
        #expect(line.counts.foreign == 2 && line.counts.understood == 0)
        guard case .send(let alive) = line.step(at: BridgeBench.start) else {
            Issue.record("no sign of life")
            return
        }
        let isNews = line.received(alive, at: BridgeBench.start + .milliseconds(3))
        #expect(!isNews && line.counts.echoed == 1 && line.counts.foreign == 2)
        let next = line.step(at: BridgeBench.start)
        #expect(next == .wait(until: BridgeBench.start + .seconds(1)))
    }

    @Test("an inverter that needs more than a battery tells is refused, and that is rare")
    func obstacles() {
        let hindered = BridgeBench.Spoken.sources.filter { source in
            let facts = source.profile.sourceFacts(source.options)
            return BridgeBench.Spoken.all.contains { facts.obstacle(on: $0.profile, $0.options) != nil }
        }
        #expect(hindered.map(\.description) == ["growatt-rs485, LI4"])
    }

    @Test("only a protocol that tells all six values can be a source")
    func refused() {
        let unfit = BridgeBench.Spoken.all.filter { !$0.profile.sourceFacts($0.options).isComplete }
        #expect(unfit.map { "\($0.profile.sheet.id)" } == ["givenergy-rs485", "pace-modbus-rs485"])
        #expect(!GivEnergyRS485.profile.sourceFacts().possible.contains(.chargeVoltageLimit))
    }
}
