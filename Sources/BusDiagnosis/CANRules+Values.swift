import BatteryModel
import BusCodec
import InverterProfiles

// Rules about what the numbers say.

extension CANRules {
    static let values: [@Sendable (CANPicture) -> [Finding]] = [
        byteOrder, voltage, currentSign, temperatureUnit, socScale, frozen, socJump, socZero, impossibleValue,
    ]

    /// The voltage does not fit CVL: a tenth, ten times, or half of it.
    @Sendable static func voltage(_ picture: CANPicture) -> [Finding] {
        guard let cvl = picture.last(.chargeVoltageLimit), cvl > 10_000,
            let voltage = picture.last(.voltage) ?? refusedVoltage(picture)
        else { return [] }
        let permille = Int64(voltage) * 1_000 / Int64(cvl)
        let sheet: FindingSheet
        switch permille {
        case 70...120, 7_000...12_000: sheet = FindingTable.voltageScale
        case 400...580: sheet = FindingTable.halfVoltage
        default: return []
        }
        return [
            Finding(
                sheet, certainty: 90,
                [Fact("voltage", .number(voltage, .millivolts)), Fact("CVL", .number(cvl, .millivolts))],
                places: places(of: .voltage, picture))
        ]
    }

    /// A voltage that is so much too low or too high that it cannot be; one that is much too high turns negative.
    private static func refusedVoltage(_ picture: CANPicture) -> Int32? {
        impossible(picture).first { $0.field == .voltage }
            .map { Int32(clamping: $0.value < 0 ? $0.value + 65_536 * Int64($0.row.numerator) : $0.value) }
    }

    /// Read with the bytes of each word swapped, the frames make sense, and as they are they do not.
    @Sendable static func byteOrder(_ picture: CANPicture) -> [Finding] {
        guard let target = picture.heard else { return [] }
        let asItIs = sense(of: picture, target, swapped: false),
            swapped = sense(of: picture, target, swapped: true)
        guard swapped.count >= 3, swapped.good == swapped.count, asItIs.good * 2 <= swapped.count else {
            return []
        }
        return [
            Finding(
                FindingTable.byteOrder, certainty: 95,
                [
                    Fact("numbers that make sense as they are", .count(UInt64(asItIs.good))),
                    Fact("with the bytes swapped", .count(UInt64(swapped.good))),
                ], places: places(of: .soc, picture))
        ]
    }

    private static func sense(
        of picture: CANPicture, _ target: CANPicture.Target, swapped: Bool
    ) -> (good: Int, count: Int) {
        var reading = BankReading()
        for track in picture.batteryTracks where !target.fields(of: track.container).isEmpty {
            var frame = track.frame
            if swapped { swapWords(&frame) }
            _ = target.profile.decode(frame, dialect: target.dialect, at: track.last, into: &reading)
        }
        let cvl = reading[.chargeVoltageLimit]?.value ?? -1, voltage = reading[.voltage]?.value ?? -1
        let limits = [BankField.chargeCurrentLimit, .dischargeCurrentLimit].map { reading[$0]?.value ?? -1 }
        var tests = [
            (18_000...65_000).contains(cvl), voltage > cvl / 10 * 6 && voltage < cvl / 10 * 12,
            limits.allSatisfy { (0...1_500_000).contains($0) },
        ]
        if target.required.contains(where: { target.fields(of: $0.container).contains(.soc) }) {
            tests.append((0...1_000).contains(reading[.soc]?.value ?? -1))
        }
        return (tests.filter { $0 }.count, tests.count)
    }

    private static func swapWords(_ frame: inout CANFrame) {
        for byte in stride(from: 0, to: 7, by: 2) {
            let first = frame.bytes[byte]
            frame.bytes[byte] = frame.bytes[byte + 1]
            frame.bytes[byte + 1] = first
        }
    }

    /// Voltage and state of charge move against the current.
    @Sendable static func currentSign(_ picture: CANPicture) -> [Finding] {
        guard let sign = picture.bank?.sign, sign.isOpposedByVoltage || sign.isOpposedBySOC else { return [] }
        // Each contradicts the other only if both have evidence enough.
        if sign.agreeing > sign.opposing { return [] }
        var facts = [
            Fact("steps against the voltage", .count(sign.opposing)),
            Fact("steps with it", .count(sign.agreeing)),
        ]
        if let first = sign.firstSOC, let last = sign.lastSOC, sign.isOpposedBySOC {
            facts.append(Fact("SOC at first", .number(first, .permille)))
            facts.append(Fact("SOC at last", .number(last, .permille)))
            facts.append(
                Fact("counted meanwhile", .number(Int32(clamping: sign.flowed / 3_600), .milliampHours)))
        }
        let isSure = sign.isOpposedByVoltage && sign.isOpposedBySOC
        return [
            Finding(
                FindingTable.currentSign, certainty: isSure ? 97 : 90, facts,
                places: places(of: .current, picture))
        ]
    }

    /// Temperatures in kelvin where degrees are meant, or the other way round.
    @Sendable static func temperatureUnit(_ picture: CANPicture) -> [Finding] {
        let fields: [BankField] = [.temperature, .highestTemperature, .lowestTemperature, .mosfetTemperature]
        let impossible = impossible(picture)
        for field in fields {
            let value = picture.last(field).map { Int64($0) } ?? impossible.first { $0.field == field }?.value
            guard let value else { continue }
            let isKelvin = (2_331...3_631).contains(value), isCelsius = (-2_791 ... -1_931).contains(value)
            guard isKelvin || isCelsius else { continue }
            return [
                Finding(
                    FindingTable.temperatureUnit, certainty: 92,
                    [
                        Fact("read", .number(Int32(clamping: value), .decicelsius)),
                        Fact(
                            "meant",
                            .number(Int32(clamping: value + (isKelvin ? -2_731 : 2_731)), .decicelsius)),
                    ], places: places(of: field, picture))
            ]
        }
        return []
    }

