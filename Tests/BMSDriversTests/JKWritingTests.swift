import BMSDrivers
import BatteryModel
import BusCodec
import Testing

@Suite("JK-PB: settings that are written")
struct JKWritingTests {
    /// A request that gives a setting a value.
    struct Golden: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var field: PackField
        var value: Int32
        var address: UInt8
        var request: String
        var confirmation: String
    }

    static let rows: [Golden] = [
        Golden(
            testDescription: "balancer off, captured request (phinix-org, address 2); confirmation computed",
            field: .balancerEnabled, value: 0, address: 2, request: "02 10 10 78 00 02 04 00 00 00 00 37 A9",
            confirmation: "02 10 10 78 00 02 C5 22"),
        Golden(
            testDescription: "balancer on, captured request (phinix-org, address 2); confirmation computed",
            field: .balancerEnabled, value: 1, address: 2, request: "02 10 10 78 00 02 04 00 00 00 01 F6 69",
            confirmation: "02 10 10 78 00 02 C5 22"),
        Golden(
            testDescription: "cell over-voltage protection 3.65 V, computed from vendor map V1.1",
            field: .cellOverVoltage, value: 3_650, address: 1,
            request: "01 10 10 0C 00 02 04 00 00 0E 42 BA 6B", confirmation: "01 10 10 0C 00 02 85 0B"),
        Golden(
            testDescription: "charge current 100 A, computed from vendor map V1.1",
            field: .chargeLimit, value: 100_000, address: 15,
            request: "0F 10 10 2C 00 02 04 00 01 86 A0 3B 12", confirmation: "0F 10 10 2C 00 02 85 EF"),
    ]

    static func index(_ field: PackField) throws -> Int {
        try #require(JKPB.driver.settings.index(of: field))
    }

    static func written(_ field: PackField, _ value: Int32, _ address: UInt8) throws -> [UInt8] {
        var buffer = RequestBuffer()
        JKPB.driver.settings.write(try index(field), value, address, &buffer)
        return buffer.bytes.indices.map { buffer.bytes[$0] }
    }

    static func heard(_ request: [UInt8]) -> HeardWrite? { JKPB.driver.settings.heard(request.span) }

    static func confirms(_ item: [UInt8], _ setting: Int, _ address: UInt8) -> Bool {
        JKPB.driver.settings.confirms(item.span, setting, address)
    }

    @Test("a request has the bytes of the capture, and the battery side takes it", arguments: rows)
    func golden(_ golden: Golden) throws {
        let request = try Self.written(golden.field, golden.value, golden.address)
        #expect(request == bytes(golden.request))
        #expect(Self.heard(request) == .setting(golden.field, golden.value))
        let confirmation = answer(to: request, from: PackReading())
        #expect(confirmation == bytes(golden.confirmation))
        let setting = try Self.index(golden.field)
        #expect(Self.confirms(confirmation, setting, golden.address))
        #expect(!Self.confirms(confirmation, setting, golden.address ^ 3))
        let other = try Self.index(.balanceTrigger)
        #expect(!Self.confirms(confirmation, other, golden.address))
    }

    static let writable = JKPB.writable.indices.map { JKPB.writable[$0].field }

    @Test("what is written is read back by the question that carries it", arguments: writable)
    func readBack(_ field: PackField) throws {
        let index = try Self.index(field)
        let row = JKPB.driver.settings.writable(index)
        for mode in [ReadMode.frames, .registers] {
            let poll = try #require(JKPB.driver.settings.readBack(index, mode))
            #expect(JKPB.driver.poll(poll).mode == mode)
            for value in [row.range.lowerBound, row.range.upperBound] {
                var pack = PackReading()
                let heard = Self.heard(try Self.written(field, value, 1))
                guard case .setting(let field, let value) = heard else {
                    Issue.record("not taken")
                    continue
                }
                pack[field] = Reading(value, at: at(0))
                pack[.configuredCells] = Reading(16, at: at(0))
                let heardBack = try decoded(answer(to: request(poll, 1), from: pack), poll)
                #expect(heardBack[field]?.value == value)
            }
        }
    }

    @Test("a value out of its range is never put into bytes", arguments: writable)
    func range(_ field: PackField) throws {
        let range = JKPB.driver.settings.writable(try Self.index(field)).range
        #expect(try Self.written(field, range.lowerBound - 1, 1) == [])
        #expect(try Self.written(field, range.upperBound + 1, 1) == [])
        #expect(try Self.written(field, range.upperBound, 1).count == 13)
    }

    @Test("protocols, cells and switches are not written, and a battery refuses what is not in the list")
    func notWritable() {
        for field in [PackField.canProtocol, .uart1Protocol, .configuredCells, .chargeEnabled, .busAddress] {
            #expect(JKPB.driver.settings.index(of: field) == nil)
        }
        let refused = [
            "01 10 14 B2 00 01 02 01 04", "01 10 10 6C 00 02 04 00 00 00 0F", "01 10 16 0A 00 01 02 00 00",
            "01 10 10 0C 00 01 02 0E 42",
        ]
        for text in refused {
            #expect(Self.heard(withCRC(text)) == .refused(code: 2), "\(text)")
        }
        let tooHigh = withCRC("01 10 10 0C 00 02 04 00 00 27 10")
        #expect(Self.heard(tooHigh) == .refused(code: 3))
        #expect(answer(to: tooHigh, from: PackReading()) == withCRC("01 90 03"))
        #expect(Self.heard(withCRC("01 10 16 20 00 01 02 00 00")) == nil, "a trigger")
    }

    @Test("what is chosen has its name, of firmware 14 its own, and inverters' protocols are known")
    func choices() {
        let settings = JKPB.driver.settings
        var old = PackIdentity()
        old.hardware = ASCIIText("14.XA")
        old.firmware = ASCIIText("14.20")
        #expect(settings.choice(.canProtocol, 5, nil).map { "\($0)" } == "MEGAREVO hybrid BMS CAN V1.0")
        #expect(settings.choice(.canProtocol, 5, old).map { "\($0)" } == "SEPLOS BMS CAN V1.0")
        #expect(settings.choice(.canProtocol, 99, nil) == nil)
        #expect(settings.choice(.soc, 5, nil) == nil)
        let can = (0...15).filter { settings.isForInverters(.canProtocol, $0) }
        #expect(can == [1, 2, 3, 4, 5, 7, 8, 9, 10, 11])
        #expect((0...20).filter { settings.isForInverters(.uart1Protocol, $0) } == [5, 6, 7, 9, 14])
    }

    private func withCRC(_ text: String) -> [UInt8] {
        let frame = bytes(text)
        let crc = Checksum.modbusCRC(frame.span)
        return frame + [UInt8(truncatingIfNeeded: crc), UInt8(crc >> 8)]
    }
}
