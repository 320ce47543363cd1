public import BMSDrivers
public import BatteryModel
public import BusCodec
public import ChargeControl
public import Gateway
public import InverterProfiles

/// Puts what the core says into words that an installer understands.
public struct Wording: Sendable {
    /// The names of the packs, in the order of the configuration.
    public var packs: [String]
    /// The names of the buses, in the order of the configuration.
    public var buses: [String]
    /// The names of the inverters, in the order of the configuration; one alone is never called by its name.
    public var inverters: [String]
    /// The inverter that a second battery speaks to, as far as it was heard.
    var overspoken: Int?
    /// The orders that stand, to be named where they set a limit.
    public var orders: [GivenOrder] = []
    /// The profiles that the gateway speaks.
    var profiles: [String] = []
    /// What is needed to name what is chosen in each pack.
    var choices: [Choices] = []
    /// What the clock on the wall shows; `nil` if the machine does not know the time.
    public var clock: Clock?

    /// Makes a wording for a gateway with these names.
    public init(packs: [String], buses: [String], inverters: [String] = []) {
        self.packs = packs
        self.buses = buses
        self.inverters = inverters
    }

    /// Makes the wording for a running gateway; without a snapshot nothing in it has a name.
    public init(_ snapshot: Snapshot?) {
        self.init(
            packs: snapshot?.packs.map(\.name) ?? [], buses: snapshot?.buses.map(\.name) ?? [],
            inverters: snapshot?.inverters.map(Self.name) ?? [])
        overspoken = snapshot.flatMap { Self.overspoken($0.inverters) }
        orders = snapshot?.orders ?? []
        profiles = snapshot.map { Array(Set($0.inverters.map(\.profile))).sorted() } ?? []
        choices = snapshot.map(Self.choices) ?? []
        clock = snapshot.flatMap { snapshot in snapshot.wall.map { Clock(at: snapshot.at, wall: $0) } }
    }

    /// A number in the unit people read: `55200` millivolts as `55.2 V`.
    public static func quantity(_ value: Int32, _ unit: Unit) -> String {
        switch unit {
        case .onOff: return value == 0 ? "off" : "on"
        case .bits: return "0x" + String(UInt32(bitPattern: value), radix: 16, uppercase: true)
        default: break
        }
        let symbol = "\(unit.symbol)"
        return decimal(value, places: unit.decimals) + (symbol.isEmpty ? "" : " " + symbol)
    }

    /// An integer with the point moved: `53214` with three places as `53.214`, `-50` with one as `-5.0`.
    public static func decimal(_ value: Int32, places: Int) -> String {
        guard places > 0 else { return "\(value)" }
        var digits = String(value.magnitude)
        while digits.count <= places { digits = "0" + digits }
        let split = digits.index(digits.endIndex, offsetBy: -places)
        return (value < 0 ? "-" : "") + digits[..<split] + "." + digits[split...]
    }

    /// A voltage with one place, a current with one place: as they go to the inverter.
    public static func short(_ value: Int32, _ unit: Unit) -> String {
        guard unit.decimals == 3 else { return quantity(value, unit) }
        let rounded = value / 100
        return decimal(rounded, places: 1) + " \(unit.symbol)"
    }

    /// A length of time.
    public static func time(_ interval: Interval) -> String {
        let milliseconds = max(interval.milliseconds, 0)
        if milliseconds < 10_000 { return decimal(Int32(milliseconds / 100), places: 1) + " s" }
        let seconds = milliseconds / 1_000
        if seconds < 120 { return "\(seconds) s" }
        if seconds < 7_200 { return "\(seconds / 60) min" }
        return "\(seconds / 3_600) h \(seconds / 60 % 60) min"
    }

    /// The name of a pack.
    public func pack(_ index: Int?) -> String {
        guard let index else { return "the bank" }
        return packs.indices.contains(index) ? "pack \(packs[index])" : "pack \(index + 1)"
    }
}

// MARK: - Limits

