import BMSDrivers
import BatteryModel
import BusCodec
import TestSupport

/// A pack on a simulated line: what it measures changes all the time, so that an old answer gives itself away.
struct FaultyPack {
    /// Its address.
    let address: UInt8
    private let driver: BMSDriver
    private let mode: ReadMode
    private let number: Int32
    private var understood: [Int: [String: Reading<Statement>]] = [:]

    /// How long one measurement lasts.
    static let period = Interval.milliseconds(200)

    init(_ driver: BMSDriver, _ mode: ReadMode, number: Int) {
        self.driver = driver
        self.mode = mode
        self.number = Int32(number)
        address = driver.sheet.addresses.lowerBound + UInt8(number)
    }

    /// The number of the measurement at `now`.
    static func moment(at now: Instant) -> Int {
        Int((now - at(0)).nanoseconds / period.nanoseconds)
    }

    /// What the pack knows at `moment`; no two packs ever know the same.
    func truth(_ moment: Int) -> PackReading {
        let step = Int32(moment)
        var reading = PackReading.sample(address: address)
        var cells = CellValues()
        for cell in 0..<16 {
            cells[cell] = UInt16(3_200 + 40 * number + step * 3 % 40 + (Int32(cell) * 7 + step) % 13)
        }
        reading.cellMillivolts = Reading(cells, at: PackReading.sampleTime)
        let soc = 20 + (step / 2 + 40 * number) % 60
        let warmth = 20 + (step / 3 + 10 * number) % 20
        let values: [PackField: Int32] = [
            .packVoltage: cells.sum, .soc: soc * 10, .remainingCapacity: soc * 2_800,
            .current: -5_000 - 100 * ((step * 3 + 100 * number) % 200),
            .temperature1: warmth * 10, .temperature2: warmth * 10 + 20, .temperature3: warmth * 10 + 10,
            .temperature4: warmth * 10 + 30, .mosfetTemperature: warmth * 10 + 100,
            .chargeCurrentLimit: 80_000 + 5_000 * number, .dischargeCurrentLimit: 120_000 + 5_000 * number,
            .chargeLimit: 100_000 + 10_000 * number, .uptime: step * 2, .cycles: 40 + number,
        ]
        for (field, value) in values { reading[field] = Reading(value, at: PackReading.sampleTime) }
        var identity = reading.identity?.value ?? PackIdentity()
        identity.serial = ASCIIText(number == 0 ? "123450" : "123451")
        reading.identity = Reading(identity, at: PackReading.sampleTime)
        return reading
    }

    /// What a host understands of `moment` on a line without faults.
    mutating func understood(_ moment: Int) -> [String: Reading<Statement>] {
        if let known = understood[moment] { return known }
        var reading = PackReading()
        for pace in [Poll.Pace.slow, .live] {
            for poll in 0..<driver.pollCount
            where driver.poll(poll).pace == pace && driver.poll(poll).mode == mode {
                let answer = driver.answers(poll, address, truth(moment))
                // What it cannot answer it answers nowhere.
                do { try driver.decode(answer.span, poll, PackReading.sampleTime, &reading) } catch {}
            }
        }
        understood[moment] = reading.statements
        return reading.statements
    }
}

/// A single thing that a reading says.
enum Statement: Sendable, Hashable {
    case number(Int32)
    case cells([UInt16])
    case alarms(AlarmSet)
    case text(String)
}

extension PackReading {
    /// Everything that it says, by name.
    var statements: [String: Reading<Statement>] {
        var statements: [String: Reading<Statement>] = [:]
        for number in 0..<PackField.count {
            guard let field = PackField(rawValue: UInt8(number)), let told = self[field] else { continue }
            statements[Self.names[number]] = Reading(.number(told.value), at: told.at)
        }
        if let told = cellMillivolts { statements["cells"] = Reading(.cells(cells), at: told.at) }
        if let told = alarms { statements["alarms"] = Reading(.alarms(told.value), at: told.at) }
        if let told = identity {
            for field in (0..<UInt8(6)).compactMap(IdentityField.init) where told.value[field].count > 0 {
                statements["\(field)"] = Reading(.text(told.value[field].string), at: told.at)
            }
        }
        return statements
    }

    private static let names = (0..<PackField.count).map { number in
        PackField(rawValue: UInt8(number)).map { "\($0.name)" } ?? "?"
    }
}
