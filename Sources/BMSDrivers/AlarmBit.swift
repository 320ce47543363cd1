public import BatteryModel

/// One bit by which a BMS says that something is wrong, or that all is well.
public struct AlarmBit: Sendable {
    /// The section it stands in, see ``BusCodec/SignalRow/container``.
    public var container: UInt32
    /// Byte of the section, counted from 0.
    public var byte: UInt16
    /// Bit of the byte, 0 is the least significant.
    public var bit: UInt8
    /// The name in tables and on the screen.
    public var name: StaticString
    /// What is wrong; none where the bit stands on healthy packs.
    ///
    /// Two where the BMS does not say which of them.
    public var kinds: AlarmMask
    /// How serious it is.
    public var level: AlarmLevel

    /// Makes a bit that means one thing.
    init(
        in container: UInt32, byte: UInt16, bit: UInt8, _ name: StaticString, _ kind: AlarmKind,
        _ level: AlarmLevel
    ) {
        self.init(in: container, byte: byte, bit: bit, name, AlarmMask(kind), level)
    }

    /// Makes a bit that means several things, or none.
    init(
        in container: UInt32, byte: UInt16, bit: UInt8, _ name: StaticString,
        _ kinds: AlarmMask = AlarmMask(),
        _ level: AlarmLevel = .info
    ) {
        self.container = container
        self.byte = byte
        self.bit = bit
        self.name = name
        self.kinds = kinds
        self.level = level
    }
}

extension AlarmBit {
    /// Bit `bit` of a Modbus register, 0 is the least significant; the block is known by its first register.
    static func register(
        _ register: UInt16, in block: UInt16, bit: UInt8, _ name: StaticString,
        _ kinds: AlarmMask = AlarmMask(), _ level: AlarmLevel = .info
    ) -> AlarmBit {
        AlarmBit(
            in: UInt32(block), byte: 2 * (register - block) + (bit < 8 ? 1 : 0), bit: bit % 8, name, kinds,
            level)
    }
}

extension DriverFact {
    /// Hands over the tables of a driver whose rows stand together under one title.
    static func visit<let rowCount: Int, let bitCount: Int>(
        _ title: StaticString, _ rows: [rowCount of PackRow], _ alarmBits: [bitCount of AlarmBit],
        _ visit: (DriverFact) -> Void
    ) {
        visit(.block(title))
        for index in rows.indices { visit(.signal(rows[index])) }
        for index in alarmBits.indices { visit(.alarm(alarmBits[index])) }
    }
}

extension PackSection {
    /// Puts the alarms that stand in `bytes` into `reading`, if any of `bits` belongs to the section.
    func readAlarms<let count: Int>(
        _ bits: [count of AlarmBit], in bytes: Span<UInt8>, at now: Instant, into reading: inout PackReading
    ) {
        for index in bits.indices where bits[index].container == container {
            reading.alarms = Reading(alarms(bits, in: bytes), at: now)
            return
        }
    }

    /// The alarms that stand in the bytes that `bits` name, as ``alarms(_:in:places:)``.
    func alarms<let count: Int>(_ bits: [count of AlarmBit], in bytes: Span<UInt8>) -> AlarmSet {
        var alarms = AlarmSet()
        for place in bytes.indices {
            for index in bits.indices where bits[index].container == container && bits[index].byte == place {
                alarms.formUnion(self.alarms(bits, in: bytes, places: place..<place + 1))
                break
            }
        }
        return alarms
    }

    /// The alarms that stand in `bytes` of `places`; a bit nobody has documented is worth knowing, no more.
    func alarms<let count: Int>(
        _ bits: [count of AlarmBit], in bytes: Span<UInt8>, places: Range<Int>
    ) -> AlarmSet {
        var alarms = AlarmSet()
        for place in places where place < bytes.count {
            var undocumented = bytes[place]
            for index in bits.indices where bits[index].container == container && bits[index].byte == place {
                let mask = UInt8(1) << bits[index].bit
                guard bytes[place] & mask != 0 else { continue }
                undocumented &= ~mask
                let level = bits[index].level
                alarms[level] = alarms[level].union(bits[index].kinds)
            }
            if undocumented != 0 { alarms.raise(.undocumented, .info) }
        }
        return alarms
    }

    /// Sets the bits of what stands in `alarms`; of a bit that means several things, any of them.
    func write<let count: Int>(
        _ bits: [count of AlarmBit], from alarms: AlarmSet, into bytes: inout MutableSpan<UInt8>
    ) {
        for index in bits.indices
        where bits[index].container == container && Int(bits[index].byte) < bytes.count
            && alarms[bits[index].level].intersects(bits[index].kinds)
        {
            bytes[Int(bits[index].byte)] |= 1 << bits[index].bit
        }
    }
}
