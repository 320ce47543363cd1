import BatteryModel
import ChargeControl

/// Two controllers that lived through the same: one of them then knows less, or is told to do less.
struct Twins {
    private var random: SplitMix64

    init(seed: UInt64) { random = SplitMix64(seed: ~seed) }

    /// Whether to compare at this step.
    mutating func isTurn() -> Bool { random.once(in: 16) }

    /// Invariant 6: what the twin that knows less may offer more; `nil` if nothing.
    mutating func compare(
        _ controller: ChargeController, _ known: borrowing BankImage, _ history: History
    ) -> String? {
        var less = copy known
        let index = Int(random.pick(0...Int32(history.packs.count - 1)))
        let what = remove(&less, index)
        var full = controller
        var twin = controller
        let more = full.step(known, at: history.now)
        let verdict = twin.step(less, at: history.now)
        // A value that is missing from a pack forbids the bank; a pack that is missing does not. So where a value
        // grows too old in this very step, losing the whole pack instead is the milder thing.
        let isLost = verdict[index].freshness == .lost
        let isExcused = (
            charge: isLost && more[index].charge?.winner.rule == .inputMissing,
            discharge: isLost && more[index].discharge?.winner.rule == .inputMissing
        )
        // What the operator wishes for a time of day protects nothing, and needs to be known to be followed.
        let isWish = more.charge.winner.rule == .chargeBy
        // Stages go by what the packs in the bank say; within what is permitted they may differ.
        let isStage =
            [.stage, .limitsIgnored].contains(more.chargeVoltage.winner.rule)
            || more.charge.winner.rule == .floatSettling
        // A CVL that a battery tells for the first time in the very step in which the bank is lost has never been known.
        let isNews = verdict.state != .running && more.chargeVoltage.winner.rule == .toldLimit
        // What a pack may carry bounds the bank by what flows through the others, and an inverter is judged by what
        // flows through all of them; without them nobody knows how much.
        let isCarried = { (limit: Limit) in [.packOverCurrent, .limitsIgnored].contains(limit.winner.rule) }
        let isMore =
            verdict.charge.value > more.charge.value && !isExcused.charge && !isWish
            && more.charge.winner.rule != .floatSettling && !isCarried(more.charge)
            || verdict.discharge.value > more.discharge.value && !isExcused.discharge
                && !isCarried(more.discharge)
            || verdict.isTransmitting && more.isTransmitting && !isStage && !isNews
                && verdict.chargeVoltage.value > max(more.chargeVoltage.value, ownVoltage(verdict, more))
        guard isMore else { return nil }
        return """
            6: without \(what) of pack \(index)
            CCL \(verdict.charge)
             instead of \(more.charge),
            DCL \(verdict.discharge)
             instead of \(more.discharge)
            CVL \(verdict.chargeVoltage) instead of \(more.chargeVoltage)
            """
    }

    /// Up to the voltage that the remaining packs have, CVL may come at once: under it the bank would be emptied.
    private func ownVoltage(_ verdict: BankVerdict, _ more: BankVerdict) -> Int32 {
        // A lost bank is held at its last voltage, in tenths of a volt.
        guard verdict.state == .running else { return (more.chargeVoltage.value + 99) / 100 * 100 }
        // In float it is rounded up to what protocols can say.
        return (min(verdict.bank[.voltage]?.value ?? 0, 1_000_000) + 99) / 100 * 100
    }

    /// What an order raises; `nil` if nothing.
    mutating func order(_ controller: ChargeController, _ history: History) -> String? {
        let kinds: [OperatorOrder.Kind] = [
            .pauseCharge, .pauseDischarge, .capCharge, .capDischarge, .forceCharge,
        ]
        let kind = kinds[Int(random.next() % 5)]
        // A new order replaces the old one of its kind, and may be milder.
        guard controller.orders[kind] == nil else { return nil }
        var free = controller
        var ordered = controller
        let order = OperatorOrder(
            kind, milliamps: random.pick(0...200_000),
            until: history.now + .seconds(Int64(random.pick(1...90))))
        do throws(OrderRefusal) {
            try ordered.place(order, at: history.now)
        } catch {
            return "\(order) is refused: \(error)"
        }
        let more = free.step(history.image, at: history.now)
        let less = ordered.step(history.image, at: history.now)
        if less.charge.value > more.charge.value {
            return "CCL \(less.charge), without \(order) \(more.charge)"
        }
        if less.discharge.value > more.discharge.value {
            return "DCL \(less.discharge), without \(order) \(more.discharge)"
        }
        let isSame = less.chargeVoltage == more.chargeVoltage && less.alarms == more.alarms
        return isSame ? nil : "\(order) changes CVL or alarms"
    }

    private mutating func remove(_ image: inout BankImage, _ index: Int) -> String {
        var pack = image.packs[index]
        defer { image.packs[index] = pack }
        switch random.next() % 17 {
        case 0...2:
            pack = BankImage.Pack()
            return "everything"
        case 3:
            pack.reading.cellMillivolts = nil
            return "the cells"
        case 4:
            pack.reading.alarms = nil
            return "the alarms"
        case 5:
            pack.cycle = nil
            return "the cycle"
        case 6:
            image.shunt = image.shunt == nil ? nil : BankImage.Shunt()
            return "the shunt and nothing"
        default:
            let field = Self.fields[Int(random.pick(0...Int32(Self.fields.count - 1)))]
            pack.reading[field] = nil
            return "\(field)"
        }
    }

    private static let fields: [PackField] = [
        .packVoltage, .current, .soc, .soh, .temperature1, .temperature2, .temperature3, .mosfetTemperature,
        .chargeSwitch, .dischargeSwitch, .chargeLimit, .dischargeLimit, .cellOverVoltage, .cellUnderVoltage,
        .chargeOverTemperature, .chargeUnderTemperature, .dischargeOverTemperature, .mosfetOverTemperature,
        .balancing, .chargeVoltageLimit, .chargeCurrentLimit, .dischargeCurrentLimit, .highestCell,
        .lowestCell,
    ]
}
