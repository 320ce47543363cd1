import BMSDrivers
public import BatteryModel
public import InverterProfiles
public import LinuxIO

/// How a simulation stands at one moment.
public struct SimulationSnapshot: Sendable {
    /// The truth about a pack, whatever it reports.
    public struct Pack: Sendable {
        /// Its address on the line.
        public var address: UInt8
        /// State of charge in thousandths.
        public var socPermille: Int32
        /// Voltage.
        public var millivolts: Int32
        /// Current; charging is positive.
        public var milliamps: Int32
        /// The highest cell.
        public var highestCellMillivolts: Int32
        /// The lowest cell.
        public var lowestCellMillivolts: Int32
        /// Temperature of the power board; `nil` while its sensor is missing.
        public var mosfetDecicelsius: Int32?
        /// Whether the charge MOSFET conducts.
        public var isChargeSwitchClosed: Bool
        /// Whether the discharge MOSFET conducts.
        public var isDischargeSwitchClosed: Bool
        /// How it misbehaves on the line.
        public var faults: AnswerFaults
        /// What it reports to whoever asks; what of that is heard is up to its protocol.
        public var reported: PackReading
    }

    /// The inverter and what it has understood.
    public struct Inverter: Sendable {
        /// Everything it has understood, each number with its instant.
        public var understood: BankReading
        /// The limits it goes by; `nil` while they are missing or too old.
        public var limits: SimulatedInverter.Limits?
        /// How old the youngest charge current limit is, fresh or not; `nil` if none was heard.
        public var limitsAge: Interval?
        /// What sun and loads want; charging is positive.
        public var wantedMilliamps: Int32
        /// What flows; charging is positive.
        public var milliamps: Int32
        /// Whether it keeps from showing that it is there.
        public var isSilent: Bool
        /// What was heard and sent.
        public var statistics: SimulatedInverter.Statistics
        /// How often each frame was heard, as the profile counts them.
        public var frameCounts: [SimulatedInverter.FrameCount]
        /// How asking goes on a serial line; `nil` on CAN.
        public var asking: SerialAsker.Statistics?
        /// How the SLCAN adapter is used; `nil` on other links.
        public var adapter: SLCANAdapter.Statistics?
        /// Whether its link is open; for an SLCAN adapter, whether the host has opened the channel.
        public var isOnBus: Bool
        /// Why its link failed last; `nil` if it never did.
        public var linkError: SystemError?
    }

    /// The battery that speaks to an inverter.
    public struct Battery: Sendable {
        /// What it says.
        public var said: BankReading
        /// What was said and heard.
        public var statistics: SimulatedBattery.Statistics
        /// How answering goes on a serial line; `nil` on CAN.
        public var answering: SerialAnswerer.Statistics?
        /// Whether its link is open; for an SLCAN adapter, whether the host has opened the channel.
        public var isOnBus: Bool
        /// Why its link failed last; `nil` if it never did.
        public var linkError: SystemError?
    }

    /// The line of the packs.
    public struct Line: Sendable {
        /// What happened on it.
        public var statistics: SimulatedLine.Statistics
        /// Whether the packs say everything by themselves and are never asked.
        public var isBroadcast: Bool
        /// Whether its link is open.
        public var isOpen: Bool
        /// Why its link failed last; `nil` if it never did.
        public var linkError: SystemError?
    }

    /// When it was taken.
    public var at: Instant
    /// Current of the bank; charging is positive.
    public var bankMilliamps: Int32
    /// Voltage of the bank.
    public var bankMillivolts: Int32
    /// The packs.
    public var packs: [Pack]
    /// The line of the packs; `nil` if there is none.
    public var line: Line?
    /// The inverter; `nil` if there is none.
    public var inverter: Inverter?
    /// The battery that speaks to an inverter; `nil` if there is none.
    public var battery: Battery?
    /// Name of the scenario that is being played.
    public var scenario: String?
    /// What people are told about the scenario step that came last.
    public var sentence: String?
    /// Whether the simulation has ended.
    public var hasEnded = false
    /// What the simulation failed on; `nil` if it did not.
    public var failure: SystemError?

    /// Takes down how `core` stands.
    init(_ core: SimulationCore, at now: Instant) {
        at = now
        bankMilliamps = core.bank.milliamps
        bankMillivolts = core.bank.millivolts
        packs = core.bank.packs.map { Pack($0, at: now) }
        line = core.line.map {
            Line(statistics: $0.statistics, isBroadcast: $0.driver.sheet.isBroadcast, isOpen: false)
        }
        inverter = core.inverter.map { Inverter($0, at: now) }
        battery = core.battery.map {
            Battery(
                said: $0.said, statistics: $0.statistics, answering: $0.answerer?.statistics, isOnBus: false)
        }
        scenario = core.scenario?.name
        sentence = core.sentence
    }
}

extension SimulationSnapshot.Pack {
    init(_ pack: SimulatedPack, at now: Instant) {
        let cells = (0..<pack.cellCount).map { Int32(pack.cellMillivolts($0).rounded()) }
        self.init(
            address: pack.address, socPermille: Int32(pack.socPermille.rounded()),
            millivolts: Int32(pack.packMillivolts.rounded()), milliamps: pack.milliamps,
            highestCellMillivolts: cells.max() ?? 0, lowestCellMillivolts: cells.min() ?? 0,
            mosfetDecicelsius: pack.temperature(.mosfetTemperature).map { Int32($0.rounded()) },
            isChargeSwitchClosed: pack.isChargeSwitchClosed,
            isDischargeSwitchClosed: pack.isDischargeSwitchClosed, faults: pack.answerFaults,
            reported: pack.reading(at: now))
    }
}

extension SimulationSnapshot.Inverter {
    init(_ inverter: SimulatedInverter, at now: Instant) {
        self.init(
            understood: inverter.understood, limits: inverter.limits(at: now),
            limitsAge: inverter.understood[.chargeCurrentLimit]?.age(at: now),
            wantedMilliamps: inverter.wantedMilliamps(at: now), milliamps: inverter.milliamps,
            isSilent: inverter.isSilent, statistics: inverter.statistics, frameCounts: inverter.frameCounts,
            asking: inverter.asker?.statistics, adapter: nil, isOnBus: false, linkError: nil)
    }
}
