import BusCodec
import TestSupport
import Testing

/// A frame of Modbus RTU and what it says.
struct ModbusVector: Sendable, CustomTestStringConvertible {
    /// Who says so: an example of the vendor, a capture, or computed from the rules.
    var source: String
    var bytes: [UInt8]
    var address: UInt8
    var function: ModbusRTU.Function
    var kind: ModbusRTU.Frame.Kind

    init(
        _ source: String, _ text: String, _ address: UInt8, _ function: ModbusRTU.Function,
        _ kind: ModbusRTU.Frame.Kind
    ) {
        self.source = source
        self.bytes = hex(text)
        self.address = address
        self.function = function
        self.kind = kind
    }

    var testDescription: String { "\(source): \(hexText(bytes.prefix(12)))" }

    var frame: ModbusRTU.Frame { ModbusRTU.Frame(address: address, function: function, kind: kind) }

    /// What masters say.
    ///
    /// "JK-PB" is the register map V1.1 of the JK-PB inverter BMS and captures of such packs.
    static let requests: [ModbusVector] = [
        .init("captured", "01 03 00 15 00 01 95 CE", 1, .readHolding, .readRequest(register: 0x15, count: 1)),
        .init(
            "JK-PB vendor example", "01 03 00 05 00 02 D4 0A", 1, .readHolding,
            .readRequest(register: 5, count: 2)),
        .init(
            "JK-PB vendor example", "01 10 00 20 00 02 04 00 05 22 33 B9 03", 1, .writeMany,
            .writeRequest(register: 0x20, count: 2)),
        .init(
            "JK-PB captured", "01 03 10 6C 00 05 41 14", 1, .readHolding,
            .readRequest(register: 0x106C, count: 5)),
        .init(
            "JK-PB captured", "01 03 12 90 00 05 80 9C", 1, .readHolding,
            .readRequest(register: 0x1290, count: 5)),
        .init(
            "JK-PB captured", "01 03 12 A0 00 04 41 53", 1, .readHolding,
            .readRequest(register: 0x12A0, count: 4)),
        .init(
            "JK-PB captured", "01 03 12 A6 00 04 A1 52", 1, .readHolding,
            .readRequest(register: 0x12A6, count: 4)),
        .init(
            "JK-PB computed", "00 03 10 00 00 40 41 2B", 0, .readHolding,
            .readRequest(register: 0x1000, count: 64)),
        .init(
            "JK-PB computed", "00 03 10 80 00 40 40 C3", 0, .readHolding,
            .readRequest(register: 0x1080, count: 64)),
        .init(
            "JK-PB captured", "02 10 10 78 00 02 04 00 00 00 00 37 A9", 2, .writeMany,
            .writeRequest(register: 0x1078, count: 2)),
        .init(
            "JK-PB captured", "02 10 10 78 00 02 04 00 00 00 01 F6 69", 2, .writeMany,
            .writeRequest(register: 0x1078, count: 2)),
        .init(
            "JK-PB captured", "02 10 11 14 00 01 02 02 10 B0 19", 2, .writeMany,
            .writeRequest(register: 0x1114, count: 1)),
        .init(
            "JK-PB captured", "02 10 10 00 00 02 04 00 00 0D AC 35 C6", 2, .writeMany,
            .writeRequest(register: 0x1000, count: 2)),
        .init(
            "JK-PB captured", "01 10 16 0A 00 01 02 00 00 D1 3B", 1, .writeMany,
            .writeRequest(register: 0x160A, count: 1)),
        .init(
            "JK-PB captured", "01 10 16 20 00 01 02 00 00 D6 F1", 1, .writeMany,
            .writeRequest(register: 0x1620, count: 1)),
        .init(
            "JK-PB captured", "0F 10 16 20 00 01 02 00 00 9A 91", 15, .writeMany,
            .writeRequest(register: 0x1620, count: 1)),
        .init(
            "JK-PB computed", "01 03 12 90 00 14 40 90", 1, .readHolding,
            .readRequest(register: 0x1290, count: 20)),
        .init(
            "JK-PB computed", "01 03 12 F8 00 03 81 42", 1, .readHolding,
            .readRequest(register: 0x12F8, count: 3)),
        .init(
            "JK-PB computed", "01 03 14 00 00 14 40 35", 1, .readHolding,
            .readRequest(register: 0x1400, count: 20)),
        .init(
            "computed", "11 04 00 08 00 01 B2 98", 17, .readInput, .readRequest(register: 8, count: 1)),
        .init(
            "computed", "11 06 00 01 00 03 9A 9B", 17, .writeOne, .writeRequest(register: 1, count: 1)),
    ]

