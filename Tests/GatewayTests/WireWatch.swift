import BatteryModel
import BusCodec
import TestSupport

/// Reads what left for the inverter, with a decoder of its own, and says what must not have left.
struct WireWatch {
    /// Longest silence of all packs before the limits are 0, and before nothing is sent any more.
    var zeroAfter = Interval.milliseconds(10_000) + .milliseconds(100)
    var silentAfter = Interval.milliseconds(20_000) + .milliseconds(200)
    /// Whoever wakes up without a bank says so for this long.
    var silentAfterWaking = Interval.milliseconds(10_200)
    /// Least and most CVL in tenths of a volt: sixteen cells of 3.0 V and of 3.45 V.
    var chargeVoltage = 480...552

    /// Every identifier: Pylontech V1.2, each frame filled up to eight bytes.
    static let identifiers: [UInt32] = [0x351, 0x355, 0x356, 0x359, 0x35C, 0x35E]

    /// The limits as frame 0x351 says them: tenths of a volt, tenths of an ampere.
    struct Limits: Equatable {
        var chargeVoltage: Int
        var charge: Int
        var discharge: Int

        init?(_ frame: CANFrame) {
            guard frame.identifier == 0x351, frame.length == 8 else { return nil }
            func word(_ place: Int) -> Int { Int(frame.bytes[place]) | Int(frame.bytes[place + 1]) << 8 }
            chargeVoltage = word(0)
            charge = word(2)
            discharge = word(4)
        }
    }

    /// The first thing that must not have been sent; `nil` if all is well.
    func check(_ plant: VirtualPlant) -> String? {
        var lives = plant.delivered.filter { $0.wholeSince != nil }[...]
        var wakings = plant.wokenAt[...]
        var last: Instant?
        var woken: Instant?
        for sent in plant.output.frames {
            while let live = lives.first, live.at <= sent.at {
                last = live.at
                lives.removeFirst()
            }
            while let waking = wakings.first, waking <= sent.at {
                woken = waking
                wakings.removeFirst()
            }
            let isAwake = woken.map { sent.at - $0 > silentAfterWaking } ?? true
            guard let failure = check(sent.frame, age: last.map { sent.at - $0 }, isAwake) else { continue }
            return "\((sent.at - VirtualPlant.start).milliseconds) ms: \(failure)"
        }
        return nil
    }

    private func check(_ frame: CANFrame, age: Interval?, _ isAwake: Bool) -> String? {
        let name = String(frame.identifier, radix: 16)
        guard Self.identifiers.contains(frame.identifier), frame.length == 8, !frame.isExtended else {
            return "frame \(name) with \(frame.length) bytes"
        }
        guard let age else { return "frame \(name) before any pack was heard" }
        if age > silentAfter, isAwake { return "frame \(name) although silent for \(age.milliseconds) ms" }
        if frame.identifier == 0x35C, age > zeroAfter, frame.bytes[0] & 0xE0 != 0 {
            return
                "permission or request \(frame.bytes[0]) although the last word is \(age.milliseconds) ms old"
        }
        if frame.identifier == 0x355, !(1...99).contains(frame.bytes[0]) { return "SOC \(frame.bytes[0]) %" }
        if frame.identifier == 0x35E, array(frame.payload) != Array("PYLON   ".utf8) {
            return "another maker"
        }
        guard let limits = Limits(frame) else { return nil }
        if !chargeVoltage.contains(limits.chargeVoltage) { return "CVL \(limits.chargeVoltage)" }
        if !(0...2_000).contains(limits.charge) || !(0...3_000).contains(limits.discharge) {
            return "limits \(limits)"
        }
        if age > zeroAfter, limits.charge != 0 || limits.discharge != 0 {
            return "\(limits) although the last word is \(age.milliseconds) ms old"
        }
        return nil
    }
}
