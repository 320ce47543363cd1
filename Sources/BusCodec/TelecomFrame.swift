/// A frame of the telecom battery family (YD/T 1363): `~`, hexadecimal characters, carriage return.
///
/// Pylontech, PACE, Seplos and EG4 speak it, each with its own commands:
///
///     ~ VER ADR CID1 CID2 LENGTH INFO... CHKSUM \r
///       2   2   2    2    4      0-4095  4           characters each
///
/// LENGTH is a checksum nibble and the number of INFO characters, CHKSUM the negated sum of all characters between `~`
/// and itself. In an answer the place of CID2 holds the return code.
///
/// Source: PYLON low voltage protocol RS485 V3.3 (2018-08-21), sections 2 and 3; all captures agree.
public struct TelecomFrame: Sendable, Equatable {
    /// VER, the version of the protocol.
    public var version: UInt8
    /// ADR, who is asked or answers.
    public var address: UInt8
    /// CID1, the class of the device: 0x46 lithium battery, 0x4A its variant of EG4, Narada and Sacred Sun.
    public var deviceClass: UInt8
    /// CID2, the command; in an answer RTN, the return code, 0 for "normal".
    public var code: UInt8
    /// Number of characters of INFO, two for each byte.
    public var infoCharacters: Int

    /// The longest frame.
    public static let maximumLength = 4_095 + overhead

    /// Makes the head of a frame.
    public init(
        version: UInt8, address: UInt8, deviceClass: UInt8 = 0x46, code: UInt8, infoCharacters: Int = 0
    ) {
        self.version = version
        self.address = address
        self.deviceClass = deviceClass
        self.code = code
        self.infoCharacters = infoCharacters
    }

    /// Characters of a frame without INFO, `~` and carriage return included.
    private static let overhead = 18
    private static let end: UInt8 = 0x0D
    private static let infoStart = 13
}

// MARK: - Reading

extension TelecomFrame {
    /// Finds a frame at the head of a stream; its INFO is read with ``readInfo(of:into:)``.
    ///
    /// Hexadecimal characters of either case are understood. A frame whose length or sum is wrong is noise, and so is
    /// one with an odd number of INFO characters. `start` is what a frame begins with; some hosts of TDT put 0xBC in the
    /// place of `~`.
    public static func scan(_ head: Span<UInt8>, start: UInt8 = 0x7E) -> ScanStep<TelecomFrame> {
        guard head.count > 0 else { return .incomplete }
        guard head[0] == start else { return .noise(.noStart) }
        for index in 1..<min(head.count, infoStart) where nibble(head[index]) == nil {
            return .noise(.truncated)
        }
        guard head.count >= infoStart else { return .incomplete }
        guard let version = byte(head, 1), let address = byte(head, 3), let deviceClass = byte(head, 5),
            let code = byte(head, 7), let high = byte(head, 9), let low = byte(head, 11)
        else { return .noise(.truncated) }
        let characters = Int(high & 0x0F) << 8 | Int(low)
        guard high >> 4 == lengthCheck(characters), characters & 1 == 0 else { return .noise(.checksum) }
        let length = characters + overhead
        for index in infoStart..<min(head.count, length - 1) where nibble(head[index]) == nil {
            return .noise(.truncated)
        }
        guard head.count >= length else { return .incomplete }
        guard head[length - 1] == end else { return .noise(.truncated) }
        let sum = checksum(head.extracting(1..<length - 5))
        guard let first = byte(head, length - 5), let second = byte(head, length - 3),
            UInt16(first) << 8 | UInt16(second) == sum
        else { return .noise(.checksum) }
        return .item(
            TelecomFrame(
                version: version, address: address, deviceClass: deviceClass, code: code,
                infoCharacters: characters), length: length)
    }

    /// Puts the bytes of INFO into `buffer`; those for which there is no room are left out.
    ///
    /// - Parameters:
    ///   - frame: The characters of a whole frame, as the scanner has found them.
    ///   - buffer: Is given the bytes.
    public static func readInfo<let size: Int>(
        of frame: Span<UInt8>, into buffer: inout ByteBuffer<size>
    ) {
        var place = infoStart
        while place + 1 < frame.count - 5 {
            guard let byte = byte(frame, place) else { return }
            buffer.append(byte)
            place += 2
        }
    }

    private static func byte(_ text: Span<UInt8>, _ place: Int) -> UInt8? {
        guard place + 1 < text.count, let high = nibble(text[place]), let low = nibble(text[place + 1]) else {
            return nil
        }
        return high << 4 | low
    }

    private static func nibble(_ character: UInt8) -> UInt8? {
        switch character {
        case 0x30...0x39: character - 0x30
        case 0x41...0x46: character - 0x41 + 10
        case 0x61...0x66: character - 0x61 + 10
        default: nil
        }
    }
}

// MARK: - Writing

extension TelecomFrame {
    /// Writes a frame with these bytes as INFO and `start` in front; ``infoCharacters`` is not looked at.
    ///
    /// - Precondition: `info` has at most 2047 bytes.
    public func encode<let size: Int>(
        info: Span<UInt8>, start: UInt8 = 0x7E, into buffer: inout ByteBuffer<size>
    ) {
        precondition(info.count <= 2_047)
        buffer.append(start)
        let first = buffer.count
        Self.append(version, to: &buffer)
        Self.append(address, to: &buffer)
        Self.append(deviceClass, to: &buffer)
        Self.append(code, to: &buffer)
        let characters = info.count * 2
        Self.append(Self.lengthCheck(characters) << 4 | UInt8(characters >> 8), to: &buffer)
        Self.append(UInt8(truncatingIfNeeded: characters), to: &buffer)
        for index in info.indices { Self.append(info[index], to: &buffer) }
        let sum = Self.checksum(buffer.bytes.extracting(first..<buffer.count))
        Self.append(UInt8(sum >> 8), to: &buffer)
        Self.append(UInt8(truncatingIfNeeded: sum), to: &buffer)
        buffer.append(Self.end)
    }

    private static func append<let size: Int>(_ byte: UInt8, to buffer: inout ByteBuffer<size>) {
        buffer.append(digit(byte >> 4))
        buffer.append(digit(byte & 0x0F))
    }

    private static func digit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 0x30 + nibble : 0x41 + nibble - 10 }

    /// The nibble that makes the sum of the four nibbles of LENGTH zero.
    private static func lengthCheck(_ characters: Int) -> UInt8 {
        let sum = characters >> 8 + characters >> 4 & 0x0F + characters & 0x0F
        return UInt8(-sum & 0x0F)
    }

    private static func checksum(_ characters: Span<UInt8>) -> UInt16 {
        var sum: UInt16 = 0
        for index in characters.indices { sum &+= UInt16(characters[index]) }
        return 0 &- sum
    }
}
