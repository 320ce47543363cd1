import BatteryModel
import BusCodec
import InverterProfiles
import Testing

@Suite("Pylontech low voltage: rules and quirks")
struct ProfileQuirkTests {
    private let profile = PylontechLV.profile

    private func frame(_ identifier: UInt32, _ bytes: [UInt8], isExtended: Bool = false) -> CANFrame {
        CANFrame(identifier: identifier, isExtended: isExtended, payload: bytes.span)
    }

    private func sent(
        _ identifier: UInt32, _ bank: BankReading, _ options: ProfileOptions = ProfileOptions()
    ) throws -> [UInt8] {
        let index = try #require(profile.index(ofIdentifier: identifier))
        let frame = try profile.encode(frame: index, bank: bank, options: options)
        return frame.payload.indices.map { frame.payload[$0] }
    }

    private func sample(without field: BankField? = nil, _ changes: [BankField: Int32] = [:]) -> BankReading {
        var generator = SplitMix(state: 7)
        var bank = BankReading.random(using: &generator)
        bank[.chargeEnabled] = Reading(1, at: noon)
        bank[.dischargeEnabled] = Reading(1, at: noon)
        bank[.chargeCurrentLimit] = Reading(100_000, at: noon)
        bank[.dischargeCurrentLimit] = Reading(100_000, at: noon)
        for (key, value) in changes { bank[key] = Reading(value, at: noon) }
        if let field { bank[field] = nil }
        return bank
    }

    @Test(
        "a frame is withheld when a value is missing",
        arguments: [
            (0x351, .chargeVoltageLimit, "charge_voltage_limit"),
            (0x351, .chargeCurrentLimit, "charge_current_limit"),
            (0x351, .dischargeCurrentLimit, "discharge_current_limit"),
            (0x351, .dischargeVoltageLimit, "discharge_voltage_limit"),
            (0x355, .soc, "soc"), (0x356, .voltage, "voltage"), (0x356, .current, "current"),
            (0x356, .temperature, "temperature"), (0x359, .packs, "module_count"),
            (0x35C, .chargeEnabled, "charge_enable"), (0x35C, .dischargeEnabled, "discharge_enable"),
        ] as [(UInt32, BankField, String)])
    func withheld(_ identifier: UInt32, _ field: BankField, _ name: String) throws {
        let bank = sample(without: field)
        let error = #expect(throws: EncodeError.self) { try sent(identifier, bank) }
        guard case .signal(.missing(let signal)) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(signal.text.description == name)
        #expect(profile.obstacle(bank: bank)?.error == error)
    }

    @Test("alarms that are not known withhold 0x359, and are not reported in 0x35A")
    func unknownAlarms() throws {
        var bank = sample()
        bank.alarms = nil
        #expect(throws: EncodeError.self) { try sent(0x359, bank) }
        #expect(try sent(0x35A, bank, ProfileOptions(dialect: 1)) == [0, 0, 0, 0, 0, 0, 0, 0])
    }

    @Test("a complete bank has no obstacle in either dialect")
    func complete() {
        #expect(profile.obstacle(bank: sample()) == nil)
        #expect(profile.obstacle(bank: sample(), options: ProfileOptions(dialect: 1)) == nil)
    }

    @Test("in a dialect that does not exist nothing is sent", arguments: [2, 3, 4, 200] as [UInt8])
    func unknownDialect(_ dialect: UInt8) {
        let options = ProfileOptions(dialect: dialect)
        #expect(throws: EncodeError.notInDialect) { try sent(0x351, sample(), options) }
        #expect(profile.obstacle(bank: sample(), options: options)?.error == .notInDialect)
        #expect(FrameSchedule(profile, dialect: dialect, start: noon).nextDue == nil)
    }

    @Test("SOH that is not reported is sent as 100 %")
    func healthSubstitute() throws {
        #expect(try sent(0x355, sample(without: .soh))[2...3] == [100, 0])
    }

