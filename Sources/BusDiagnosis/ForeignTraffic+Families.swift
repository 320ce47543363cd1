import BusCodec

extension ForeignTraffic {
    /// Batteries for high voltage and others whose identifiers nobody else has; they are named before anything else.
    static let unmistakable: [Family] = [
        Family(
            remark:
                "Pylontech high voltage, as Deye, Solis and Growatt use it too, which Busbar does not speak",
            asking: "an inverter that asks for a Pylontech high voltage battery and hears no answer",
            source: "CANBUS Protocol of High Voltage system V1.18",
            signature: [
                long(0x4200, 0x42F0, mask: 0x1FFF_FFF0), long(0x7310, 0x7340, mask: 0x1FFF_FFF0),
            ], least: 1, besides: [long(0x8200, 0x8250, mask: 0x1FFF_FFF0)],
            questions: [long(0x4200, 0x4200, mask: 0x1FFF_FFF0), long(0x8200, 0x8240, mask: 0x1FFF_FFF0)]),
        Family(
            remark: "FoxESS high voltage, which Busbar does not speak",
            source: "dalathegreat/Battery-Emulator, FOXESS-CAN",
            signature: [long(0x1879), long(0x1883), long(0x0C05, 0x0C0C), long(0x0C1D, 0x0D60)], least: 1,
            besides: [long(0x1801), long(0x1871, 0x1878), long(0x1881, 0x1882)]),
        Family(
            remark: "SolaX high voltage, which Busbar does not speak",
            asking: "a SolaX or FoxESS inverter that asks for its battery and hears no answer",
            source: "dalathegreat/Battery-Emulator, SOLAX-CAN",
            signature: [long(0x1871, 0x1878), long(0x187A, 0x187E), long(0x1881, 0x1882)], least: 1,
            besides: [long(0x1801), long(0x0100_A001)], questions: [long(0x1871)]),
        Family(
            remark: "a SolaX or FoxESS battery that waits to be asked, which Busbar does not do",
            source: "dalathegreat/Battery-Emulator, SOLAX-CAN",
            signature: [long(0x1801), long(0x0100_A001)], least: 1),
        Family(
            remark: "GoodWe high voltage, which Busbar does not speak",
            asking: "a GoodWe high voltage inverter that waits for a battery",
            source: "reverse engineering of a GW6000-EH",
            signature: [short(0x453), short(0x455, 0x458), short(0x45A), short(0x460)], least: 3,
            besides: [short(0x420), short(0x425)]),
        Family(
            remark: "BYD HVS or HVM high voltage, which Busbar does not speak",
            asking: "an inverter that looks for a BYD high voltage battery and hears no answer",
            source: "dalathegreat/Battery-Emulator, BYD-CAN",
            signature: [
                short(0x110), short(0x150), short(0x151), short(0x190), short(0x1D0), short(0x210),
                short(0x250),
                short(0x290), short(0x2D0), short(0x3D0),
            ], least: 1, besides: [short(0x091), short(0x0D1), short(0x111), short(0x191)],
            questions: [short(0x151), short(0x091), short(0x0D1), short(0x111), short(0x191)],
            test: { traffic, containers in
                // Packs of Deye have the same identifiers. The inverter says its brand; a battery measures in 0x1D0.
                if containers.contains(0x1D0) {
                    return containers.contains(0x110) && containers.contains(0x150)
                }
                guard let hello = traffic.track(0x151)?.frame.bytes else { return false }
                return hello[0] <= 1 && (0x41...0x5A).contains(hello[1])
            }),
        Family(
            remark: "SMA high voltage, as BYD Battery-Box H and HVS use it, which Busbar does not speak",
            source: "dalathegreat/Battery-Emulator, SMA-CAN",
            signature: [
                short(0x158), short(0x358), short(0x3D8), short(0x458), short(0x4D8), short(0x518),
                short(0x558),
                short(0x598), short(0x5D8), short(0x618),
            ], least: 4,
            besides: [
                short(0x360), short(0x3E0), short(0x420), short(0x560, 0x567), short(0x5E0, 0x5E7),
                short(0x62C),
                short(0x660),
            ]),
        Family(
            remark: "Sungrow SBR, which Busbar does not speak",
            source: "dalathegreat/Battery-Emulator, SUNGROW-CAN",
            signature: [short(0x700, 0x70B), short(0x713, 0x71F)], least: 5,
            besides: [
                short(0x000, 0x01E), short(0x100, 0x109), short(0x151), short(0x191), short(0x1E0),
                short(0x401, 0x402), short(0x500, 0x512), short(0x70C, 0x712), long(0x0200_7F00),
            ], test: { traffic, _ in traffic.index(of: 0x351) == nil }),
        Family(
            remark: "Growatt high voltage, which Busbar does not speak",
            asking: "a Growatt high voltage inverter that waits for a battery",
            source: "Growatt BMS CAN protocol high voltage V1.10",
            signature: [
                long(0x3010, 0x3030), long(0x3110, 0x3290), long(0x1A80_00F1, 0x1ADF_00F3, mask: 0x1FFF_00FF),
            ], least: 3, besides: [long(0x3F00)],
            questions: [long(0x3010, 0x3030), long(0x1AB5_00F1, 0x1ABE_00F1, mask: 0x1FFF_00FF)]),
        Family(
            remark:
                "Afore high voltage, which Busbar does not speak; its identifiers are those of Pylontech, its frames are not",
            source: "dalathegreat/Battery-Emulator, AFORE-CAN",
            signature: [short(0x350), short(0x352, 0x354), short(0x357, 0x358)], least: 4,
            besides: [short(0x351), short(0x355, 0x356), short(0x359, 0x35A), short(0x305)]),
        Family(
            remark: "Sofar high voltage, which Busbar does not speak",
            source: "dalathegreat/Battery-Emulator, SOFAR-CAN",
            signature: [
                long(0x351), long(0x355, 0x356), long(0x359, 0x35A), long(0x35E, 0x35F), long(0x605),
                long(0x671), long(0x680), long(0x690), long(0x6B0),
            ], least: 3, besides: [long(0x30F), long(0x705)]),
        Family(
            remark: "packs of Deye among each other, which Busbar does not read",
            source: "captures of the bus between Deye packs",
            signature: [
                long(0x0209_8000, mask: 0x1FFF_FFF0), long(0x0400_8000, 0x0403_8000, mask: 0x1FFF_FFF0),
            ],
            least: 2),
        Family(
            remark: "EcoFlow's own bus, which Busbar does not speak",
            source: "bulldog5046/EcoFlow-CanBus-Reverse-Engineering",
            signature: [long(0x1000_3001, 0x10F0_3001, mask: 0x1FF0_FFFF)], least: 2),
    ]

