import BusCodec

/// Writes ``PCAPNG``: an interface for each link, then packets in nanoseconds.
struct PCAPNGWriter: FormatWriter {
    private struct Place: Hashable {
        var name: String
        var linkType: UInt16
    }

    private var interfaces: [Place: UInt32] = [:]

    mutating func begin(_ first: RecordedItem?) -> [UInt8] {
        var body: [UInt8] = []
        body.append(little: UInt32(0x1A2B_3C4D))
        body.append(little: UInt16(1))
        body.append(little: UInt16(0))
        // The length of the section is not known.
        body.append(little: UInt64.max)
        return Self.block(PCAPNG.Block.section, body)
    }

    mutating func write(_ item: RecordedItem) -> [UInt8]? {
        guard let (linkType, packet) = Self.packet(item) else { return nil }
        let place = Place(name: item.link, linkType: linkType)
        var result: [UInt8] = []
        if interfaces[place] == nil {
            result = Self.interface(place)
            interfaces[place] = UInt32(interfaces.count)
        }
        let time = UInt64(max(item.nanoseconds ?? 0, 0))
        var body: [UInt8] = []
        body.append(little: interfaces[place] ?? 0)
        body.append(little: UInt32(time >> 32))
        body.append(little: UInt32(truncatingIfNeeded: time))
        body.append(little: UInt32(packet.count))
        body.append(little: UInt32(packet.count))
        body += Self.filled(packet)
        if let way = item.direction {
            var flags: [UInt8] = []
            flags.append(little: UInt32(way == .received ? 1 : 2))
            body += Self.option(2, flags) + Self.option(0, [])
        }
        return result + Self.block(PCAPNG.Block.packet, body)
    }

    private static func packet(_ item: RecordedItem) -> (UInt16, [UInt8])? {
        var packet: [UInt8] = []
        switch item.content {
        case .frame(let frame):
            var word = frame.identifier | (frame.isExtended ? 0x8000_0000 : 0)
            if frame.kind == .remote { word |= 0x4000_0000 }
            if frame.kind == .error { word |= CANFrame.errorFlag }
            packet.append(big: word)
            packet += [frame.length, 0, 0, 0] + frame.payloadBytes
            return (PCAPNG.socketCAN, packet)
        case .bytes(let bytes):
            let time = UInt64(max(item.nanoseconds ?? 0, 0)) / 1_000
            packet.append(big: UInt32(truncatingIfNeeded: time / 1_000_000))
            packet.append(big: UInt32(truncatingIfNeeded: time % 1_000_000))
            packet += [item.direction == .sent ? 1 : 2, 0, 0, 0] + bytes
            return (PCAPNG.serial, packet)
        case .note: return nil
        }
    }

    private static func interface(_ place: Place) -> [UInt8] {
        var body: [UInt8] = []
        body.append(little: place.linkType)
        body += [0, 0, 0, 0, 0, 0]
        // Times in nanoseconds: ten to the power of -9.
        body += option(2, Array(place.name.utf8)) + option(9, [9]) + option(0, [])
        return block(PCAPNG.Block.interface, body)
    }

    private static func option(_ code: UInt16, _ value: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.append(little: code)
        result.append(little: UInt16(value.count))
        return result + filled(value)
    }

    private static func filled(_ bytes: [UInt8]) -> [UInt8] {
        bytes + [UInt8](repeating: 0, count: (4 - bytes.count % 4) % 4)
    }

    private static func block(_ type: UInt32, _ body: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.append(little: type)
        result.append(little: UInt32(body.count + 12))
        result += body
        result.append(little: UInt32(body.count + 12))
        return result
    }
}
