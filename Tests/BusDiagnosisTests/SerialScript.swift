import BMSDrivers
import BatteryModel
import BusCodec
import BusDiagnosis
import InverterProfiles
import TestSupport
import Testing

/// Who speaks on a serial line in a test: a driver's host and its packs, or a profile's inverter and its battery.
struct SerialSpeaker: Sendable, CustomTestStringConvertible {
    enum Kind: Sendable {
        case driver(Int)
        case profile(Int, dialect: UInt8)
    }

    var kind: Kind
    var id: String
    var dialect = ""

    var testDescription: String { dialect.isEmpty ? id : "\(id) \(dialect)" }

    var source: Candidate.Source {
        switch kind {
        case .driver(let place): .driver(place)
        case .profile(let place, let dialect): .profile(place, dialect: dialect)
        }
    }

    /// Everybody who can be heard on a serial line.
    static let all: [SerialSpeaker] = drivers + profiles

    static let drivers: [SerialSpeaker] = DriverTable.drivers.indices
        .filter { DriverTable.drivers[$0].sheet.wire == .serial }
        .map { SerialSpeaker(kind: .driver($0), id: "\(DriverTable.drivers[$0].sheet.id)") }

    static let profiles: [SerialSpeaker] = ProfileTable.profiles.indices.flatMap { place in
        let profile = ProfileTable.profiles[place]
        return profile.serial == nil
            ? []
            : (0..<profile.sheet.dialectCount).map {
                SerialSpeaker(
                    kind: .profile(place, dialect: $0), id: "\(profile.sheet.id)",
                    dialect: "\(profile.sheet.dialects[Int($0)])")
            }
    }

    static func named(_ id: String) -> SerialSpeaker {
        guard let found = all.first(where: { $0.id == id }) else { preconditionFailure("no speaker \(id)") }
        return found
    }

    var isDriver: Bool { if case .driver = kind { true } else { false } }

    var baud: Int32 {
        switch kind {
        case .driver(let place): DriverTable.drivers[place].sheet.baud
        case .profile(let place, _): ProfileTable.profiles[place].serial?.bauds[0] ?? 0
        }
    }

    /// The addresses of the packs, at most two.
    var addresses: [UInt8] {
        switch kind {
        case .driver(let place):
            let sheet = DriverTable.drivers[place].sheet
            return sheet.factoryAddress.map { [$0] } ?? Array(sheet.addresses.prefix(2))
        case .profile(let place, _): return [ProfileTable.profiles[place].serial?.address ?? 1]
        }
    }

    /// Time from one question to the next, and within which an answer must come.
    var pace: (spacing: Interval, patience: Interval) {
        switch kind {
        case .driver(let place):
            let timing = DriverTable.drivers[place].sheet.timing
            return (timing.spacing + .milliseconds(120), timing.timeout)
        case .profile(let place, _):
            guard let talk = ProfileTable.profiles[place].serial else { return (.zero, .zero) }
            return (max(talk.spacing, .milliseconds(200)), talk.answerWithin)
        }
    }

    /// The questions of a round to an address; in some rounds the seldom ones as well.
    func questions(to address: UInt8, withSlow: Bool) -> [[UInt8]] {
        switch kind {
        case .driver(let place):
            let driver = DriverTable.drivers[place]
            let mode = driver.poll(0).mode
            return (0..<driver.pollCount).filter {
                driver.poll($0).mode == mode && (withSlow || driver.poll($0).pace == .live)
            }.map { poll in
                var buffer = RequestBuffer()
                driver.request(poll, address, &buffer)
                return buffer.list
            }
        case .profile(let place, let dialect):
            guard let talk = ProfileTable.profiles[place].serial else { return [] }
            var questions: [[UInt8]] = []
            while let question = talk.question(questions.count, dialect) {
                var buffer = SerialBuffer()
                talk.framing.write(question, to: address, into: &buffer)
                questions.append(buffer.list)
            }
            return questions
        }
    }

    /// What is answered in a state.
    func answer(_ question: [UInt8], _ state: SerialState, address: UInt8) -> [UInt8] {
        switch kind {
        case .driver(let place):
            var buffer = AnswerBuffer()
            DriverTable.drivers[place].answer(question.span, state.pack(address), &buffer)
            return buffer.list
        case .profile(let place, let dialect):
            let profile = ProfileTable.profiles[place]
            guard let talk = profile.serial,
                case .item(let frame, _) = talk.framing.scanQuestion(question.span)
            else { return [] }
            var buffer = SerialBuffer()
            let options = ProfileOptions(dialect: dialect, address: address)
            _ = profile.answer(frame, talk, bank: state.bank, options: options, into: &buffer)
            return buffer.list
        }
    }
}

/// How a battery stands in a test.
struct SerialState: Sendable {
    var soc: Int32 = 550
    var current: Int32 = -12_300
    /// Counts up, so that the values move.
    var moment = 0
    var alarms = AlarmSet()
    var chargeLimit: Int32 = 100_000, dischargeLimit: Int32 = 100_000
    /// Another pack: of another capacity, with another number of cycles.
    var isOther = false
    /// The first cell in millivolts, if it is to stand out.
    var oddCell: UInt16?
    var temperature: Int32 = 210
    /// CVL in millivolts, if it is to stand out, and whether charging is permitted.
    var chargeVoltage: Int32?
    var chargeEnabled: Int32 = 1
    /// Millivolts that every cell is higher.
    var lift = 0
    var firmware: StaticString = "2.1", hardware: StaticString = ""

