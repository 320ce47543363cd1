import Glibc

/// A bus in memory with two ends, for tests and simulators.
///
/// Keep it as long as links use its ends.
public struct MemoryBus: ~Copyable, Sendable {
    private let left: OwnedDescriptor
    private let right: OwnedDescriptor
    private let kind: LinkAddress.DescriptorKind

    /// Makes a line that carries bytes.
    ///
    /// - Throws: `SystemError` if the system has no descriptors left.
    public static func bytes() throws(SystemError) -> MemoryBus {
        try MemoryBus(.bytes, Int32(SOCK_STREAM.rawValue))
    }

    /// Makes a CAN bus of two participants.
    ///
    /// Carries the kernel's own frames, so that a link does exactly what it does on a real interface. A link may
    /// also send error frames on it, which a real one refuses.
    ///
    /// - Throws: `SystemError` if the system has no descriptors left.
    public static func frames() throws(SystemError) -> MemoryBus {
        try MemoryBus(.frames, Int32(SOCK_SEQPACKET.rawValue))
    }

    private init(_ kind: LinkAddress.DescriptorKind, _ type: Int32) throws(SystemError) {
        var pair: [Int32] = [-1, -1]
        let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, type | flags, 0, &pair) == 0 else { throw .last("socketpair") }
        left = OwnedDescriptor(pair[0])
        right = OwnedDescriptor(pair[1])
        self.kind = kind
    }

    /// The address of one end.
    public var first: LinkAddress { .descriptor(left.number, kind) }

    /// The address of the other end.
    public var second: LinkAddress { .descriptor(right.number, kind) }

    /// Cuts the bus as if the adapter had been pulled out: for both ends it is gone for good.
    public func cut() {
        shutdown(left.number, Int32(SHUT_RDWR))
    }
}
