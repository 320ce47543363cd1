import BusCodec

/// What Wireshark and tcpdump write, of CAN interfaces and of serial lines.
///
/// CAN frames have the layout of SocketCAN (link type 227: identifier with its flags most significant byte first,
/// length, three bytes, data). Bytes of a serial line have that of RTAC (link type 250: seconds, microseconds, event,
/// control lines, two bytes).
///
/// Source: draft-ietf-opsawg-pcapng and -pcap; tcpdump.org/linktypes (CAN_SOCKETCAN, RTAC_SERIAL).
enum PCAPNG {
    static let format = RecordingFormat(
        id: "pcapng", name: "pcapng", endings: ["pcapng"], about: "Wireshark, tcpdump; CAN and serial",
        isBinary: true,
        begins: { head, _ in head.starts(with: [0x0A, 0x0D, 0x0D, 0x0A]) },
        makeReader: { PCAPReader(isOld: false) }, makeWriter: { PCAPNGWriter() })

    static let oldFormat = RecordingFormat(
        id: "pcap", name: "pcap", endings: ["pcap"], about: "Wireshark, tcpdump; read only", isBinary: true,
        begins: { head, _ in PCAPReader.oldMagic(head[...]) != nil }, makeReader: { PCAPReader(isOld: true) },
        makeWriter: nil)

    static let socketCAN: UInt16 = 227
    static let serial: UInt16 = 250
    static let largestBlock = 1 << 20

    enum Block {
        static let section: UInt32 = 0x0A0D_0D0A
        static let interface: UInt32 = 1
        static let simple: UInt32 = 3
        static let packet: UInt32 = 6
    }

    /// An interface of a file.
    struct Interface {
        var linkType: UInt16
        var name: String
        /// Ticks per second.
        var ticks: UInt64
    }

    /// What a packet holds.
    static func found(
        _ packet: ByteBlock, _ interface: Interface, nanoseconds: Int64?, _ way: RecordedItem.Direction?
    ) -> Found {
        var item = RecordedItem(
            nanoseconds: nanoseconds, link: interface.name, direction: way, content: .bytes([]))
        switch interface.linkType {
        case socketCAN:
            guard let word = ByteBlock(packet.bytes, isBig: true).u32(0), let length = packet.u8(4),
                let flags = packet.u8(5)
            else { return .unreadable("a packet is too short for a CAN frame") }
            // Bit 2 says CAN FD; older writers tell it by the length only.
            if flags & 4 != 0 || length > 8 { return .flexible }
            do throws(Unreadable) { item.content = .frame(try frame(word, Int(length), packet)) } catch {
                return .unreadable(error.reason)
            }
        case serial:
            guard let event = packet.u8(8), packet.count >= 12 else {
                return .unreadable("a packet is too short for a serial line")
            }
            item.direction = event == 1 || event == 3 ? .sent : .received
            item.content = .bytes(Array(packet.bytes.dropFirst(12)))
        default: return .unreadable("link type \(interface.linkType) is neither CAN nor serial")
        }
        return .item(item)
    }

    private static func frame(_ word: UInt32, _ length: Int, _ packet: ByteBlock) throws(Unreadable)
        -> CANFrame
    {
        let isExtended = word & 0x8000_0000 != 0
        let isError = word & CANFrame.errorFlag != 0
        let isRemote = word & 0x4000_0000 != 0
        return try CANFrame(
            number: word & CANFrame.maximumExtendedIdentifier, isExtended: isExtended || isError,
            kind: isError ? .error : isRemote ? .remote : .data, announced: length,
            bytes: isError || isRemote ? [] : Array(packet.slice(8, length)))
    }
}

struct PCAPReader: FormatReader {
    private let isOld: Bool
    private var findings: [Finding] = []
    private var buffer: [UInt8] = []
    private var offset = 0
    private var isBig = false
    private var isLost = false
    /// Whether a block is looked for behind something that is none.
    private var isSearching = false
    private var interfaces: [PCAPNG.Interface] = []

    init(isOld: Bool) { self.isOld = isOld }

    mutating func take(_ bytes: ArraySlice<UInt8>) -> [Finding] {
        guard !isLost else { return [] }
        buffer += bytes
        var used = 0
        while !isLost, let length = isOld ? oldStep(used) : step(used) { used += length }
        buffer.removeFirst(min(used, buffer.count))
        offset += used
        return taken()
    }

    mutating func finish() -> [Finding] {
        if !isLost, !buffer.isEmpty { note(.unreadable("the file ends in the middle of a block"), offset) }
        return taken()
    }

    private mutating func note(_ found: Found, _ place: Int) { findings.append(Finding(found, at: place)) }

    private mutating func taken() -> [Finding] {
        defer { findings.removeAll(keepingCapacity: true) }
        return findings
    }

    private mutating func lose(_ reason: String, _ place: Int) -> Int? {
        note(.unreadable(reason), offset + place)
        isLost = true
        buffer = []
        return nil
    }

    /// The length that a block announces; `nil` if it can be none.
    private static func length(_ block: ByteBlock) -> Int? {
        guard let length = block.u32(4).map(Int.init), length >= 12, length % 4 == 0,
            length <= PCAPNG.largestBlock
        else { return nil }
        return length
    }

    /// How many bytes from `place` of the buffer on can be no block with frames, behind something that is none.
    private mutating func search(from place: Int) -> Int {
        if !isSearching {
            note(.unreadable("there should be a block, and is none"), offset + place)
            isSearching = true
        }
        var next = place + 1
        while next + 12 <= buffer.count {
            let block = ByteBlock(buffer[next..<next + 12], isBig: isBig)
            if block.u32(0) == PCAPNG.Block.packet, Self.length(block) != nil { break }
            next += 1
        }
        return next - place
    }

