import CLinuxIO
import Glibc

/// A TCP port of this machine at which others call.
public struct ListeningSocket: ~Copyable, Sendable {
    private let owned: OwnedDescriptor
    /// The port, also if the system chose it.
    public let port: UInt16

    /// Listens; looks the host up, which may take as long as it takes.
    ///
    /// - Parameters:
    ///   - host: The address of an interface of this machine; this machine alone unless told otherwise.
    ///   - port: The port; 0 lets the system choose one.
    /// - Throws: `SystemError` if the port is taken or reserved, or the address is not that of this machine.
    public init(host: String = "127.0.0.1", port: UInt16 = 0) throws(SystemError) {
        let subject = LinkAddress.place(host, port)
        owned = try TCPLookup.firstThatWorks(host, port, subject) { entry throws(SystemError) in
            try Self.listen(at: entry, subject)
        }
        self.port = port == 0 ? Self.port(of: owned.number) : port
    }

    /// Readable when somebody calls.
    public var descriptor: Int32 { owned.number }

    /// The caller who has waited longest; `nil` if none is there, or he has hung up already.
    ///
    /// His descriptor does not wait.
    public func accept() -> OwnedDescriptor? {
        let number = linuxio_accept(owned.number)
        return number < 0 ? nil : OwnedDescriptor(number)
    }

    /// Gives the descriptor away without closing it.
    consuming func release() -> OwnedDescriptor { owned }

    private static func listen(at entry: addrinfo, _ subject: String) throws(SystemError) -> OwnedDescriptor {
        let descriptor = try OwnedDescriptor("socket", subject) {
            let type = entry.ai_socktype | Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
            return socket(entry.ai_family, type, entry.ai_protocol)
        }
        let number = descriptor.number
        // Whoever called before a restart may still be remembered by the kernel.
        var yes: Int32 = 1
        setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard bind(number, entry.ai_addr, entry.ai_addrlen) == 0 else { throw .last("bind", subject) }
        guard Glibc.listen(number, Int32(Link.callerSeats)) == 0 else { throw .last("listen", subject) }
        return descriptor
    }

    private static func port(of number: Int32) -> UInt16 {
        var address = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutableBytes(of: &address) { raw in
            // The port stands at the same place in addresses of IPv4 and IPv6, behind the family.
            let isKnown =
                getsockname(number, raw.assumingMemoryBound(to: sockaddr.self).baseAddress, &size) == 0
            return isKnown ? UInt16(raw[2]) << 8 | UInt16(raw[3]) : 0
        }
    }
}

/// Looks up the addresses of a host.
enum TCPLookup {
    /// Tries the addresses of a host one after the other.
    ///
    /// - Throws: `SystemError`, the last failure.
    static func firstThatWorks(
        _ host: String, _ port: UInt16, _ subject: String,
        _ body: (addrinfo) throws(SystemError) -> OwnedDescriptor
    ) throws(SystemError) -> OwnedDescriptor {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        guard code == 0 else { throw SystemError(call: "getaddrinfo", code: code, subject: subject) }
        defer { freeaddrinfo(list) }
        var failure = SystemError(call: "getaddrinfo", code: EHOSTUNREACH, subject: subject)
        var candidate = list
        while let entry = candidate {
            do throws(SystemError) { return try body(entry.pointee) } catch { failure = error }
            candidate = entry.pointee.ai_next
        }
        throw failure
    }
}
