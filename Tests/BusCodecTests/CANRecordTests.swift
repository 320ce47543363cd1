import BusCodec
import TestSupport
import Testing

@Suite("A CAN frame as a record of thirteen bytes")
struct CANRecordTests {
    @Test(
        "is written and found again",
        arguments: [
            (CANFrame(identifier: 0x2F4, length: 0), "00 00 00 02 F4 00 00 00 00 00 00 00 00"),
            (
                CANFrame(identifier: 0x18F1_28F4, isExtended: true, length: 8),
                "88 18 F1 28 F4 00 00 00 00 00 00 00 00"
            ),
            (CANFrame(identifier: 0x7FF, kind: .remote, length: 8), "48 00 00 07 FF 00 00 00 00 00 00 00 00"),
            (
                CANFrame(identifier: 0x351, payload: [0xA8, 0x02, 0xE8].span),
                "03 00 00 03 51 A8 02 E8 00 00 00 00 00"
            ),
        ])
    func roundTrip(_ frame: CANFrame, _ text: String) {
        var buffer = ByteBuffer<13>()
        frame.writeRecord(into: &buffer)
        #expect(array(buffer.bytes) == hex(text))
        guard case .item(let found, 13) = CANFrame.scanRecord(buffer.bytes) else {
            Issue.record("not found")
            return
        }
        #expect(found == frame)
    }

    @Test(
        "is not begun by nine bytes of data, by unknown bits or by an identifier that is too long",
        arguments: ["09 00 00 03 51", "18 00 00 03 51", "08 00 00 08 00", "88 20 00 00 00"])
    func noise(_ head: String) {
        let bytes = hex(head) + [UInt8](repeating: 0, count: 8)
        guard case .noise(.noStart) = CANFrame.scanRecord(bytes.span) else {
            Issue.record("taken")
            return
        }
    }

    @Test("is not there for an error that a controller reports")
    func errors() {
        var buffer = ByteBuffer<13>()
        CANFrame(identifier: 0x40, kind: .error, length: 8).writeRecord(into: &buffer)
        #expect(buffer.count == 0)
    }
}
