import BMSDrivers
import BatteryModel
import BusCodec
import Detection
import Simulators
import TestSupport
import Testing

/// A line on a virtual clock: simulated packs that answer, and a search that asks.
private struct ScannedLine {
    var scan: LineScan
    var now = Instant(nanoseconds: 1_000_000_000)
    let start = Instant(nanoseconds: 1_000_000_000)
    /// The packs, the protocol they speak, and the speed they speak it at.
    var packs: [SimulatedPack]
    var driver: BMSDriver
    var baud: Int32
    /// Whether what is sent comes back, as with some adapters.
    var hasEcho = false
    /// Whether every byte arrives as garbage, as with A and B swapped.
    var isGarbled = false
    /// What somebody else says, and when, counted from the start.
    var others: [(at: Interval, bytes: [UInt8])] = []
    /// When each pack was found.
    private(set) var foundAfter: [Interval] = []
    /// What was sent.
    private(set) var sent: [[UInt8]] = []
    private var openBaud: Int32?
    private var line: SimulatedLine

    init(
        _ drivers: [BMSDriver], packs: [SimulatedPack] = [], driver: BMSDriver = JKPB.driver,
        baud: Int32? = nil
    ) {
        scan = LineScan(drivers: drivers)
        self.packs = packs
        self.driver = driver
        self.baud = baud ?? driver.sheet.baud
        line = SimulatedLine(
            driver, timing: .init(baud: self.baud), at: Instant(nanoseconds: 1_000_000_000))
    }

    mutating func run() {
        while now - start < .seconds(300) {
            switch scan.step(at: now) {
            case .done: return
            case .open(let baud):
                openBaud = baud
                scan.opened(at: now)
            case .send: send()
            case .wait(let until):
                advance(to: min(until, line.nextDue ?? until, others.first.map { start + $0.at } ?? until))
            }
        }
    }

    private mutating func send() {
        let bytes = (0..<scan.outgoing.count).map { scan.outgoing[$0] }
        sent.append(bytes)
        scan.sent(at: now)
        if hasEcho { scan.received(bytes.span, at: now) }
        if openBaud == baud { line.received(bytes.span, at: now, packs: packs) }
    }

    private mutating func advance(to instant: Instant) {
        now = max(now, instant)
        if let other = others.first, start + other.at <= now {
            others.removeFirst()
            hear(other.bytes)
        }
        while let piece = line.next(at: now) { hear(piece) }
    }

    private mutating func hear(_ bytes: [UInt8]) {
        let arrived = isGarbled || openBaud != baud ? bytes.map { $0 ^ 0xFF &+ 3 } : bytes
        let before = scan.found.count
        scan.received(arrived.span, at: now)
        if scan.found.count > before { foundAfter.append(now - start) }
    }
}

@Suite("Looking for packs on a line")
struct LineScanTests {
    private static let all = DriverTable.drivers.indices.map { DriverTable.drivers[$0] }
        .filter { $0.sheet.wire == .serial }

    private static func pack(_ address: UInt8) -> SimulatedPack {
        SimulatedPack(address: address, at: Instant(nanoseconds: 1_000_000_000))
    }

    @Test("finds a lone JK within three seconds, whatever its address", arguments: [UInt8(0), 1, 7, 15])
    func lone(_ address: UInt8) {
        var line = ScannedLine(Self.all, packs: [Self.pack(address)])
        line.run()
        #expect(line.scan.found.map(\.address) == [address])
        #expect(line.scan.found.first.map { "\($0.driver.sheet.id)" } == "jk-modbus")
        #expect(line.foundAfter.first.map { $0 < .seconds(3) } == true, "\(line.foundAfter)")
        #expect(line.scan.findings == [])
    }

    @Test("finds sixteen packs, with what they are, within twenty seconds")
    func sixteen() {
        var line = ScannedLine(Self.all, packs: (0..<16).map { Self.pack($0) })
        line.run()
        #expect(line.scan.found.map(\.address) == Array(0..<16))
        #expect(line.now - line.start < .seconds(20), "\(line.now - line.start)")
        for found in line.scan.found {
            #expect(found.reading.cellMillivolts?.value.count == 16)
            #expect(found.reading.identity != nil && found.reading[.soc] != nil)
        }
    }

    @Test("finds a pack of every protocol at the protocol's own speed", arguments: all.indices)
    func every(_ index: Int) {
        let driver = Self.all[index]
        let address = driver.sheet.addresses.lowerBound
        var line = ScannedLine(Self.all, packs: [Self.pack(address)], driver: driver)
        line.run()
        #expect(line.scan.found.map(\.address) == [address])
        #expect(line.scan.found.first.map { "\($0.driver.sheet.id)" } == "\(driver.sheet.id)")
        #expect(line.now - line.start < .seconds(60), "\(line.now - line.start)")
    }

    @Test("packs at the address of their factory are found, and those behind the lowest address after them")
    func factory() throws {
        let driver = try #require(Self.all.first { $0.sheet.factoryAddress != nil })
        let factory = try #require(driver.sheet.factoryAddress)
        let lowest = driver.sheet.addresses.lowerBound
        var line = ScannedLine(
            Self.all, packs: [lowest + 1, factory, lowest].map { Self.pack($0) }, driver: driver)
        line.run()
        #expect(line.scan.found.map(\.address) == [factory, lowest, lowest + 1])
    }