    @Test("a value that does not fit is refused, never cut", arguments: [0, 99, 75_001, 200_000])
    func range(_ millivolts: Int32) {
        #expect(throws: EncodeError.self) {
            try sent(0x351, sample([.chargeVoltageLimit: millivolts]))
        }
    }

    @Test("limits are never rounded up, DVL never down")
    func rounding() throws {
        let bytes = try sent(
            0x351,
            sample([
                .chargeVoltageLimit: 55_299, .chargeCurrentLimit: 50_099, .dischargeCurrentLimit: 80_099,
                .dischargeVoltageLimit: 47_901,
            ]))
        #expect(bytes == [0x28, 0x02, 0xF4, 0x01, 0x20, 0x03, 0xE0, 0x01])
    }

    @Test("the current is sent with charging positive, or inverted")
    func invertedCurrent() throws {
        let bank = sample([.current: 12_300])
        #expect(try sent(0x356, bank)[2...3] == [123, 0])
        let inverted = ProfileOptions(invertsCurrent: true)
        #expect(try sent(0x356, bank, inverted)[2...3] == [0x85, 0xFF])
        var reading = BankReading()
        _ = profile.decode(
            frame(0x356, [0, 0, 0x85, 0xFF, 0, 0]), invertsCurrent: true, at: noon, into: &reading)
        #expect(reading[.current]?.value == 12_300)
    }

    @Test("a limit of 0 clears its enable bit, and a cleared bit makes its limit 0")
    func stop() throws {
        let zero = sample([.chargeCurrentLimit: 0])
        #expect(try sent(0x35C, zero)[0] & 0xC0 == 0x40)
        let nearly = sample([.dischargeCurrentLimit: 99])
        #expect(try sent(0x35C, nearly)[0] & 0xC0 == 0x80)
        let cleared = sample([.dischargeEnabled: 0])
        #expect(try sent(0x351, cleared)[4...5] == [0, 0])
    }

    @Test(
        "0 % and 100 % are only said of an empty and a full bank",
        arguments: [
            (0, 0), (1, 1), (9, 1), (10, 1), (19, 1), (990, 99), (999, 99), (1000, 100),
        ] as [(Int32, UInt8)])
    func socEnds(_ permille: Int32, _ percent: UInt8) throws {
        #expect(try sent(0x355, sample([.soc: permille]))[0] == percent)
    }

    @Test("a negative discharge limit is read as positive (diyBMS, 9C FF = -10.0 A)")
    func negativeDischargeLimit() {
        var reading = BankReading()
        let heard = profile.decode(
            frame(0x351, [0x28, 0x02, 0xF4, 0x01, 0x9C, 0xFF, 0xE0, 0x01]), at: noon, into: &reading)
        #expect(heard == .frame(HeardFrame(index: 0)))
        #expect(reading[.dischargeCurrentLimit]?.value == 10_000)
    }

    @Test("0x370 in tenths stays in tenths; what cannot be decided is not reported")
    func cellTemperatures() {
        var reading = BankReading([.temperature: 31])
        _ = profile.decode(frame(0x370, [32, 0, 30, 0, 0, 13, 0, 13]), at: noon, into: &reading)
        #expect(reading[.highestTemperature]?.value == 32)
        var unknown = BankReading()
        let heard = profile.decode(frame(0x370, [32, 0, 30, 0, 0, 13, 0, 13]), at: noon, into: &unknown)
        #expect(unknown[.highestTemperature] == nil)
        #expect(unknown[.highestCell]?.value == 3_328)
        guard case .frame(let account) = heard else { return }
        #expect(account.outOfRange == 2)
    }

    @Test("0x370 with the lower extreme first is read the right way round (Shoto)")
    func swappedExtremes() {
        var reading = BankReading([.temperature: 280])
        _ = profile.decode(
            frame(0x370, [0x0E, 0x01, 0x22, 0x01, 0xEF, 0x0D, 0xF2, 0x0D]), at: noon, into: &reading)
        #expect(
            reading.numbers == [
                .temperature: 280, .highestTemperature: 290, .lowestTemperature: 270, .highestCell: 3_570,
                .lowestCell: 3_567,
            ])
    }

    @Test("the bits that other makers set are understood and never sent")
    func deviatingBits() throws {
        var reading = BankReading()
        _ = profile.decode(
            frame(0x359, [0, 0x90, 0, 0x90, 1, 0, 0]), at: noon, into: &reading)
        #expect(
            reading.alarms?.value
                == alarms(
                    protections: [.chargeOverCurrent, .internalCommunication, .imbalance],
                    warnings: [.chargeOverCurrent, .imbalance])
        )
        #expect(try sent(0x359, reading) == [0, 0x09, 0, 0x01, 1, 0x50, 0x4E, 0])
    }

    @Test("signals that are cut off are not reported")
    func shortFrames() {
        var reading = BankReading()
        let heard = profile.decode(frame(0x356, [0x7A, 0x13, 0xF2, 0xFE]), at: noon, into: &reading)
        guard case .frame(let account) = heard else {
            Issue.record("\(heard)")
            return
        }
        #expect(account.cutOff == 1)
        #expect(reading.numbers == [.voltage: 49_860, .current: -27_000])
        #expect(profile.decode(frame(0x356, [0x7A]), at: noon, into: &reading) == .tooShort(frame: 2))
    }

    @Test("unknown identifiers, remote requests and error frames change nothing")
    func foreign() {
        var reading = BankReading()
        #expect(profile.decode(frame(0x123, [1, 2]), at: noon, into: &reading) == .unknown)
        #expect(profile.decode(frame(0x351, [1, 2], isExtended: true), at: noon, into: &reading) == .unknown)
        let request = CANFrame(identifier: 0x305, kind: .remote, length: 8)
        #expect(profile.decode(request, at: noon, into: &reading) == .wrongKind)
        #expect(!profile.isKeepAlive(request))
        #expect(reading.numbers.isEmpty)
    }

    @Test("a value out of range keeps the old one with its age")
    func staleValue() {
        var reading = BankReading([.soc: 500])
        let later = noon + .seconds(1)
        _ = profile.decode(frame(0x355, [200, 0, 90, 0]), at: later, into: &reading)
        #expect(reading[.soc] == Reading(500, at: noon))
        #expect(reading[.soh] == Reading(900, at: later))
    }

    @Test("0x305 is the sign of life, with 29 bits too (Schneider)", arguments: [false, true])
    func keepAlive(_ isExtended: Bool) {
        var reading = BankReading()
        let heard = profile.decode(
            frame(0x305, [0, 0, 0, 0, 0, 0, 0, 0], isExtended: isExtended), at: noon, into: &reading)
        guard case .frame = heard else {
            Issue.record("\(heard)")
            return
        }
        #expect(reading[.inverterAlive] == Reading(1, at: noon))
    }

    @Test("the inverter's side writes eight zero bytes")
    func inverterSide() throws {
        let index = try #require(profile.index(ofIdentifier: 0x305))
        let written = try profile.encode(frame: index, bank: BankReading())
        #expect(written == frame(0x305, [0, 0, 0, 0, 0, 0, 0, 0]))
    }

    @Test("an alarm that is over is taken away, one that the frame cannot say stays")
    func alarmsEnd() {
        var reading = BankReading([:], alarms: alarms(protections: [.cellOverVoltage, .imbalance]))
        _ = profile.decode(frame(0x359, [0, 0, 0, 0, 1, 0x50, 0x4E]), at: noon, into: &reading)
        #expect(reading.alarms?.value == alarms(protections: [.imbalance]))
    }

    @Test("pairs of 0 and 3 say nothing: neither an alarm nor that there is none")
    func unreportedPairs() {
        var reading = BankReading()
        _ = profile.decode(frame(0x35A, [0, 0xFF, 0, 0xFF, 0, 0, 0, 0]), at: noon, into: &reading)
        #expect(reading.alarms == nil)
        reading.alarms = Reading(alarms(protections: [.cellOverVoltage]), at: noon)
        _ = profile.decode(frame(0x35A, [0x20, 0, 0, 0, 0, 0, 0, 0]), at: noon, into: &reading)
        #expect(reading.alarms?.value == alarms(protections: [.cellOverVoltage]))
        _ = profile.decode(frame(0x35A, [0x08, 0, 0, 0, 0, 0, 0, 0]), at: noon, into: &reading)
        #expect(reading.alarms?.value == AlarmSet())
    }

    @Test("every kind that refuses current in a pack is visible, the rest is named")
    func invisible() {
        let hidden = profile.invisibleKinds(at: .protection, dialect: 0)
        let refusing: [AlarmKind] = [
            .cellOverVoltage, .cellUnderVoltage, .packOverVoltage, .packUnderVoltage, .chargeOverCurrent,
            .dischargeOverCurrent, .chargeShortCircuit, .dischargeShortCircuit, .chargeOverTemperature,
            .chargeUnderTemperature, .dischargeOverTemperature, .dischargeUnderTemperature,
            .batteryOverTemperature, .mosfetOverTemperature, .cellCountMismatch, .currentSensorFault,
            .temperatureSensorFault, .internalCommunication, .chargeSwitchFault, .dischargeSwitchFault,
            .packLost, .bankLost, .inputMissing, .implausible, .connectRefused,
        ]
        for kind in refusing { #expect(!hidden.contains(kind), "\(kind)") }
        #expect(hidden.contains(.imbalance))
        #expect(!profile.invisibleKinds(at: .protection, dialect: 1).contains(.imbalance))
        let set = alarms(protections: [.imbalance, .packLost])
        #expect(profile.invisible(of: set, dialect: 0) == alarms(protections: [.imbalance]))
    }

    @Test("a bit of one level makes nothing visible at another", arguments: [UInt8(0), 1])
    func levels(dialect: UInt8) {
        // Neither dialect has a bit for something that is merely worth knowing.
        let infos = profile.visibleKinds(at: .info, dialect: dialect)
        #expect(infos == AlarmMask())
        var set = AlarmSet()
        set.raise(.packLost, .info)
        #expect(profile.invisible(of: set, dialect: dialect) == set)
    }

    @Test("each kind at each level that is visible sets a bit")
    func everyAlarmIsSaid() throws {
        for level in [AlarmLevel.warning, .protection] {
            for raw in 0..<UInt8(AlarmKind.count) {
                let kind = try #require(AlarmKind(rawValue: raw))
                var set = AlarmSet()
                set.raise(kind, level)
                var bank = sample([.packs: 1])
                bank.alarms = Reading(set, at: noon)
                let bytes = try sent(0x359, bank)
                let isSaid = bytes[0...3].contains { $0 != 0 }
                let isVisible = profile.visibleKinds(at: level, dialect: 0).contains(kind)
                #expect(isSaid == isVisible, "\(kind) \(level)")
            }
        }
    }
}
