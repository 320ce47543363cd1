import BatteryModel

// What most protocols want said in the same way.

extension BankReading {
    /// A limit below `resolution` clears its enable bit, and a cleared enable bit makes its limit 0.
    ///
    /// Some inverters ignore 0 A and obey the bit, others the reverse, so both are said. Battery-Emulator
    /// (PYLON-LV-CAN) does the same. Neither can raise a limit.
    ///
    /// - Parameter resolution: The smallest current that the protocol has a number for, in milliamps.
    mutating func makeLimitsAgree(resolution: Int32 = 100) {
        agree(.chargeCurrentLimit, .chargeEnabled, resolution)
        agree(.dischargeCurrentLimit, .dischargeEnabled, resolution)
        guard self[.chargeEnabled]?.value == 0 else { return }
        // Nothing is asked for that is not permitted.
        for index in Self.requests.indices { self[Self.requests[index]]?.value = 0 }
    }

    private mutating func agree(_ limit: BankField, _ enable: BankField, _ resolution: Int32) {
        guard let milliamps = self[limit], let flag = self[enable] else { return }
        // A negative limit is an error that the row reports, not a stop.
        guard milliamps.value >= 0 else { return }
        if milliamps.value < resolution, flag.value != 0 { self[enable] = Reading(0, at: flag.at) }
        if flag.value == 0, milliamps.value != 0 { self[limit] = Reading(0, at: milliamps.at) }
    }

    private static let requests: [3 of BankField] = [.forceCharge, .forceChargeSoon, .fullCharge]

    /// Makes a state of charge between 0 and 1 % to 1 %: 0 % is said only of a bank that is empty.
    ///
    /// For protocols with whole percents, rounded down, so that 100 % too is said only of a bank that is full.
    mutating func keepApartFromEmpty() {
        guard var soc = self[.soc], (1..<10).contains(soc.value) else { return }
        soc.value = 10
        self[.soc] = soc
    }

    /// Keeps the packs from saying what the bank does not: 100 % of a pack is said only of a full bank, 0 % only of an
    /// empty one.
    mutating func keepPacksApartFromEnds() {
        guard let soc = self[.soc]?.value else { return }
        let (least, most): (Int32, Int32) = (soc > 0 ? 10 : 0, soc < 1_000 ? 990 : 1_000)
        for index in Self.ofPacks.indices {
            guard let own = self[Self.ofPacks[index]] else { continue }
            self[Self.ofPacks[index]] = Reading(min(max(own.value, least), most), at: own.at)
        }
    }

    private static let ofPacks: [2 of BankField] = [.highestSOC, .lowestSOC]

    /// Says the name if nobody has said another.
    mutating func name(_ name: StaticString) {
        guard maker == nil else { return }
        maker = Reading(ASCIIText(name), at: alarms?.at ?? Instant(nanoseconds: 0))
    }

    /// Says a number that identifies the kind of battery if nobody has said another.
    mutating func sayIfUnknown(_ field: BankField, _ value: Int32) {
        guard self[field] == nil else { return }
        self[field] = Reading(value, at: alarms?.at ?? Instant(nanoseconds: 0))
    }

    /// Says that the cells lie as far apart as the highest and the lowest that are told, if nobody says better.
    ///
    /// For protocols that have no word for a distance that is not known.
    mutating func sayCellDistance() {
        guard self[.cellSpread] == nil, let high = self[.highestCell], let low = self[.lowestCell] else {
            return
        }
        let (distance, isTooFar) = high.value.subtractingReportingOverflow(low.value)
        guard !isTooFar, distance >= 0 else { return }
        self[.cellSpread] = Reading(distance, at: min(high.at, low.at))
    }

    /// Says type and version of the battery if nobody has said others.
    mutating func identify(type: Int32, version: Int32) {
        sayIfUnknown(.batteryType, type)
        sayIfUnknown(.version, version)
    }
}