    /// Networks that have nothing to do with batteries; they are named last.
    static let others: [Family] = [
        // SAE J1939-21: the parameter group stands in bits 8 to 25. NMEA 2000 has those from 0x1ED00 on.
        Family(
            remark: "NMEA 2000 or RV-C: the network of a boat or a motor home, or VE.Can of Victron",
            source: "SAE J1939-21; canboat, pgns.json",
            signature: [long(0x1_ED00_00, 0x1_FFFF_FF, mask: 0x03FF_FFFF)],
            least: 1,
            besides: [
                long(0xE8_0000, 0xEC_FFFF, mask: 0x03FF_FFFF), long(0xEE_0000, 0xEF_FFFF, mask: 0x03FF_FFFF),
            ]),
        Family(
            remark: "SAE J1939: a vehicle, an engine or a generator", source: "SAE J1939-71",
            signature: [long(0xF0_0000, 0xFF_FFFF, mask: 0x03FF_FFFF)], least: 2,
            besides: [long(0, 0xEF_FFFF, mask: 0x03FF_FFFF)]),
        // ISO 15765-4: 0x7DF asks everybody, 0x7E0 to 0x7EF are asked and answer.
        Family(
            remark: "the diagnosis socket of a car (OBD)", source: "ISO 15765-4",
            signature: [short(0x7DF), short(0x7E0, 0x7EF)], least: 1),
        // CiA 301: a heartbeat of one byte at 0x700 and the number of the node, data of the same node elsewhere.
        Family(
            remark: "CANopen: machines and drives", source: "CiA 301", signature: [short(0x701, 0x77F)],
            least: 1,
            besides: [short(0x000), short(0x080, 0x0FF), short(0x181, 0x67F)],
            test: { traffic, containers in
                containers.contains { container in
                    (0x701...0x77F).contains(container) && traffic.track(container)?.longestLength == 1
                        && containers.contains { $0 & 0x7F == container & 0x7F && $0 < 0x700 }
                }
            }),
    ]
}
