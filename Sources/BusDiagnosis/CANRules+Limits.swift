import BatteryModel
import BusCodec

// Rules about limits and whether they are followed.

extension CANRules {
    static let limits: [@Sendable (CANPicture) -> [Finding]] = [
        protects, limitsIgnored, limitUnset, cvlZero, tinyStop, cvlLow, limitContradicts, bothZero,
        onlyFullCharge,
    ]

    /// An inverter that follows its limits does so within this time.
    private static let longestReaction = Interval.seconds(20)
    /// What holds for so long is no transition.
    private static let lasting = Interval.seconds(10)

    /// The inverter charges or discharges with more than it is allowed.
    @Sendable static func limitsIgnored(_ picture: CANPicture) -> [Finding] {
        guard let bank = picture.bank else { return [] }
        let worse = max(bank.overCCL.longest, bank.overDCL.longest)
        guard worse >= longestReaction else { return [] }
        let isCharging = bank.overCCL.longest >= bank.overDCL.longest
        let condition = isCharging ? bank.overCCL : bank.overDCL
        let limit = bank[isCharging ? .chargeCurrentLimit : .dischargeCurrentLimit]
        var facts = [
            Fact(isCharging ? "CCL at last" : "DCL at last", .number(limit?.last ?? 0, .milliamps)),
            Fact("exceeded for", .interval(condition.longest)), Fact("times", .count(condition.times)),
        ]
        if let current = bank[.current] {
            facts.append(
                Fact("strongest current", .number(isCharging ? current.highest : current.lowest, .milliamps)))
        }
        return [Finding(FindingTable.limitsIgnored, certainty: 90, facts, places: [condition.place])]
    }

    /// A limit is 0 A all the time although its direction is permitted and used: it is not sent at all.
    @Sendable static func limitUnset(_ picture: CANPicture) -> [Finding] {
        guard let bank = picture.bank else { return [] }
        return [true, false].compactMap { isCharging in
            let over = isCharging ? bank.overCCL : bank.overDCL
            let limit = bank[isCharging ? .chargeCurrentLimit : .dischargeCurrentLimit]
            let permitted = bank[isCharging ? .zeroCCLEnabled : .zeroDCLEnabled]
            guard limit?.highest == 0, over.longest >= lasting, permitted.longest >= lasting else {
                return nil
            }
            return Finding(
                FindingTable.limitUnset, certainty: 92,
                [
                    Fact(isCharging ? "CCL all the time" : "DCL all the time", .number(0, .milliamps)),
                    Fact("current all the same for", .interval(over.longest)),
                ], places: [over.place])
        }
    }

    /// CVL is 0 V.
    @Sendable static func cvlZero(_ picture: CANPicture) -> [Finding] {
        guard
            let zero = impossible(picture).first(where: { $0.field == .chargeVoltageLimit && $0.value == 0 })
        else { return [] }
        return [
            Finding(
                FindingTable.cvlZero, certainty: 95, [Fact("identifier", .identifier(zero.row.container))],
                places: [zero.place])
        ]
    }

    /// A stop is said with 0.1 V or 0.1 A.
    @Sendable static func tinyStop(_ picture: CANPicture) -> [Finding] {
        guard let bank = picture.bank else { return [] }
        let voltage = bank[.tinyVoltage], current = bank[.tinyCurrent]
        let isVoltage = voltage.longest >= .seconds(5)
        // Sofar is told 0.1 A on purpose: it is a fault only where another inverter is known to be meant.
        let isOther = picture.expected.map { !$0.isCalled(["sofar-lv-can"]) } ?? false
        guard isVoltage || isOther && current.longest >= .seconds(5) else { return [] }
        return [
            Finding(
                FindingTable.tinyStop, certainty: isVoltage ? 96 : 80,
                [
                    Fact("CVL", .number(bank[.chargeVoltageLimit]?.last ?? 0, .millivolts)),
                    Fact("CCL", .number(bank[.chargeCurrentLimit]?.last ?? 0, .milliamps)),
                    Fact("DCL", .number(bank[.dischargeCurrentLimit]?.last ?? 0, .milliamps)),
                ], places: [isVoltage ? voltage.place : current.place])
        ]
    }

    /// CVL is below the voltage of the battery, or the inverter charges past it.
    @Sendable static func cvlLow(_ picture: CANPicture) -> [Finding] {
        guard let bank = picture.bank else { return [] }
        let charged = bank[.chargedAboveCVL], low = bank.lowCVL
        let isIgnored = charged.longest >= longestReaction && charged.longest > low.longest
        let condition = isIgnored ? charged : low
        guard condition.longest >= (isIgnored ? longestReaction : lasting) else { return [] }
        return [
            Finding(
                isIgnored ? FindingTable.cvlIgnored : FindingTable.cvlLow, certainty: 88,
                [
                    Fact("CVL", .number(bank[.chargeVoltageLimit]?.lowest ?? 0, .millivolts)),
                    Fact("voltage", .number(bank[.voltage]?.highest ?? 0, .millivolts)),
                    Fact("for", .interval(condition.longest)),
                ], places: [condition.place])
        ]
    }

