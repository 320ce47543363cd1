import BusCodec

/// The kernel's `struct can_frame`: identifier with flags in native byte order, length, three unused, eight bytes.
struct RawCANFrame {
    static let size = 16
    private static let extendedFlag: UInt32 = 0x8000_0000
    private static let remoteFlag: UInt32 = 0x4000_0000
    private static let errorFlag: UInt32 = 0x2000_0000

    var storage = InlineArray<16, UInt8>(repeating: 0)

    init() {}

    init(_ frame: CANFrame) {
        var identifier = frame.identifier
        if frame.isExtended { identifier |= Self.extendedFlag }
        switch frame.kind {
        case .data: break
        case .remote: identifier |= Self.remoteFlag
        case .error: identifier |= Self.errorFlag
        }
        withUnsafeBytes(of: identifier) { for index in 0..<4 { storage[index] = $0[index] } }
        storage[4] = frame.length
        for index in 0..<8 { storage[8 + index] = frame.bytes[index] }
    }

    /// The frame; nil if the length is none.
    var frame: CANFrame? {
        var raw: UInt32 = 0
        withUnsafeMutableBytes(of: &raw) { for index in 0..<4 { $0[index] = storage[index] } }
        guard storage[4] <= 8 else { return nil }
        let isExtended = raw & Self.extendedFlag != 0
        let kind: CANFrame.Kind =
            raw & Self.errorFlag != 0 ? .error : raw & Self.remoteFlag != 0 ? .remote : .data
        let mask =
            isExtended || kind == .error
            ? CANFrame.maximumExtendedIdentifier : CANFrame.maximumStandardIdentifier
        var frame = CANFrame(
            identifier: raw & mask, isExtended: isExtended, kind: kind, length: storage[4])
        if kind != .remote { for index in 0..<Int(storage[4]) { frame.bytes[index] = storage[8 + index] } }
        return frame
    }
}

/// The class bits of an error frame this target acts on (`linux/can/error.h`).
enum CANErrorClass {
    static let busOff: UInt32 = 0x040
    static let restarted: UInt32 = 0x100
}