extension Wording {
    /// Why a limit is what it is, in a sentence without a full stop.
    ///
    /// - Parameters:
    ///   - reason: The verdict of the rule.
    ///   - direction: Which current it limits; `nil` for a voltage.
    /// - Returns: The sentence.
    public func reason(_ reason: LimitReason, of direction: Direction? = nil) -> String {
        let who = pack(reason.pack)
        let input = reason.input.map { Self.quantity($0, reason.inputUnit) } ?? "?"
        let cell = reason.place.map { ", cell \($0)" } ?? ""
        let sensor = reason.place.map { ", sensor \($0)" } ?? ""
        switch reason.rule {
        case .bankMaximum: return "configured maximum of the bank"
        case .packMaximum: return "configured maximum of \(who)"
        case .bmsLimit: return "the BMS of \(who) is set to \(input)"
        case .toldLimit: return "\(who) tells \(input)"
        case .switchOpen: return "the BMS of \(who) has opened its switch"
        case .highestCell: return "highest cell: \(who)\(cell), \(input)"
        case .lowestCell: return "lowest cell: \(who)\(cell), \(input)"
        case .absoluteMaximumCell: return "cell at its absolute maximum: \(who)\(cell), \(input)"
        case .cellTemperature: return "cell temperature: \(who)\(sensor), \(input)"
        case .mosfetTemperature: return "MOSFET temperature of \(who): \(input)"
        case .protection: return "the BMS of \(who) protects itself"
        case .cellCount: return "\(who) has \(input) cells, not as configured"
        case .bankVoltage: return "the bank stands at \(input), above its highest charge voltage"
        case .inputMissing: return "\(who) does not report a value that a rule needs"
        case .stale: return "the last reading of \(who) is old"
        case .packLost: return "\(who) is lost; no more than it last allowed"
        case .bankLost: return "no pack can be relied on"
        case .starting: return "waiting for every pack to be heard"
        case .connectRefused: return "the voltages of the packs lie too far apart"
        case .hold: return "held down after a fall"
        case .ramp: return "rising slowly towards \(input)"
        case .stopping: return "the gateway is being stopped"
        case .nearProtection: return "close to a protection of the BMS of \(who): \(input)"
        case .soc: return "state of charge of \(who): \(input)"
        case .imbalance: return "cells of \(who) lie \(input) apart"
        case .packOverCurrent: return "\(who) carries \(input), more than it may"
        case .stage: return "the bank is full and kept at float"
        case .overshoot:
            return
                "cells of \(who) above the charge voltage, highest \(reason.place.map { "cell \($0)" } ?? "cell") at \(input)"
        case .floatSettling: return "the bank is full and comes down from \(input) to float"
        case .socTarget: return "the wanted state of charge is reached: \(input)"
        case .chargeBy: return "no faster than needed to be charged in time, now \(input)"
        case .operatorPause, .operatorCap: return orderReason(reason, direction)
        case .limitsIgnored: return alarm(.limitsIgnored)
        case .secondBattery: return alarm(.secondBattery, inverter: overspoken)
        case .protocolMaximum: return "the inverter's protocol can say no more"
        }
    }

    /// What has to change for a limit to rise.
    public func rise(_ reason: LimitReason, at now: Instant) -> String {
        switch reason.rise {
        case .inputBelow(let value): return "it falls below \(Self.quantity(value, reason.inputUnit))"
        case .inputAbove(let value): return "it rises above \(Self.quantity(value, reason.inputUnit))"
        case .until(let instant): return "\(Self.time(instant - now)) have passed"
        case .configuration: return "the configuration allows more"
        case .bms:
            return reason.rule == .toldLimit ? "the battery allows more" : "the setting in the BMS is raised"
        case .switchClosed: return "the BMS closes its switch"
        case .reported: return "the value is reported"
        case .newReading: return "a new reading arrives"
        case .alarmEnds: return "the protection ends"
        case .voltagesAgree: return "the voltages have agreed for a while"
        case .rising: return "time passes"
        case .rebulk: return "the bank needs charging again"
        case .operatorEnds: return "the operator ends it"
        case .acknowledged: return "somebody acknowledges it"
        case .otherFallsSilent: return "the other battery falls silent"
        }
    }
}

// MARK: - States, alarms and events

extension Wording {
    /// A step of the ladder.
    public static func freshness(_ freshness: Freshness) -> String {
        switch freshness {
        case .fresh: "fresh"
        case .stale: "stale"
        case .lost: "lost"
        case .unheard: "unheard"
        }
    }

    /// The state of the bank.
    public static func state(_ state: BankVerdict.State) -> String {
        switch state {
        case .starting: "starting"
        case .running: "running"
        case .bankLost: "bank lost"
        case .silent: "silent"
        case .stopped: "stopped"
        }
    }

    /// Where the charge stands.
    public static func stage(_ stage: ChargeStage) -> String {
        switch stage {
        case .start: "start"
        case .bulk: "bulk"
        case .absorption: "absorption"
        case .float: "float"
        case .rebulk: "re-bulk"
        case .hold: "hold"
        }
    }

    /// The level of an alarm.
    public static func level(_ level: AlarmLevel) -> String {
        switch level {
        case .info: "info"
        case .warning: "warning"
        case .protection: "protection"
        }
    }

