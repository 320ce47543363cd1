import BMSDrivers
import BatteryModel
import Testing

@Suite struct JKFirmwareTests {
    static let versions: [(hardware: StaticString, firmware: StaticString, dialect: UInt8?)] = [
        ("11A", "11.55", 0), ("14.XA", "14.20", 1), ("15.XA", "15.10", 2), ("15.XA", "15.30", 2),
        ("15A", "15.38", 3),
        ("15A", "15.41", 3), ("19A", "19.27", 4), ("14.XA", "14.03", nil), ("10.XW", "10.08", nil),
        ("20A", "20.01", nil), ("15A", "19.27", nil), ("", "15.30", nil), ("15A", "", nil),
        ("15A", "V15.30", nil),
        ("15A", "999.1", nil), ("15A", "15.999", nil),
    ]

    @Test("only firmware that has been seen is proven", arguments: versions)
    func proven(_ row: (hardware: StaticString, firmware: StaticString, dialect: UInt8?)) {
        var identity = PackIdentity()
        identity.hardware = ASCIIText(row.hardware)
        identity.firmware = ASCIIText(row.firmware)
        #expect(JKFirmware.proven(identity)?.dialect == row.dialect)
    }

    @Test("an unknown firmware is named, and read as far as live data and the base of the settings")
    func unknown() throws {
        let text = Array("20.01".utf8)
        let about = record(bytes(JKFrames.aboutA3), with: text, at: 0x18)
        var reading = try decoded(about, JKQuestion.about)
        reading = try decoded(bytes(JKFrames.statusA1), JKQuestion.status, after: reading)
        reading = try decoded(bytes(JKFrames.settingsA2), JKQuestion.settings, after: reading)
        #expect(reading.identity?.value.firmware == ASCIIText("20.01"))
        #expect(reading.alarms?.value.level(of: .firmwareUnknown) == .info)
        #expect(reading.value(.packVoltage) == 26_852)
        #expect(reading.value(.chargeLimit) == 150_000)
        for field in [PackField.canProtocol, .controlWord, .heaterStart, .batteryType, .requestedChargeTime] {
            #expect(reading.value(field) == nil, "\(field)")
        }
    }

    @Test("what was believed before the firmware was known to be unknown is taken back")
    func takenBack() throws {
        var reading = try decoded(bytes(JKFrames.settingsA2), JKQuestion.settings)
        #expect(reading.value(.controlWord) == 0x0350)
        reading = try decoded(
            record(bytes(JKFrames.aboutA3), with: Array("20.01".utf8), at: 0x18), JKQuestion.about,
            after: reading)
        reading = try decoded(bytes(JKFrames.settingsA2), JKQuestion.settings, after: reading)
        #expect(reading.value(.controlWord) == nil)
    }

    @Test("a proven firmware, and one not yet read, raise no alarm")
    func quiet() throws {
        var reading = try decoded(bytes(JKFrames.statusV19), JKQuestion.status)
        #expect(reading.alarms?.value.isEmpty == true)
        reading = try decoded(bytes(JKFrames.aboutV19), JKQuestion.about, after: reading)
        reading = try decoded(bytes(JKFrames.statusV19), JKQuestion.status, after: reading)
        #expect(reading.alarms?.value.isEmpty == true)
    }

    @Test("the selected protocols have names")
    func selections() throws {
        let reading = try decoded(bytes(JKFrames.aboutV14), JKQuestion.about)
        let can = try #require(reading.value(.canProtocol).flatMap { JKSelections.can($0, generation: 14) })
        let uart = try #require(
            reading.value(.uart1Protocol).flatMap { JKSelections.uart($0, generation: 14) })
        #expect("\(can)" == "Victron CAN-bus BMS 2017-07-17")
        #expect("\(uart)" == "JK BMS RS485 Modbus V1.0")
        #expect(JKSelections.can(5).map { "\($0)" } == "MEGAREVO hybrid BMS CAN V1.0")
        #expect(JKSelections.can(5, generation: 14).map { "\($0)" } == "SEPLOS BMS CAN V1.0")
        #expect(JKSelections.can(99) == nil)
        #expect(JKSelections.trigger(9).map { "\($0)" } == "MOSFET over-temperature")
        for number in 0..<21 { #expect(JKSelections.uart(Int32(number)) != nil) }
        for number in 0..<15 { #expect(JKSelections.can(Int32(number)) != nil) }
    }

    @Test("the table finds the driver by its id")
    func table() {
        #expect(DriverTable.driver(id: "jk-modbus")?.sheet.baud == 115_200)
        #expect(DriverTable.driver(id: ASCIIText("jk")) == nil)
    }
}
