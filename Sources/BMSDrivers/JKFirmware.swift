public import BatteryModel

/// A range of JK firmware that has been proven, and what differs in it.
public struct JKFirmware: Sendable {
    /// The first two characters of the hardware version, and the number before the point of the firmware.
    public var generation: UInt8
    /// The numbers behind the point.
    public var minors: ClosedRange<UInt8>
    /// Number of the dialect: bit of ``BusCodec/SignalRow/dialects``.
    public var dialect: UInt8
    /// Whether bytes 0x116 and 0x117 of the settings start and stop the heater; otherwise they raise and release
    /// a temperature alarm.
    public var hasHeaterTemperatures: Bool
    /// Characters of a serial number.
    public var serialCharacters: UInt8
    /// The protocol number that UART2 shows while the pack is the master of the bus (DIP 0), where known.
    public var masterProtocol: UInt8?
    /// Whether there is a third UART.
    public var hasUART3: Bool
    /// Whether the first answer after an idle time may be missing or old.
    public var firstAnswerMayBeStale: Bool
    /// Whether another pack may answer a trigger, so that only the address in the acknowledgement counts.
    public var othersMayAnswer: Bool
    /// Where this is known from.
    public var source: StaticString

    /// The proven firmware.
    public static let rows: [_ of JKFirmware] = [
        JKFirmware(
            generation: 11, minors: 50...99, dialect: 0, hasHeaterTemperatures: false, serialCharacters: 11,
            masterProtocol: nil, hasUART3: false, firstAnswerMayBeStale: false, othersMayAnswer: true,
            source: "JK_B2A8S20P hardware 11A, ai-republic/bms-to-inverter issue 179 (captured registers)"),
        JKFirmware(
            generation: 14, minors: 20...99, dialect: 1, hasHeaterTemperatures: false, serialCharacters: 11,
            masterProtocol: 11, hasUART3: false, firstAnswerMayBeStale: false, othersMayAnswer: false,
            source: "14.20 captured, syssi/esphome-jk-bms frames_jk02_32s_v11.h; bus of jblance/mpp-solar"),
        JKFirmware(
            generation: 15, minors: 10...30, dialect: 2, hasHeaterTemperatures: false, serialCharacters: 11,
            masterProtocol: 15, hasUART3: false, firstAnswerMayBeStale: false, othersMayAnswer: false,
            source: "15.10 and 15.30 captured, hsteinhaus/venus-os_dbus-serialbattery and phinix-org"),
        JKFirmware(
            generation: 15, minors: 31...99, dialect: 3, hasHeaterTemperatures: true, serialCharacters: 11,
            masterProtocol: 15, hasUART3: false, firstAnswerMayBeStale: true, othersMayAnswer: false,
            source: "15.38 and 15.41 captured, syssi/esphome-jk-bms frames_jk02_32s_v15.h; stale from 15.36"),
        JKFirmware(
            generation: 19, minors: 0...99, dialect: 4, hasHeaterTemperatures: true, serialCharacters: 15,
            masterProtocol: 21, hasUART3: true, firstAnswerMayBeStale: true, othersMayAnswer: false,
            source: "19.27 captured, syssi/esphome-jk-bms frames_jk02_32s_v19.h"),
    ]

    /// The row of the firmware that `identity` names; `nil` if it has not been proven.
    ///
    /// Hardware and firmware must be of the same generation (`15.XA` or `15A` with `15.30`).
    public static func proven(_ identity: PackIdentity) -> JKFirmware? {
        guard let version = Version(identity.firmware), let minor = version.minor,
            let board = Version(identity.hardware)
        else { return nil }
        for index in rows.indices
        where rows[index].generation == version.major && board.major == version.major
            && rows[index].minors.contains(minor)
        {
            return rows[index]
        }
        return nil
    }

    /// The dialect to read with: that of a proven firmware, or the one for unknown.
    ///
    /// While the identity has not been read, the map is read as documented.
    static func dialect(of identity: PackIdentity?) -> UInt8 {
        guard let identity else { return 0 }
        return proven(identity)?.dialect ?? JKDialects.unknown
    }

    /// Two numbers with something between them; the second is 0 where there is none.
    private struct Version {
        var major: UInt8 = 0
        /// `nil` where the text has none: a hardware version, or a firmware that nobody has seen.
        var minor: UInt8?

        init?(_ text: ASCIIText) {
            var index = 0
            guard let major = Self.number(text, &index) else { return nil }
            self.major = major
            guard index < text.count, text[index] == 0x2E else { return }
            index += 1
            minor = Self.number(text, &index)
        }

        private static func number(_ text: ASCIIText, _ index: inout Int) -> UInt8? {
            var number: UInt8?
            while index < text.count, (0x30...0x39).contains(text[index]) {
                let (tens, isTooLarge) = (number ?? 0).multipliedReportingOverflow(by: 10)
                let (sum, overflows) = tens.addingReportingOverflow(text[index] - 0x30)
                guard !isTooLarge, !overflows else { return nil }
                number = sum
                index += 1
            }
            return number
        }
    }
}
