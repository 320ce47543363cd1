import BatteryModel
import BusCodec
import BusDiagnosis
import InverterProfiles
import TestSupport

/// When a bench begins.
let dawn = Instant(nanoseconds: 1_000_000_000_000)

/// A frame on the bench.
struct Passing: Sendable {
    var frame: CANFrame
    var at: Instant
}

/// A dialect of a profile, and whether its frames are filled up to eight bytes.
struct Speech: CustomStringConvertible, Sendable {
    var place: Int
    var dialect: UInt8 = 0
    var padded = true

    var profile: InverterProfile { ProfileTable.profiles[place] }
    var options: ProfileOptions { ProfileOptions(dialect: dialect, padsToEight: padded) }
    var id: String { "\(profile.sheet.id)" }
    var description: String {
        "\(profile.sheet.id) \(profile.sheet.dialects[Int(dialect)])\(padded ? "" : ", real lengths")"
    }

    static func named(_ id: String, dialect: UInt8 = 0, padded: Bool = true) -> Speech {
        Speech(
            place: ProfileTable.profiles.indices.first { "\(ProfileTable.profiles[$0].sheet.id)" == id }
                ?? -1,
            dialect: dialect, padded: padded)
    }

    /// Every dialect of every profile on CAN, filled up and as long as it is meant.
    static let all: [Speech] = ProfileTable.profiles.indices.flatMap { place -> [Speech] in
        let profile = ProfileTable.profiles[place]
        guard profile.serial == nil else { return [] }
        return (0..<profile.sheet.dialectCount).flatMap { dialect in
            [true, false].map { Speech(place: place, dialect: dialect, padded: $0) }
        }
    }
}

/// A bank of 16 cells in series that behaves as banks do, and what happens to it.
struct Plant: Sendable {
    var soc = 500.0
    /// The mean current in amperes; charging is positive.
    var amperes = -30.0
    var wanders = true
    /// The current changes between its value and the negative of it every ten seconds.
    var swings = false
    var ampHours = 280.0
    var cells: Int32 = 16
    var alarms = AlarmSet()
    /// Changes what is said, `seconds` after the start.
    var change: @Sendable (inout BankReading, _ seconds: Double) -> Void = { _, _ in }

    private var random = SeededRandom(seed: 7)
    private var now = 0.0

    init(soc: Double = 500, amperes: Double = -30) {
        self.soc = soc
        self.amperes = amperes
    }

    mutating func next(at seconds: Double, _ instant: Instant) -> BankReading {
        let flow = current(at: seconds)
        soc = min(max(soc + flow * (seconds - now) / 3_600 / ampHours * 1_000, 0), 1_000)
        now = seconds
        var bank = BankReading()
        for (field, value) in numbers(flow) { bank[field] = Reading(value, at: instant) }
        bank.alarms = Reading(alarms, at: instant)
        change(&bank, seconds)
        return bank
    }

    private mutating func current(at seconds: Double) -> Double {
        guard amperes != 0 else { return 0 }
        let sign = swings && Int(seconds / 10) % 2 == 1 ? -1.0 : 1.0
        return sign * amperes + (wanders ? Double(Int.random(in: -15...15, using: &random)) / 10 : 0)
    }

