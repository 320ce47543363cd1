import BatteryModel
import BusCodec
import InverterProfiles

/// Who somebody seems to be, from what he sends beside his protocol: names, lengths, additions.
enum SenderSigns {
    /// What gives a battery or a gateway away; all parts of a row must hold.
    private struct Sign: Sendable {
        let sender: StaticString
        /// What the name begins with, and the frame that it stands in.
        var name: StaticString?
        var nameIn: UInt32 = 0x35E
        /// Identifiers that are heard.
        var heard: [UInt32] = []
        /// The length of one frame, as identifier and number of bytes.
        var length: (identifier: UInt32, bytes: Int)?
        /// Whether the temperatures in 0x370 are whole degrees.
        var wholeDegrees = false
        /// The id of the profile that he is known to speak where his frames would fit others as well.
        var speaks: StaticString?
        /// Where we have it from.
        let source: StaticString
    }

    private static let signs: [Sign] = [
        Sign(sender: "Busbar", name: "Busbar", source: "Busbar's own profiles"),
        Sign(
            sender: "a JK BMS in its Pylontech, Deye or GoodWe mode", name: "JK", heard: [0x359, 0x370],
            speaks: "pylontech-lv-can",
            source: "CRC-checked captures of JK in its Pylontech, Deye and GoodWe modes"),
        // The type of the battery is the one that BYD has, with its bytes turned round.
        Sign(
            sender: "a JK BMS in its Victron mode", name: "iL", nameIn: 0x35F, heard: [0x373],
            source: "CRC-checked capture of JK in its Victron mode"),
        Sign(
            sender: "a JK BMS in its Growatt mode", name: "JK", nameIn: 0x320,
            source: "CRC-checked capture of JK in its Growatt mode"),
        Sign(sender: "a JK BMS", name: "JK", source: "CRC-checked captures of JK, esphome-yambms"),
        Sign(
            sender: "a Pytes battery", name: "PYTES", length: (0x35E, 5), source: "OpenDTU-OnBattery PR 1213"),
        Sign(
            sender: "a BYD Battery-Box Premium LVS", name: "BYD", heard: [0x382],
            speaks: "byd-lvs-can",
            source: "dfch/BydCanProtocol"),
        Sign(
            sender: "a Discover battery behind a Lynk II", name: "DISCOVER",
            source: "bms-to-inverter, issue 107"),
        Sign(sender: "diyBMS", name: "DIYBMS", source: "diyBMSv4ESP32, victron_canbus.cpp"),
        Sign(
            sender: "diyBMS", length: (0x35E, 7), source: "diyBMSv4ESP32, pylon_canbus.cpp"),
        Sign(
            sender: "a Seplos BMS in its SMA mode", name: "SMA", heard: [0x35F],
            source: "CRC-checked capture of a Seplos BMS"),
        Sign(
            sender: "a Seplos BMS in its Sofar mode", name: "Sofar", heard: [0x35F],
            source: "capture of a Seplos BMS"),
        Sign(
            sender: "a REC BMS", name: "GoodWe", heard: [0x35B], source: "REC, Goodwe/SMA CAN protocol V1.2"),
        Sign(
            sender: "YamBMS or another gateway that speaks several dialects at once",
            heard: [0x359, 0x35A, 0x372, 0x373], source: "esphome-yambms"),
        Sign(
            sender: "a JK BMS in its Pylontech, Deye or GoodWe mode", heard: [0x370, 0x371],
            length: (0x355, 8),
            wholeDegrees: true, speaks: "pylontech-lv-can", source: "CRC-checked captures of JK"),
        Sign(
            sender: "a Seplos BMS or one that copies it", heard: [0x370, 0x371], length: (0x355, 8),
            source: "SEPLOS BMS CAN protocol V1.0"),
        Sign(
            sender: "a Pylontech battery, or one that copies its lengths", name: "PYLON", length: (0x35C, 2),
            source: "PYLON CAN-Bus-protocol low-voltage V1.2"),
        Sign(
            sender: "a Pylontech battery with new firmware, or one that copies it", name: "PYLON",
            length: (0x355, 6), source: "captures of US5000"),
        Sign(
            sender: "a BMS or gateway that fills all frames up to eight bytes", name: "PYLON",
            length: (0x355, 8), source: "PYLON CAN-Bus-protocol low-voltage V1.2"),
    ]