    private mutating func step(_ place: Int) -> Int? {
        var block = ByteBlock(buffer[place...], isBig: isBig)
        guard block.count >= 12, let type = block.u32(0) else { return nil }
        if type == PCAPNG.Block.section {
            isBig = block.slice(8, 4).elementsEqual([0x1A, 0x2B, 0x3C, 0x4D])
            block.isBig = isBig
            interfaces = []
        }
        guard let length = Self.length(block) else { return search(from: place) }
        guard block.count >= length else { return nil }
        if isSearching, block.u32(length - 4) != UInt32(length) { return search(from: place) }
        isSearching = false
        let body = ByteBlock(block.slice(8, length - 12), isBig: isBig)
        switch type {
        case PCAPNG.Block.interface:
            let name = Self.option(2, body, from: 8).map { String(decoding: $0, as: UTF8.self) } ?? ""
            let resolution = Self.option(9, body, from: 8)?.first ?? 6
            interfaces.append(
                PCAPNG.Interface(
                    linkType: body.u16(0) ?? 0, name: name, ticks: Self.ticks(resolution)))
        case PCAPNG.Block.packet: readPacket(body, at: offset + place)
        case PCAPNG.Block.simple:
            let packet = ByteBlock(body.slice(4, Int(body.u32(0) ?? 0)))
            if let interface = interfaces.first {
                note(PCAPNG.found(packet, interface, nanoseconds: nil, nil), offset + place)
            }
        default: break
        }
        return length
    }

    private mutating func readPacket(_ body: ByteBlock, at place: Int) {
        guard let number = body.u32(0).map(Int.init), let high = body.u32(4), let low = body.u32(8),
            let length = body.u32(12).map(Int.init), number < interfaces.count, length <= body.count
        else {
            note(.unreadable("a packet belongs to no interface, or is too short"), place)
            return
        }
        let interface = interfaces[number]
        let time = Self.nanoseconds(UInt64(high) << 32 | UInt64(low), perSecond: interface.ticks)
        let flags = Self.option(2, body, from: 20 + (length + 3) / 4 * 4).map { ByteBlock($0, isBig: isBig) }
        let way: RecordedItem.Direction? =
            switch (flags?.u32(0) ?? 0) & 3 {
            case 1: .received
            case 2: .sent
            default: nil
            }
        note(PCAPNG.found(ByteBlock(body.slice(20, length)), interface, nanoseconds: time, way), place)
    }

    /// The value of an option; `nil` if it is not there.
    private static func option(_ code: UInt16, _ body: ByteBlock, from start: Int) -> ArraySlice<UInt8>? {
        var place = start
        while let found = body.u16(place), let length = body.u16(place + 2), found != 0 {
            if found == code { return body.slice(place + 4, Int(length)) }
            place += 4 + (Int(length) + 3) / 4 * 4
        }
        return nil
    }

    /// Ticks per second: ten to the power of it or, with the highest bit, two to the power of it.
    private static func ticks(_ resolution: UInt8) -> UInt64 {
        let power = Int(resolution & 0x7F)
        if resolution & 0x80 != 0 { return 1 << UInt64(min(power, 62)) }
        return (0..<min(power, 18)).reduce(1) { product, _ in product * 10 }
    }

    private static func nanoseconds(_ ticks: UInt64, perSecond: UInt64) -> Int64 {
        let seconds = ticks / perSecond
        let rest = (ticks % perSecond).multipliedFullWidth(by: 1_000_000_000)
        let fraction = perSecond.dividingFullWidth(rest).quotient
        return Int64(truncatingIfNeeded: seconds &* 1_000_000_000 &+ fraction)
    }

    // MARK: The old format

    /// Byte order and unit of the times; `nil` if it is no such file.
    static func oldMagic(_ head: ArraySlice<UInt8>) -> (isBig: Bool, nanosecondsPerTick: Int64)? {
        let little = ByteBlock(head)
        let big = ByteBlock(head, isBig: true)
        for (magic, unit) in [(UInt32(0xA1B2_C3D4), Int64(1_000)), (0xA1B2_3C4D, 1)] {
            if little.u32(0) == magic { return (false, unit) }
            if big.u32(0) == magic { return (true, unit) }
        }
        return nil
    }

    private var oldUnit: Int64 { interfaces.first?.ticks == 1_000_000_000 ? 1 : 1_000 }

    private mutating func oldStep(_ place: Int) -> Int? {
        if interfaces.isEmpty {
            guard buffer.count - place >= 24, let magic = Self.oldMagic(buffer[place...]) else { return nil }
            isBig = magic.isBig
            let type = ByteBlock(buffer[place...], isBig: isBig).u32(20) ?? 0
            interfaces = [
                PCAPNG.Interface(
                    linkType: UInt16(truncatingIfNeeded: type), name: "",
                    ticks: magic.nanosecondsPerTick == 1 ? 1_000_000_000 : 1_000_000)
            ]
            return 24
        }
        let block = ByteBlock(buffer[place...], isBig: isBig)
        guard let seconds = block.u32(0), let fraction = block.u32(4), let length = block.u32(8).map(Int.init)
        else { return nil }
        guard length <= PCAPNG.largestBlock else { return lose("a packet is absurdly long", place) }
        guard block.count >= 16 + length else { return nil }
        let time = Int64(seconds) * 1_000_000_000 + Int64(fraction) * oldUnit
        let packet = ByteBlock(block.slice(16, length))
        note(PCAPNG.found(packet, interfaces[0], nanoseconds: time, nil), offset + place)
        return 16 + length
    }
}
