import BMSDrivers
import BatteryModel
import BusCodec
import TestSupport
import Testing

@Suite("JK 4E57: tags that are not what they should be")
struct JK4E57TagTests {
    @Test("a published answer that has lost a byte is refused")
    func damaged() {
        var bytes = JK4E57Golden.all[1].bytes
        bytes.remove(at: bytes.lastIndex(of: 0xA0) ?? 0)
        guard case .item = JK4E57Frame.scan(bytes.span) else { return }
        Issue.record("found")
    }

    @Test(
        "a tag that is not known ends the reading; the current behind which nothing says its coding is not read"
    )
    func unknownTag() throws {
        let reading = try read(JK4E57Change.data.replacing([0x87, 0x00, 0x04], with: [0x88, 0x00, 0x04]))
        #expect(reading[.soc]?.value == 150 && reading[.packVoltage]?.value == 53_590)
        #expect(reading.cells.count == 14 && reading[.temperature2]?.value == 280)
        #expect(reading[.current] == nil && reading[.cycles] == nil && reading.alarms == nil)
        #expect(reading[.chargeSwitch] == nil && reading[.chargeLimit] == nil && reading.identity == nil)
    }

    @Test("a tag that falls back, or is longer than its answer, ends the reading")
    func disorder() throws {
        let backwards = try read(JK4E57Change.data.replacing([0x86, 0x02, 0x87], with: [0x86, 0x02, 0x79]))
        #expect(backwards[.soc]?.value == 150 && backwards[.cycles] == nil && backwards[.current] == nil)
        let short = try read(Array(JK4E57Change.data.dropLast(3)))
        #expect(short[.soc]?.value == 150 && short.alarms != nil && short[.current] == nil)
    }

    @Test("one tag alone is read, but a current alone has no coding")
    func single() throws {
        #expect(try read([0x85, 0x0F], command: JK4E57Frame.readOne)[.soc]?.value == 150)
        #expect(try read([0x84, 0x80, 0xD0], command: JK4E57Frame.readOne)[.current] == nil)
    }

    @Test("what nobody has documented refuses the whole answer", arguments: JK4E57Change.refused)
    func refused(_ change: JK4E57Change) {
        #expect(throws: AnswerError.self) {
            try read(JK4E57Change.data.replacing(change.old, with: change.new))
        }
    }

    @Test("what a BMS sends unasked is no answer")
    func upload() {
        var bytes = JK4E57Golden.all[0].bytes
        bytes[10] = 2
        bytes[bytes.count - 1] += 1
        guard case .item(let item, _) = JK4E57.driver.scan(bytes.span, true, true) else {
            Issue.record("not found")
            return
        }
        #expect(item.kind == .other)
    }

    @Test("asks as the vendor's example does")
    func question() {
        #expect(
            JK4E57.driver.asks(0, 0) == hex("4E 57 00 13 00 00 00 00 06 03 00 00 00 00 00 00 68 00 00 01 29"))
    }

    private func read(_ data: [UInt8], command: UInt8 = JK4E57Frame.readAll) throws -> PackReading {
        var frame = ByteBuffer<400>()
        JK4E57Frame.encodeAnswer(to: command, data: data.span, into: &frame)
        var reading = PackReading()
        try JK4E57.driver.decode(frame.bytes, 0, PackReading.sampleTime, &reading)
        return reading
    }
}

/// Some bytes of a real answer, and others to stand in their place.
struct JK4E57Change: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var old: [UInt8]
    var new: [UInt8]

    /// The tags of the first answer.
    static var data: [UInt8] { Array(JK4E57Golden.all[0].bytes.dropFirst(11).dropLast(9)) }

    static let refused: [JK4E57Change] = [
        JK4E57Change(testDescription: "version 2", old: [0xC0, 0x01], new: [0xC0, 0x02]),
        JK4E57Change(
            testDescription: "a temperature of 141", old: [0x82, 0x00, 0x1C], new: [0x82, 0x00, 0x8D]),
        JK4E57Change(testDescription: "SOC 101", old: [0x85, 0x0F], new: [0x85, 0x65]),
        JK4E57Change(testDescription: "no cell 2", old: [0x02, 0x0E, 0xFA], new: [0x03, 0x0E, 0xFA]),
        JK4E57Change(testDescription: "half a cell", old: [0x79, 0x2A, 0x01], new: [0x79, 0x29, 0x01]),
    ]
}

extension [UInt8] {
    /// The bytes with the first `old` replaced; as they are if there is none.
    fileprivate func replacing(_ old: [UInt8], with new: [UInt8]) -> [UInt8] {
        guard let place = (0...(count - old.count)).first(where: { Array(self[$0..<$0 + old.count]) == old })
        else { return self }
        return Array(self[..<place]) + new + Array(self[(place + old.count)...])
    }
}