    /// Every protocol with each of the speeds that it is met at beside its usual one.
    private static let otherSpeeds: [(Int, Int32)] = {
        var speeds: [(Int, Int32)] = []
        for index in all.indices {
            let others = all[index].sheet.otherBauds
            for place in others.indices where others[place] > 0 { speeds.append((index, others[place])) }
        }
        return speeds
    }()

    @Test("finds a pack at each other speed of its protocol, within the first round", arguments: otherSpeeds)
    func otherSpeed(_ index: Int, _ baud: Int32) {
        let driver = Self.all[index]
        let address = driver.sheet.addresses.lowerBound
        var line = ScannedLine(Self.all, packs: [Self.pack(address)], driver: driver, baud: baud)
        line.run()
        #expect(line.scan.found.map(\.address) == [address])
        #expect(line.scan.found.first.map { "\($0.driver.sheet.id)" } == "\(driver.sheet.id)")
        #expect(line.scan.found.first?.baud == baud)
        #expect(line.foundAfter.first.map { $0 < .seconds(30) } == true, "\(line.foundAfter)")
    }

    @Test(
        "a pack far from the first addresses is found at an unusual speed too, before four minutes are over")
    func farAway() {
        var line = ScannedLine(Self.all, packs: [Self.pack(15)], driver: PACE.driver, baud: 115_200)
        line.run()
        #expect(line.scan.found.map(\.address) == [15])
        #expect(line.foundAfter.first.map { $0 < .seconds(240) } == true, "\(line.foundAfter)")
    }

    @Test("with a speed given, no other is tried")
    func oneSpeed() {
        var line = ScannedLine(
            [Pylontech.driver], packs: [Self.pack(2)], driver: Pylontech.driver, baud: 9_600)
        line.scan = LineScan(drivers: [Pylontech.driver], baud: 115_200)
        line.run()
        #expect(line.scan.found.isEmpty && !line.sent.isEmpty)
        line.scan = LineScan(drivers: [Pylontech.driver], baud: 9_600)
        line.run()
        #expect(line.scan.found.map(\.baud) == [9_600])
    }

    @Test("a line on which nobody answers is called dead, and all was tried")
    func dead() {
        var line = ScannedLine(Self.all)
        line.run()
        #expect(line.scan.findings == [.dead])
        let (done, of) = line.scan.progress
        #expect(line.sent.count == of && done == of)
        // Everybody is asked, at each of his first sixteen addresses; that of the factory is the first of them.
        let questions = Self.all.flatMap { driver in
            let factory = driver.sheet.factoryAddress.map { [$0] } ?? []
            let addresses = factory + driver.sheet.addresses.filter { !factory.contains($0) }
            return addresses.prefix(16).map { ask(driver, question(driver), $0) }
        }
        #expect(Set(line.sent) == Set(questions))
    }

    @Test("an adapter that hears itself does not hide the packs, and is told")
    func echo() {
        var line = ScannedLine(Self.all, packs: [Self.pack(3)])
        line.hasEcho = true
        line.run()
        #expect(line.scan.found.map(\.address) == [3])
        #expect(line.scan.findings == [.echo])
        var alone = ScannedLine(Self.all)
        alone.hasEcho = true
        alone.run()
        #expect(alone.scan.findings == [.echo])
    }

    @Test("answers that cannot be read are told apart from silence")
    func garbled() {
        var line = ScannedLine(Self.all, packs: [Self.pack(1)])
        line.isGarbled = true
        line.run()
        #expect(line.scan.found.isEmpty && line.scan.findings == [.unreadable])
    }

    @Test("where a master polls, nothing is ever sent, and it is named")
    func master() {
        let question = ask(JKPB.driver, 0, 4)
        var line = ScannedLine(Self.all)
        line.others = (1..<40).map { (.milliseconds(300 * Int64($0)), question) }
        line.run()
        #expect(line.sent.isEmpty && line.scan.findings == [.master])
        #expect(line.scan.signs.master?.baud == 115_200 && line.scan.signs.master?.addresses == [4])
    }

    @Test("who speaks in no known protocol is not spoken to either")
    func babble() {
        var line = ScannedLine(Self.all)
        var random = SeededRandom(seed: 3)
        line.others = (1..<200).map { (.milliseconds(200 * Int64($0)), random.bytes(9)) }
        line.run()
        #expect(line.sent.isEmpty && line.scan.found.isEmpty && line.scan.findings == [.babble])
    }

    @Test("a master that begins later ends the search")
    func second() {
        var line = ScannedLine(Self.all, packs: [Self.pack(0)])
        line.others = [(.milliseconds(2_000), ask(JKPB.driver, 1, 9))]
        line.run()
        #expect(line.scan.findings == [.secondMaster])
        #expect(line.sent.count < 12)
    }

    /// The first question that every pack answers.
    private func question(_ driver: BMSDriver) -> Int {
        (0..<driver.pollCount).first {
            driver.poll($0).pace == .live && driver.poll($0).need == .mandatory
                && driver.poll($0).mode == .frames
        } ?? 0
    }

    private func ask(_ driver: BMSDriver, _ poll: Int, _ address: UInt8) -> [UInt8] {
        var buffer = RequestBuffer()
        driver.request(poll, address, &buffer)
        return (0..<buffer.count).map { buffer[$0] }
    }
}
