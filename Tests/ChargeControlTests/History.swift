import BatteryModel
import ChargeControl

/// A bank that lives at random: values walk and jump, currents flow, fields drop out, packs fall silent, clocks leap,
/// people give orders.
///
/// The same seed gives the same history. With ``isLogging`` it also writes down what it changes.
struct History {
    enum Temper: Sendable {
        /// What a bank with bad cables and old cells does.
        case rough
        /// Any number in any field, and clocks that go backwards.
        case hostile
    }

    let temper: Temper
    let settings: ControlSettings
    private(set) var packs: [PackSettings] = []
    var image = BankImage()
    /// The same readings once more; looking into a large image is slow.
    var readings: [PackReading] = []
    private(set) var now = Instant(nanoseconds: 50_000_000_000)
    /// Whether anything in the image changed in the last step.
    var hasNews = true
    /// Until when something in the image is from the future; when its time comes it counts without news.
    var futureUntil = Instant(nanoseconds: 0)
    /// What people do before the next step.
    var acts: [Act] = []
    /// The last changes, in words.
    private(set) var log: [String] = []
    var isLogging = false

    var random: SplitMix64
    var walks: [Walk] = []
    /// What flows, and what stands around the packs.
    var flow = Flow()

    /// What somebody does.
    enum Act {
        case place(OperatorOrder)
        case end(OperatorOrder.Kind)
        case acknowledge
    }

    /// What a pack would say if it were asked.
    struct Walk {
        var cells: [Int32]
        var temperatures: [Int32]
        var mosfet: Int32
        var soc: Int32 = 500
        var isSOCStuck = false
        var balancing: Int32 = 0
        var chargeLimit: Int32
        var dischargeLimit: Int32
        var cellOverVoltage: Int32
        /// What it tells where it has no single cells, and which of its cells it tells then.
        var told: (voltage: Int32, charge: Int32, discharge: Int32) = (0, 0, 0)
        /// Whether it tells currents though it has single cells.
        var tellsLimits = false
        var tellsHighest = false
        var tellsLowest = false
        /// The other settings of the BMS, where it reports them.
        var protections: [(field: PackField, value: Int32)] = []
        var chargeSwitch: Int32 = 1
        var dischargeSwitch: Int32 = 1
        /// How well it conducts, against the others.
        var conductance = 1.0
        var alarms = AlarmSet()
        var silentUntil = Instant(nanoseconds: 0)
        var lastAt = Instant(nanoseconds: 0)
        var dropped: [PackField: Instant] = [:]
        var areCellsDropped = false
        var cycle: Interval?
    }

    init(seed: UInt64, temper: Temper) {
        var random = SplitMix64(seed: seed)
        self.temper = temper
        let count = random.once(in: 80) ? 16 : min(random.pick(1...6), random.pick(1...4))
        settings = RandomSettings.bank(&random, packs: count)
        let cells = random.once(in: 3) ? random.pick(4...32) : 16
        packs = RandomSettings.packs(&random, count: count, cells: cells)
        let middle =
            (settings.chargeVoltageMillivoltsPerCell + settings.dischargeVoltageMillivoltsPerCell) / 2
        for pack in packs {
            readings.append(PackReading())
            walks.append(
                Walk(pack, around: middle + random.pick(-100...100), settings, &random))
        }
        self.random = random
        flow.hasShunt = self.random.once(in: 4)
        flow.wallSeconds = Int64(self.random.pick(0...2_000_000_000))
    }

    mutating func note(_ text: String) {
        guard isLogging else { return }
        log.append("\(now.nanoseconds / 1_000_000) ms: " + text)
        if log.count > 60 { log.removeFirst() }
    }

    /// Lets time pass, the packs talk and people act.
    mutating func advance() {
        hasNews = false
        let before = now
        passTime()
        let elapsed = now - before
        moveBank(elapsed)
        for index in packs.indices { live(index) }
        moveSurroundings(elapsed)
        act()
    }

    private mutating func passTime() {
        let before = now
        switch random.next() % 400 {
        case 0: now = now + .seconds(Int64(random.pick(10...400)))
        case 1...4: now = now + .milliseconds(Int64(random.pick(1_000...12_000)))
        case 5...14: break
        case 15...40: now = now + Interval(nanoseconds: Int64(random.pick(0...2_000_000)))
        default: now = now + .milliseconds(Int64(random.pick(20...1_000)))
        }
        guard temper == .hostile, random.once(in: 500) else { return }
        if random.once(in: 3) {
            now = Instant(nanoseconds: now.nanoseconds &- Int64(random.pick(0...(.max))))
        } else {
            now = before
        }
        // What was measured before is from the future now.
        futureUntil = max(futureUntil, before)
        note("clock goes back")
    }

    /// Does to a controller what people did.
    func apply(to controller: inout ChargeController) {
        for act in acts {
            switch act {
            case .place(let order):
                // A refused order is as good as none.
                do throws(OrderRefusal) { try controller.place(order, at: now) } catch { continue }
            case .end(let kind): controller.end(kind)
            case .acknowledge: controller.acknowledge()
            }
        }
    }

    /// Takes note of what the inverter was told: a tame one obeys.
    mutating func hear(_ verdict: BankVerdict) {
        flow.charge = Double(verdict.isTransmitting ? verdict.charge.value : 0)
        flow.discharge = Double(verdict.isTransmitting ? verdict.discharge.value : 0)
        flow.chargeVoltage = verdict.chargeVoltage.value
    }
}

extension History.Walk {
    init(_ pack: PackSettings, around middle: Int32, _ settings: ControlSettings, _ random: inout SplitMix64)
    {
        self.init(
            cells: (0..<pack.cells).map { _ in middle + random.pick(-20...20) },
            temperatures: (0..<random.pick(1...Int32(PackReading.cellSensorCount))).map { _ in
                random.pick(100...400)
            },
            mosfet: random.pick(200...600), chargeLimit: random.pick(10_000...400_000),
            dischargeLimit: random.pick(10_000...400_000),
            cellOverVoltage: settings.chargeVoltageMillivoltsPerCell + random.pick(-20...200))
        told = (
            pack.cells * (settings.chargeVoltageMillivoltsPerCell + random.pick(-60...60)),
            random.pick(0...300_000), random.pick(0...300_000)
        )
        (tellsHighest, tellsLowest) = (random.once(in: 2), random.once(in: 2))
        tellsLimits = random.once(in: 4)
        conductance = Double(pack.capacityMilliampHours) * Double(random.pick(50...200)) / 100
        soc = random.pick(100...990)
        let said: [(PackField, ClosedRange<Int32>)] = [
            (.chargeOverTemperature, 400...650), (.chargeUnderTemperature, -100...50),
            (.dischargeOverTemperature, 400...700), (.mosfetOverTemperature, 700...1_000),
            (.cellUnderVoltage, settings.dischargeVoltageMillivoltsPerCell - 300...middle - 200),
        ]
        for (field, range) in said where random.once(in: 2) {
            protections.append((field, random.pick(range)))
        }
    }
}