    /// A limit says stop and its permission says go, or the other way round.
    @Sendable static func limitContradicts(_ picture: CANPicture) -> [Finding] {
        guard let bank = picture.bank else { return [] }
        let soc = bank[.soc]?.last ?? 500
        let cases: [(BankCondition, StaticString, Bool)] = [
            // Full and empty batteries often say it with the limit alone.
            (.zeroCCLEnabled, "CCL is 0 A, charging is permitted", soc < 950),
            (.zeroDCLEnabled, "DCL is 0 A, discharging is permitted", soc > 150),
            (.nonzeroCCLDisabled, "charging is forbidden, CCL is not 0 A", true),
            (.nonzeroDCLDisabled, "discharging is forbidden, DCL is not 0 A", true),
        ]
        let found = cases.filter { $0.2 && bank[$0.0].longest >= lasting }
        guard let first = found.first else { return [] }
        return [
            Finding(
                FindingTable.limitContradicts, certainty: 85,
                found.map { Fact($0.1, .interval(bank[$0.0].longest)) }, places: [bank[first.0].place])
        ]
    }

    /// Both current limits are 0 A.
    @Sendable static func bothZero(_ picture: CANPicture) -> [Finding] {
        guard let bank = picture.bank, bank[.bothZero].longest >= lasting else { return [] }
        var facts = [Fact("both limits 0 A for", .interval(bank[.bothZero].longest))]
        if let soc = bank[.soc] { facts.append(Fact("SOC", .number(soc.last, .permille))) }
        if let permitted = bank[.chargeEnabled] {
            facts.append(Fact("charging permitted", .number(permitted.last, .onOff)))
        }
        return [Finding(FindingTable.bothZero, certainty: 90, facts, places: [bank[.bothZero].place])]
    }

    /// The battery reports that a protection has acted.
    @Sendable static func protects(_ picture: CANPicture) -> [Finding] {
        guard let bank = picture.bank, bank[.protection].longest >= .seconds(3) else { return [] }
        let raised = bank.raised.protections
        let facts = alarmLabels.filter { raised.contains($0.0) }.prefix(6).map {
            Fact("reported", text($0.1))
        }
        return [
            Finding(
                FindingTable.protects, certainty: 96,
                facts + [Fact("for", .interval(bank[.protection].longest))],
                places: [bank[.protection].place])
        ]
    }

    /// What the kinds of alarm that a battery has are called, in at most 32 letters.
    private static let alarmLabels: [(AlarmKind, StaticString)] = [
        (.cellOverVoltage, "cell or pack over-voltage"), (.cellUnderVoltage, "cell or pack under-voltage"),
        (.packOverVoltage, "pack over-voltage"), (.packUnderVoltage, "pack under-voltage"),
        (.chargeOverCurrent, "charge over-current"), (.dischargeOverCurrent, "discharge over-current"),
        (.chargeShortCircuit, "short circuit in charging"), (.dischargeShortCircuit, "short circuit"),
        (.chargeOverTemperature, "too hot to charge"), (.chargeUnderTemperature, "too cold to charge"),
        (.dischargeOverTemperature, "too hot to discharge"),
        (.dischargeUnderTemperature, "too cold to discharge"),
        (.batteryOverTemperature, "battery too hot"), (.mosfetOverTemperature, "power board too hot"),
        (.cellCountMismatch, "number of cells"), (.currentSensorFault, "current sensor"),
        (.temperatureSensorFault, "temperature sensor"), (.internalCommunication, "system error"),
        (.chargeSwitchFault, "charge switch"), (.dischargeSwitchFault, "contactor or discharge switch"),
        (.wireResistance, "cell wire"), (.imbalance, "cells too far apart"), (.undocumented, "general alarm"),
    ]

    /// A full charge is asked for with a bit that makes no inverter charge.
    @Sendable static func onlyFullCharge(_ picture: CANPicture) -> [Finding] {
        guard let bank = picture.bank, bank[.onlyFullCharge].longest >= lasting else { return [] }
        return [
            Finding(
                FindingTable.onlyFullCharge, certainty: 80,
                [Fact("SOC", .number(bank[.soc]?.last ?? 0, .permille))],
                places: [bank[.onlyFullCharge].place])
        ]
    }
}
