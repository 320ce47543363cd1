import CLinuxIO
import Glibc

/// A serial port without hardware: what is written to one side arrives at the other.
///
/// The gateway opens the slave by its path like any port; a simulator sits on the master.
public struct PseudoTerminal: ~Copyable, Sendable {
    private let owned: OwnedDescriptor
    /// The path of the slave, for example `/dev/pts/3`; gone when this value goes.
    public let slavePath: String

    /// Makes a pseudo-terminal without echo and line editing.
    ///
    /// - Throws: `SystemError` if the system has none left.
    public init() throws(SystemError) {
        var path = [CChar](repeating: 0, count: 128)
        owned = try OwnedDescriptor("posix_openpt", "/dev/ptmx") {
            linuxio_open_pseudo_terminal(&path, path.count)
        }
        slavePath = path.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { String(cString: $0) } ?? ""
        }
    }

    /// The master side; does not wait.
    public var masterDescriptor: Int32 { owned.number }

    /// The address of the master side, for a link of a simulator.
    ///
    /// While nobody has the slave open such a link stays open and hears nothing.
    public var masterAddress: LinkAddress { .descriptor(owned.number, .terminalMaster) }

    /// The address of the slave side.
    public func slaveAddress(_ format: SerialFormat) -> LinkAddress { .serial(path: slavePath, format) }
}