    /// Who a battery seems to be; `nil` where nothing gives it away.
    static func battery(_ traffic: CANTraffic, _ containers: [UInt32]) -> StaticString? {
        signs.first { holds($0, traffic, containers) }?.sender
    }

    /// The profile that the sender is known to speak; `nil` where nothing is known of that.
    static func spoken(_ traffic: CANTraffic, _ containers: [UInt32]) -> StaticString? {
        signs.first { holds($0, traffic, containers) }?.speaks
    }

    private static func holds(_ sign: Sign, _ traffic: CANTraffic, _ containers: [UInt32]) -> Bool {
        if let name = sign.name {
            guard containers.contains(sign.nameIn), let track = traffic.track(sign.nameIn),
                ASCIIText(padded: track.frame.payload).hasPrefix(name)
            else { return false }
        }
        guard sign.heard.allSatisfy({ containers.contains($0) }) else { return false }
        if let length = sign.length {
            guard containers.contains(length.identifier), let track = traffic.track(length.identifier),
                track.shortestLength == length.bytes, track.longestLength == length.bytes
            else { return false }
        }
        guard sign.wholeDegrees else { return true }
        guard let bytes = traffic.track(0x370)?.frame.bytes, let mean = traffic.track(0x356)?.frame.bytes
        else { return false }
        let tenths = UInt16(mean[5]) << 8 | UInt16(mean[4])
        return bytes[1] == 0 && bytes[3] == 0 && UInt16(bytes[0]) * 10 <= tenths &+ 50
            && UInt16(bytes[0]) * 10 &+ 50 >= tenths
    }

    /// Whether a track is what inverters send: a sign of life, or another frame that only they have.
    static func isOfInverter(_ track: FrameTrack) -> Bool {
        if track.identifier == 0x305 { return true }
        for place in KnownProtocols.profiles.indices where KnownProtocols.profiles[place].serial == nil {
            if CANNaming.row(place, track)?.direction == .fromInverter { return true }
            if KnownProtocols.profiles[place].isKeepAlive(track.frame) { return true }
        }
        return false
    }

    /// Who an inverter seems to be; `nil` where nothing gives it away.
    static func inverter(_ traffic: CANTraffic, _ containers: [UInt32]) -> StaticString? {
        if containers.contains(0x307), let bytes = traffic.track(0x307)?.frame.bytes {
            // 12 34 56 78 and "VIC": captures against Venus OS.
            if bytes[0] == 0x12, bytes[4] == 0x56, bytes[5] == 0x49, bytes[6] == 0x43 {
                return "a Victron GX"
            }
            // SMA FSS-ConnectingBat-TI-en-10.
            return "an SMA Sunny Island"
        }
        // Growatt BMS CAN-Bus-protocol low-voltage V1.04.
        if containers.contains(0x301) { return "a Growatt inverter" }
        // esphome-yambms: Schneider XW answers with 29 bits.
        if containers.contains(0x8000_0305) { return "a Schneider XW" }
        if containers.contains(0x8000_0310) { return "a Schneider inverter" }
        if let bytes = traffic.track(0x305)?.frame.bytes, bytes[3] >= 1, bytes[3] <= 31, bytes[4] >= 1,
            bytes[4] <= 12
        {
            // PCS CAN-Bus-protocol DY low-voltage V3.3: second, minute, hour, day, month, year.
            return "a Deye inverter that sends its clock"
        }
        return nil
    }
}