    private mutating func numbers(_ flow: Double) -> [BankField: Int32] {
        // The flat curve of LFP: 3.0 V empty, 3.30 V in the middle, 3.45 V full.
        let rest =
            3_200 + soc * 0.15 + (soc > 950 ? (soc - 950) * 1.5 : 0) - (soc < 100 ? (100 - soc) * 1.5 : 0)
        let ripple = wanders && flow != 0 ? Double(Int.random(in: -1...1, using: &random)) : 0
        let cell = Int32(rest + flow * 0.4 + ripple)
        let isFull = soc > 990, isLow = soc < 60
        let warm: Int32 = 238 + (wanders ? Int32.random(in: 0...1, using: &random) : 0)
        var numbers: [BankField: Int32] = [
            .chargeVoltageLimit: cells * 3_500, .dischargeVoltageLimit: cells * 2_875,
            .chargeCurrentLimit: isFull ? 10_000 : 100_000, .dischargeCurrentLimit: isLow ? 60_000 : 150_000,
            .soc: Int32(soc), .soh: 990, .voltage: cell * cells + Int32(ripple * 10),
            .current: Int32(flow * 1_000),
            .temperature: warm, .highestTemperature: warm + 12, .lowestTemperature: warm - 12,
            .highestCell: cell + 4, .lowestCell: cell - 5, .cellSpread: 9, .highestCellNumber: 3,
            .lowestCellNumber: 11, .highestCellPack: 1, .lowestCellPack: 2,
            .capacity: Int32(ampHours * 1_000),
            .remainingCapacity: Int32(ampHours * soc), .cycles: 123, .cells: cells, .packs: 2,
            .packsOffline: 0,
            .packsBlockingCharge: 0, .packsBlockingDischarge: 0, .chargeEnabled: 1, .dischargeEnabled: 1,
            .forceCharge: 0, .forceChargeSoon: 0, .fullCharge: 0,
        ]
        numbers[.activity] = flow > 0.5 ? 1 : flow < -0.5 ? 2 : 0
        numbers[.highestTemperatureNumber] = 2
        numbers[.lowestTemperatureNumber] = 4
        numbers[.highestTemperaturePack] = 1
        numbers[.lowestTemperaturePack] = 2
        numbers[.mosfetTemperature] = warm + 60
        numbers[.energyCharged] = 1_234_000
        numbers[.energyDischarged] = 1_198_000
        numbers[.highestSOC] = Int32(min(soc + 5, 1_000))
        numbers[.lowestSOC] = Int32(max(soc - 5, 0))
        return numbers
    }
}

/// A battery and, if wanted, an inverter on one bus, over a time.
struct Bench {
    var speech: Speech
    var plant = Plant()
    var seconds = 60.0
    var keepAlive = true
    var period: Interval?

    /// What passes on the bus.
    func passing() -> [Passing] {
        var plant = plant
        var frames: [Passing] = []
        var schedule = FrameSchedule(speech.profile, dialect: speech.dialect, period: period, start: dawn)
        let end = dawn + .milliseconds(Int64(seconds * 1_000))
        var told = plant.next(at: 0, dawn)
        var toldAt = 0
        while let due = schedule.nextDue, due < end {
            let second = Int((due - dawn).nanoseconds / 1_000_000_000)
            if second != toldAt {
                told = plant.next(at: Double(second), due)
                toldAt = second
            }
            while let index = schedule.next(at: due) {
                guard
                    let frame = try? speech.profile.encode(frame: index, bank: told, options: speech.options)
                else { continue }
                frames.append(Passing(frame: frame, at: due))
            }
        }
        return keepAlive ? Self.merged(frames, inverter(until: end)) : frames
    }

    /// What the inverter says.
    func inverter(until end: Instant) -> [Passing] {
        guard let frame = speech.profile.keepAliveFrame(speech.options) else { return [] }
        var frames: [Passing] = []
        var now = dawn + .milliseconds(333)
        while now < end {
            frames.append(Passing(frame: frame, at: now))
            now = now + speech.profile.sheet.keepAlive.period
        }
        return frames
    }

    /// Two streams in the order of time.
    static func merged(_ one: [Passing], _ other: [Passing]) -> [Passing] {
        var result: [Passing] = []
        result.reserveCapacity(one.count + other.count)
        var (first, second) = (0, 0)
        while first < one.count || second < other.count {
            if second == other.count || first < one.count && one[first].at <= other[second].at {
                result.append(one[first])
                first += 1
            } else {
                result.append(other[second])
                second += 1
            }
        }
        return result
    }
}

extension CANDiagnosis {
    /// What comes out of listening to frames.
    static func account(
        of frames: [Passing], _ options: DiagnosisOptions = DiagnosisOptions(), silence: Double = 0
    ) -> DiagnosisAccount {
        var diagnosis = CANDiagnosis(options)
        for (place, passing) in frames.enumerated() {
            diagnosis.received(passing.frame, at: passing.at, place: place + 1)
        }
        if silence > 0 {
            diagnosis.passed(to: (frames.last?.at ?? dawn) + .milliseconds(Int64(silence * 1_000)))
        }
        return diagnosis.account()
    }
}

extension DiagnosisAccount {
    /// The ids of the findings, the most important first.
    var ids: [String] { findings.map { "\($0.sheet.id)" } }

    /// The best candidate of the battery that was named first, as id and dialect.
    var best: Candidate? { talkers.first { $0.role == .battery }?.candidates.first }
}