    /// The state of charge stands in hundredths or tenths of a percent where whole ones are meant.
    @Sendable static func socScale(_ picture: CANPicture) -> [Finding] {
        guard let soc = impossible(picture).first(where: { $0.field == .soc }), soc.value > 1_000 else {
            return []
        }
        let factor: Int64 = soc.value <= 10_000 ? 10 : 100
        guard soc.value <= 100_000 else { return [] }
        return [
            Finding(
                FindingTable.socScale, certainty: 88,
                [
                    Fact("read", .number(Int32(clamping: soc.value), .permille)),
                    Fact("meant", .number(Int32(clamping: soc.value / factor), .permille)),
                ], places: [soc.place])
        ]
    }

    /// Voltage and current have not moved for a minute although current flows.
    @Sendable static func frozen(_ picture: CANPicture) -> [Finding] {
        guard let bank = picture.bank, let voltage = bank[.voltage], let current = bank[.current],
            current.last.magnitude >= 5_000, let target = picture.heard,
            let track = picture.batteryTracks.first(where: {
                target.fields(of: $0.container).contains(.current)
            }),
            let median = track.gaps.median, median <= .seconds(5)
        else { return [] }
        let since = max(voltage.changedAt, current.changedAt, track.first)
        // Whole amperes and tenths of a volt stand still more easily.
        let isCoarse = voltage.last % 100 == 0 && current.last % 1_000 == 0
        guard track.last - since >= .seconds(isCoarse ? 180 : 60) else { return [] }
        return [
            Finding(
                FindingTable.frozen, certainty: 88,
                [
                    Fact("unchanged for", .interval(track.last - since)),
                    Fact("voltage", .number(voltage.last, .millivolts)),
                    Fact("current", .number(current.last, .milliamps)),
                ], places: [track.lastPlace])
        ]
    }

    /// The state of charge jumps by ten points or more at once.
    @Sendable static func socJump(_ picture: CANPicture) -> [Finding] {
        guard let soc = picture.bank?[.soc], soc.largestStep >= 100 else { return [] }
        return [
            Finding(
                FindingTable.socJump, certainty: 85,
                [
                    Fact("jump", .number(soc.largestStep, .permille)),
                    Fact("lowest", .number(soc.lowest, .permille)),
                    Fact("highest", .number(soc.highest, .permille)),
                ], places: [soc.largestStepPlace])
        ]
    }

    /// The state of charge is 0 % although the voltage is that of a battery that is half full.
    @Sendable static func socZero(_ picture: CANPicture) -> [Finding] {
        guard let bank = picture.bank, let soc = bank[.soc], soc.highest == 0,
            picture.traffic.length >= .seconds(20),
            let voltage = picture.last(.voltage), let cvl = picture.last(.chargeVoltageLimit), cvl > 10_000,
            (picture.last(.current) ?? 0) <= 5_000
        else { return [] }
        let dvl = picture.last(.dischargeVoltageLimit) ?? cvl / 100 * 82
        guard dvl < cvl, voltage > dvl + (cvl - dvl) / 2, voltage <= cvl + 1_000 else { return [] }
        return [
            Finding(
                FindingTable.socZero, certainty: 85,
                [
                    Fact("voltage", .number(voltage, .millivolts)), Fact("CVL", .number(cvl, .millivolts)),
                    Fact("DVL", .number(dvl, .millivolts)),
                ], places: places(of: .soc, picture))
        ]
    }

    /// A number is outside what it can mean, for no reason that another rule knows.
    @Sendable static func impossibleValue(_ picture: CANPicture) -> [Finding] {
        let isVoltageKnown = !voltage(picture).isEmpty, isSOCKnown = !socScale(picture).isEmpty
        let isTemperatureKnown = !temperatureUnit(picture).isEmpty
        let found = impossible(picture).filter { fault in
            switch fault.field {
            case .voltage: !isVoltageKnown
            case .soc: !isSOCKnown
            case .chargeVoltageLimit: fault.value != 0
            default: fault.field.unit != .decicelsius || !isTemperatureKnown
            }
        }
        guard let first = found.first else { return [] }
        return [
            Finding(
                FindingTable.impossibleValue, certainty: 80,
                [
                    Fact("identifier", .identifier(first.row.container)),
                    Fact("signal", text(first.row.name)),
                    Fact("read", .number(Int32(clamping: first.value), first.row.unit)),
                ], places: [first.place])
        ]
    }
}

// MARK: - What rules look at

extension CANRules {
    /// A number that is outside what it can mean.
    struct ImpossibleNumber {
        let field: BankField
        let row: BankRow
        let value: Int64
        let place: Int
    }

    /// The numbers in the last frames of the battery that cannot be.
    static func impossible(_ picture: CANPicture) -> [ImpossibleNumber] {
        guard let target = picture.heard, let known = picture.bank?.reading else { return [] }
        var found: [ImpossibleNumber] = []
        for track in picture.batteryTracks {
            let place = track.lastPlace
            _ = target.profile.visitSignals(of: track.frame, dialect: target.dialect, known: known) {
                row, content in
                guard case .number(let field) = row.meaning, case .outOfRange(let value) = content else {
                    return
                }
                found.append(ImpossibleNumber(field: field, row: row, value: value, place: place))
            }
        }
        return found
    }

    /// Where a number was told last.
    static func places(of field: BankField, _ picture: CANPicture) -> [Int] {
        guard let target = picture.heard else { return [] }
        return picture.batteryTracks.filter { target.fields(of: $0.container).contains(field) }.prefix(1)
            .map { $0.lastPlace }
    }
}
