import BatteryModel
import BusCodec

/// Says what traffic is that no battery protocol explains.
enum ForeignTraffic {
    /// The talker behind identifiers that are left over.
    static func talker(_ traffic: CANTraffic, _ containers: [UInt32]) -> Talker {
        let inverter = containers.filter { (0x305...0x307).contains($0) }
        if inverter.count == containers.count {
            return Talker(
                .inverter,
                remark: "an inverter that waits for a battery: it shows that it is there and hears nobody",
                containers: containers)
        }
        for kind in kinds where kind.fits(containers) {
            return Talker(.foreign, remark: kind.remark, containers: containers)
        }
        return Talker(
            .unknown, remark: "cannot be told: no protocol that is known has these identifiers",
            containers: containers)
    }

    private struct Kind: Sendable {
        let remark: StaticString
        let isOne: @Sendable (_ container: UInt32) -> Bool

        /// Most of them must be of the kind.
        func fits(_ containers: [UInt32]) -> Bool {
            containers.filter(isOne).count * 3 >= containers.count * 2
        }
    }

    private static let kinds = [
        // SAE J1939-21: the parameter group stands in bits 8 to 25; NMEA 2000 has groups from 0x1F000 of its own.
        Kind(remark: "NMEA 2000: a boat's network, or VE.Can of Victron") {
            $0 >> 31 != 0 && ($0 >> 8) & 0x1_FF00 == 0x1_F000 || ($0 >> 8) & 0x3_FF00 == 0x1_F100
                || ($0 >> 8) & 0x3_FF00 == 0x1_F200
        },
        // ISO 15765-4: 0x7DF asks everybody, 0x7E0 to 0x7EF are asked and answer.
        Kind(remark: "the diagnosis socket of a car (OBD)") { $0 == 0x7DF || (0x7E0...0x7EF).contains($0) },
    ]
}