    /// What slaves say.
    static let answers: [ModbusVector] = [
        .init("captured", "01 03 02 00 42 38 75", 1, .readHolding, .readAnswer(byteCount: 2)),
        .init("computed", "01 83 02 C0 F1", 1, .readHolding, .exception(code: 2)),
        .init("computed", "01 83 03 01 31", 1, .readHolding, .exception(code: 3)),
        .init(
            "JK-PB vendor example", "01 03 04 11 22 33 44 4B C6", 1, .readHolding, .readAnswer(byteCount: 4)),
        .init(
            "JK-PB vendor example", "01 10 00 20 00 02 40 02", 1, .writeMany,
            .writeAnswer(register: 0x20, count: 2)),
        .init(
            "JK-PB captured", "01 03 0A 00 00 00 0C 00 00 00 01 00 00 B9 76", 1, .readHolding,
            .readAnswer(byteCount: 10)),
        .init(
            "JK-PB captured", "01 03 0A 00 00 C0 29 00 00 00 00 00 00 90 24", 1, .readHolding,
            .readAnswer(byteCount: 10)),
        .init(
            "JK-PB captured", "01 03 08 00 08 00 00 FF 01 02 63 3C 8A", 1, .readHolding,
            .readAnswer(byteCount: 8)),
        .init(
            "JK-PB captured", "01 03 08 02 63 00 00 2E 5E 00 00 2F F2", 1, .readHolding,
            .readAnswer(byteCount: 8)),
        .init(
            "JK-PB captured",
            """
            00 03 80 00 00 0D AC 00 00 0A 14 00 00 0A 3C 00 00 0E 42 00 00 0D FC 00 00 00 0A 00 00 0E 06 00
            00 0A 28 00 00 0E 10 00 00 0D AC 00 00 09 C4 00 00 9C 40 00 00 00 03 00 00 00 3C 00 02 49 F0 00
            00 01 2C 00 00 00 3C 00 00 00 05 00 00 03 E8 00 00 02 BC 00 00 02 58 00 00 02 BC 00 00 02 58 00
            00 00 14 00 00 00 46 00 00 03 20 00 00 02 BC 00 00 00 10 00 00 00 01 00 00 00 01 00 00 00 01 00
            04 CA 90 19 CF
            """, 0, .readHolding, .readAnswer(byteCount: 128)),
        .init(
            "JK-PB captured",
            "00 03 80 00 00 05 DC 00 00 0B B8" + String(repeating: " 00", count: 120) + " FD 1B", 0,
            .readHolding, .readAnswer(byteCount: 128)),
        .init(
            "JK-PB captured",
            "00 03 80" + String(repeating: " 00", count: 112)
                + " 00 16 E3 60 32 00 3C 32 18 00 00 00 00 00 00 00 E2 64", 0, .readHolding,
            .readAnswer(byteCount: 128)),
        .init(
            "JK-PB computed", "02 10 10 78 00 02 C5 22", 2, .writeMany,
            .writeAnswer(register: 0x1078, count: 2)),
        .init(
            "JK-PB captured", "00 10 16 20 00 01 05 9A", 0, .writeMany,
            .writeAnswer(register: 0x1620, count: 1)),
        .init(
            "JK-PB captured", "03 10 16 1E 00 01 64 65", 3, .writeMany,
            .writeAnswer(register: 0x161E, count: 1)),
        .init(
            "JK-PB computed from a captured record",
            """
            01 03 28 00 00 68 E4 00 07 4F 60 00 00 45 B1 01 28 01 26 00 00 00 00 00 00 00 58 00 02 F3 B9 00
            03 5B 60 00 00 00 65 01 56 13 E0 E2 4F
            """, 1, .readHolding, .readAnswer(byteCount: 40)),
        .init("computed", "11 04 02 00 0A F8 F4", 17, .readInput, .readAnswer(byteCount: 2)),
        .init("computed", "11 06 00 01 00 03 9A 9B", 17, .writeOne, .writeAnswer(register: 1, count: 1)),
    ]

    /// Bits, which only who asks for them understands.
    static let bits: [ModbusVector] = [
        .init(
            "Seplos V3 vendor example", "00 01 12 00 00 90 38 CF", 0, .readCoils,
            .readRequest(register: 0x1200, count: 0x90)),
        .init(
            "Seplos V3 vendor example",
            "00 01 12 00 00 00 00 00 00 00 00 10 00 00 00 00 00 00 03 00 00 6A 24",
            0, .readCoils, .readAnswer(byteCount: 18)),
        .init(
            "Seplos V3 captured", "00 01 22 00 00 50 37 9F", 0, .readCoils,
            .readRequest(register: 0x2200, count: 0x50)),
        .init(
            "Seplos V3 captured", "00 01 0A 01 00 00 00 00 00 00 43 00 00 7F E1", 0, .readCoils,
            .readAnswer(byteCount: 10)),
        .init("Seplos V3 captured", "01 81 02 C1 91", 1, .readCoils, .exception(code: 2)),
        .init("computed", "11 02 05 AC DB 35 22 18 01 06", 17, .readDiscrete, .readAnswer(byteCount: 5)),
    ]
}
