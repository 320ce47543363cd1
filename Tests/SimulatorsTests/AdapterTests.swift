import BatteryModel
import BusCodec
import InverterProfiles
import LinuxIO
import Simulators
import Testing

@Suite("The adapter side of SLCAN") struct AdapterTests {
    func say(_ text: String, to adapter: inout SLCANAdapter) -> (reply: String, frames: [CANFrame]) {
        var reply: [UInt8] = []
        var frames: [CANFrame] = []
        for byte in text.utf8 {
            guard let step = adapter.receive(byte) else { continue }
            reply += step.reply
            if let frame = step.frame { frames.append(frame) }
        }
        return (String(decoding: reply, as: UTF8.self), frames)
    }

    @Test(
        "a closed channel answers as the manual says",
        arguments: [
            ("\r\r\r", ""), ("C\r", "\u{7}"), ("O\r", "\u{7}"), ("S6\r", "\r"), ("S9\r", "\u{7}"),
            ("S6\rO\r", "\r\r"), ("F\r", "\u{7}"), ("V\r", "V1013\r"), ("N\r", "NSIM1\r"),
            ("t1230\r", "\u{7}"), ("nonsense\r", "\u{7}"), ("\r\r\rC\rS6\rO\r", "\u{7}\r\r"),
            (String(repeating: "t", count: 90) + "\r", "\u{7}"),
        ])
    func closed(said: String, reply: String) {
        var adapter = SLCANAdapter()
        #expect(say(said, to: &adapter).reply == reply)
    }

    @Test(
        "an open channel answers as the manual says",
        arguments: [
            ("O\r", "\u{7}"), ("S5\r", "\u{7}"), ("F\r", "F00\r"), ("C\r", "\r"), ("t1230\r", "z\r"),
            ("T0000012300\r", "\u{7}"), ("T000001230\r", "Z\r"), ("t12G0\r", "\u{7}"), ("r1238\r", "z\r"),
        ])
    func open(said: String, reply: String) {
        var adapter = SLCANAdapter()
        _ = say("S6\rO\r", to: &adapter)
        #expect(say(said, to: &adapter).reply == reply)
    }

    @Test("frames pass through an open channel in both directions") func frames() {
        var adapter = SLCANAdapter()
        let frame = CANFrame(identifier: 0x351, payload: ([0x28, 0x02, 0xF4, 0x01] as [UInt8]).span)
        #expect(adapter.heard(frame) == nil, "closed")
        _ = say("S6\rO\r", to: &adapter)
        #expect(say("t35142802F401\r", to: &adapter).frames == [frame])
        #expect(adapter.heard(frame) == Array("t35142802F401\r".utf8))
        #expect(adapter.statistics.framesOut == 1 && adapter.statistics.framesIn == 1)
        #expect(adapter.statistics.lost == 1)
    }

    @Test("at the wrong bit rate nothing passes and the flags say why") func wrongRate() {
        var adapter = SLCANAdapter(busKilobits: 500)
        _ = say("S5\rO\r", to: &adapter)
        #expect(!adapter.isOnBus && adapter.channelKilobits == 250)
        #expect(say("t1230\r", to: &adapter).frames == [])
        #expect(adapter.heard(CANFrame(identifier: 0x305, length: 8)) == nil)
        #expect(say("F\r", to: &adapter).reply == "FA4\r")
    }
}