    static let at = Instant(nanoseconds: 5_000_000_000)

    func pack(_ address: UInt8) -> PackReading {
        var reading = PackReading()
        var cells = CellValues()
        for cell in 0..<16 { cells[cell] = UInt16(3_300 + lift + cell + (moment + cell) % 3) }
        if let oddCell { cells[0] = oddCell }
        reading.cellMillivolts = Reading(cells, at: Self.at)
        let capacity: Int32 = isOther ? 100_000 : 280_000
        let flow = current == 0 ? 0 : current + Int32(moment % 7) * 110
        let values: [PackField: Int32] = [
            .packVoltage: cells.sum, .current: flow, .soc: soc, .soh: 990,
            .remainingCapacity: capacity / 1_000 * soc, .fullCapacity: capacity, .designCapacity: capacity,
            .cycles: isOther ? 417 : 42, .temperature1: temperature, .temperature2: 220, .temperature3: 230,
            .temperature4: 240, .mosfetTemperature: 310, .ambientTemperature: 250, .chargeSwitch: 1,
            .dischargeSwitch: 1, .prechargeSwitch: 0, .averageCell: 3_307, .cellSpread: 15,
            .highestCell: 3_317, .lowestCell: 3_300, .highestCellNumber: 16, .lowestCellNumber: 1,
            .chargeLimit: chargeLimit, .dischargeLimit: dischargeLimit, .chargeCurrentLimit: chargeLimit,
            .dischargeCurrentLimit: dischargeLimit, .chargeVoltageLimit: chargeVoltage ?? 55_200,
            .cellOverVoltage: 3_650,
            .cellOverVoltageRelease: 3_450, .cellUnderVoltage: 2_500, .cellUnderVoltageRelease: 2_800,
            .chargeOverTemperature: 550, .chargeUnderTemperature: 0, .dischargeOverTemperature: 600,
            .configuredCells: 16, .balancing: 0, .busAddress: Int32(address), .chargeEnabled: chargeEnabled,
            .dischargeEnabled: 1, .uptime: Int32(moment), .runtime: Int32(moment),
            .clock: 181_000_000 + Int32(moment),
        ]
        for (field, value) in values { reading[field] = Reading(value, at: Self.at) }
        reading.alarms = Reading(alarms, at: Self.at)
        var identity = PackIdentity()
        identity.model = ASCIIText("SAMPLE-16")
        identity.firmware = ASCIIText(firmware)
        identity.hardware = ASCIIText(hardware)
        identity.serial = ASCIIText(isOther ? "654321" : "123456")
        reading.identity = Reading(identity, at: Self.at)
        return reading
    }

    var bank: BankReading {
        var bank = BankReading()
        let flow = current == 0 ? 0 : current + Int32(moment % 7) * 110
        let values: [BankField: Int32] = [
            .chargeVoltageLimit: chargeVoltage ?? 56_000, .chargeCurrentLimit: chargeLimit,
            .dischargeCurrentLimit: dischargeLimit, .dischargeVoltageLimit: 46_000, .soc: soc, .soh: 990,
            .voltage: 52_900 + Int32(lift * 16 + moment % 5 * 10), .current: flow, .temperature: temperature,
            .highestCell: 3_317 + Int32(moment % 4), .lowestCell: 3_300, .highestTemperature: 240,
            .lowestTemperature: 200,
            .highestCellNumber: 3, .lowestCellNumber: 9, .highestCellPack: 1, .lowestCellPack: 1,
            .capacity: isOther ? 100_000 : 280_000, .chargeEnabled: chargeEnabled, .dischargeEnabled: 1,
            .forceCharge: 0,
            .forceChargeSoon: 0, .fullCharge: 0, .packs: 1, .packsOffline: 0, .batteryType: 0,
            .version: 0x0102,
            .inverterAlive: 1, .remainingCapacity: (isOther ? 100 : 280) * soc, .cycles: isOther ? 417 : 42,
            .cells: 16, .cellSpread: 17, .activity: flow < 0 ? 2 : flow > 0 ? 1 : 0, .packsBlockingCharge: 0,
            .packsBlockingDischarge: 0, .highestTemperatureNumber: 1, .lowestTemperatureNumber: 2,
            .highestTemperaturePack: 1, .lowestTemperaturePack: 1, .mosfetTemperature: 310,
            .energyCharged: 4_000_000, .energyDischarged: 3_900_000, .highestSOC: soc, .lowestSOC: soc,
        ]
        for (field, value) in values { bank[field] = Reading(value, at: Self.at) }
        bank.alarms = Reading(alarms, at: Self.at)
        bank.maker = Reading(ASCIIText("PYLON"), at: Self.at)
        return bank
    }
}

extension ByteBuffer {
    /// The bytes.
    var list: [UInt8] { bytes.indices.map { bytes[$0] } }
}
