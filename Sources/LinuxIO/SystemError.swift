import Glibc

/// A system call that failed: which call, on what, and why.
public struct SystemError: Error, Sendable, Equatable {
    /// The call that failed, as in its manual page.
    public var call: StaticString
    /// The `errno` it left; negative for the failures of `getaddrinfo`, which has numbers of its own.
    public var code: Int32
    /// What it was called on: a path, a host and port, an interface; empty if nothing worth naming.
    public var subject: String

    /// Makes an error from a call, its error number and what it was called on.
    public init(call: StaticString, code: Int32, subject: String = "") {
        self.call = call
        self.code = code
        self.subject = subject
    }

    /// Tells whether two errors have the same number on the same subject.
    public static func == (lhs: SystemError, rhs: SystemError) -> Bool {
        lhs.code == rhs.code && lhs.subject == rhs.subject && lhs.call.description == rhs.call.description
    }

    /// The failure the calling thread's last system call left in `errno`.
    static func last(_ call: StaticString, _ subject: String = "") -> SystemError {
        SystemError(call: call, code: errno, subject: subject)
    }
}

extension SystemError: CustomStringConvertible {
    /// One sentence: what failed, where, and for the common causes what to do about it.
    public var description: String {
        let place = subject.isEmpty ? "" : "\(subject): "
        guard let advice else { return "\(place)\(reason) (\(call))" }
        return "\(place)\(reason) (\(call)); \(advice)"
    }

    private var reason: String {
        switch code {
        case EAFNOSUPPORT where isCAN: "this kernel has no CAN support"
        case ..<0: String(cString: gai_strerror(code))
        default: String(cString: strerror(code))
        }
    }

    private var isCAN: Bool { call.description.hasSuffix("(AF_CAN)") }

    /// Whether it is about a file, and not about a device.
    private var isFile: Bool { subject.hasPrefix("/") && !subject.hasPrefix("/dev/") }

    private var isBinding: Bool { call.description == "bind" }

    private var advice: String? {
        switch code {
        case EACCES where isBinding:
            "ports below 1024 are reserved: choose a higher one, or permit it (CAP_NET_BIND_SERVICE)"
        case EADDRINUSE: "another program listens there: stop it, or choose another port"
        case EADDRNOTAVAIL:
            "this machine does not have that address: choose one that 'ip address' shows, or 0.0.0.0 for all"
        case EACCES where isFile, EPERM where isFile: "look who may write there"
        case EACCES, EPERM: "add the user to the group dialout and log in again"
        case ENOENT where call.description == "connect": nil
        case ENOENT where isFile: "check the name, and that the folder is there"
        case ENOENT: "check the name and that the adapter is plugged in"
        case EBUSY: "another program holds it: stop that one first"
        case ENODEV, ENXIO: "the adapter or interface is not there: plug it in or load its driver"
        case EIO: "the adapter was unplugged or the other end closed"
        case ENETDOWN: "bring the interface up: ip link set NAME up type can bitrate 500000 restart-ms 100"
        case EAFNOSUPPORT where isCAN: "load the modules can and can_raw, or use an SLCAN adapter"
        case ECONNREFUSED: "check the port and that the serial server is in TCP server mode"
        case ETIMEDOUT, EINPROGRESS, EHOSTUNREACH, ENETUNREACH: "check the address, the cable and the network"
        case ENOTTY: "it is not a serial port"
        case ..<0: "check the host name"
        default: nil
        }
    }
}

/// Makes a system call again while signals interrupt it; nil if it would have to wait.
///
/// - Throws: `SystemError` for every other failure.
func attempt(_ call: StaticString, _ subject: @autoclosure () -> String = "", _ body: () -> Int)
    throws(SystemError) -> Int?
{
    while true {
        let result = body()
        if result >= 0 { return result }
        switch errno {
        case EINTR: continue
        case EAGAIN: return nil
        default:
            let code = errno
            throw SystemError(call: call, code: code, subject: subject())
        }
    }
}