    /// What happened, in a sentence without a full stop.
    public func event(_ event: GatewayEvent) -> String {
        switch event.kind {
        case .started: "gateway started"
        case .stopping: "stopping: zero limits for one period, then silence"
        case .busUp(let bus): "link \(self.bus(bus)) is open"
        case .busDown(let bus, let why): "link \(self.bus(bus)) is down" + (why.isEmpty ? "" : ": \(why)")
        case .busOff(let bus):
            "link \(self.bus(bus)) has left the bus (BUS-OFF); look at wiring, terminators and bit rate"
        case .busOn(let bus): "link \(self.bus(bus)) is on the bus again"
        case .pack(let index, let freshness): "\(pack(index)) is \(Self.freshness(freshness))"
        case .packAnswers(let index, let how): "\(pack(index)) \(Self.answers(how))"
        case .bank(let state): "bank: \(Self.state(state))"
        case .raised(let kind, let level, let index):
            "\(Self.level(level)): \(alarm(kind)) (\(pack(index)))"
        case .cleared(let kind, _, let index): "over: \(alarm(kind)) (\(pack(index)))"
        case .remembered(let note): Self.remembered(note)
        case .blocked(let direction, let why):
            "\(Self.current(direction)) fell to 0 A: \(reason(why, of: direction))"
        case .released(let direction): "\(Self.current(direction)) rises again"
        case .inverterHeard(let index): "\(inverter(index, alone: "inverter")) heard"
        case .inverterSilent(let index): "\(inverter(index, alone: "inverter")) has fallen silent"
        case .secondBattery(let index, let identifier):
            "somebody else speaks to \(inverter(index)) as a battery, with 0x\(Self.hex(identifier))"
        case .linkPoor(let index, let permille):
            "the link to \(inverter(index)) is poor"
                + (permille.map { ": \(Self.quantity($0, .permille)) of the last minute came through" } ?? "")
        case .linkGood(let index): "the link to \(inverter(index)) is good again"
        case .stage(let stage): "stage: \(Self.stage(stage))"
        case .socFull: "SOC set to 100 %: the bank is full"
        case .socEmpty: "SOC set to 0 %: a cell is at its floor"
        case .ordered(let order, let by): self.order(GivenOrder(order, by: by), at: event.at)
        case .orderEnded(let kind, let by): Self.ended(kind, by: by)
        case .orderRefused(let kind, let why, let by):
            "\(Self.orderName(kind)) of \(by) refused: \(Self.refusal(why))"
        case .acknowledged(let by): "acknowledged by \(by)"
        case .contradiction(let found, let pack):
            "\(Self.level(found.level)): \(contradiction(found, pack: pack)); \(Self.remedy(found.kind))"
        case .contradictionOver(let found, let pack): "over: \(contradiction(found, pack: pack))"
        case .setting(let record): "setting \(setting(record))"
        case .settingRefused(let change, let why, let by):
            "setting \(change.field.name) of \(pack(change.pack)), wanted by \(by), is not written: \(refusal(why, change).error)"
        case .stalled(let length):
            "no cycle was finished for \(Self.time(length)); the link to the inverter was closed meanwhile"
        case .blackBox(let path): "what was on the buses before the alarm is in \(path)"
        case .found(let title, let index): "found on \(bus(index)): \(title)"
        case .foundNoMore(let title, let index): "found no more on \(bus(index)): \(title)"
        case .withheld(let index, let identifier, let why):
            "frame 0x\(Self.hex(identifier)) is not sent\(toInverter(index)): \(Self.obstacle(why))"
        }
    }

    /// The state of a gateway in one line for the service manager: `running: 3 packs, CCL 120.0 A, DCL 150.0 A`.
    public static func service(_ snapshot: Snapshot) -> String {
        guard let verdict = snapshot.verdict else { return "starting" }
        let relied = snapshot.packs.indices.filter {
            verdict[$0].freshness == .fresh || verdict[$0].freshness == .stale
        }.count
        let packs = relied == snapshot.packs.count ? "\(relied)" : "\(relied) of \(snapshot.packs.count)"
        return "\(state(verdict.state)): \(packs) \(snapshot.packs.count == 1 ? "pack" : "packs")"
            + ", CCL \(short(verdict.charge.value, .milliamps)), DCL \(short(verdict.discharge.value, .milliamps))"
    }

    /// The same while the bus thread hangs, with the time since its last complete cycle.
    public static func stalled(_ length: Interval) -> String {
        "stalled: no cycle was finished for \(time(length)); the link to the inverter is closed"
    }

    /// The name of the limit of a direction.
    public static func current(_ direction: Direction) -> String { direction == .charge ? "CCL" : "DCL" }

    /// A fault in talking to a pack.
    public static func fault(_ fault: TransactionFault) -> String {
        switch fault {
        case .timeout: "no answer"
        case .refused(let code): "refused with code \(code)"
        case .answer(.signal(let error)): "answer not believed: \(Self.signal(error))"
        case .answer(.wrongLength(let needed, let got)):
            "answer not believed: \(got) bytes instead of \(needed)"
        case .answer(.wrongStructure): "answer not believed: it is not what was asked for"
        case .answer(.frozen): "answer not believed: the pack's own clock stands still"
        case .wrongAddress(let address): "address \(address) answered instead"
        }
    }

    /// Why a frame cannot be written.
    public static func obstacle(_ error: EncodeError) -> String {
        switch error {
        case .signal(let error): signal(error)
        case .notInDialect: "this dialect does not have it"
        }
    }

    /// Why a signal cannot be read or written.
    public static func signal(_ error: SignalError) -> String {
        switch error {
        case .tooShort(let name, let needed, let got): "\(name.text) needs \(needed) bytes, there are \(got)"
        case .outOfRange(let name, let value): "\(name.text) cannot be \(value)"
        case .missing(let name): "\(name.text) is not known"
        }
    }

    private static func hex(_ number: UInt32) -> String { String(number, radix: 16, uppercase: true) }

    private func bus(_ index: Int) -> String {
        buses.indices.contains(index) ? buses[index] : "\(index + 1)"
    }
}
