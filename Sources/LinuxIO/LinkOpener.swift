import CLinuxIO
import Glibc
import Synchronization

/// Opens a link's descriptor on a thread of its own: opening a port, looking up a name and connecting may all take
/// seconds.
///
/// The thread leaves its result here and wakes the loop. A link that no longer wants it says so, and the thread
/// closes what it opened.
final class LinkOpener: Sendable {
    private enum State {
        case working
        case opened(Int32)
        case failed(SystemError)
        case abandoned
    }

    enum Outcome {
        case working
        case opened(Int32)
        case failed(SystemError)
    }

    private let state = Mutex(State.working)

    static func start(_ address: LinkAddress, waking waker: Waker) throws(SystemError) -> LinkOpener {
        let opener = LinkOpener()
        _ = try NativeThread(name: "open link") {
            opener.run(address)
            waker.wake()
        }
        return opener
    }

    private func run(_ address: LinkAddress) {
        let result: State
        do throws(SystemError) {
            result = .opened(try openDescriptor(address).release())
        } catch {
            result = .failed(error)
        }
        state.withLock {
            if case .abandoned = $0, case .opened(let number) = result { close(number) } else { $0 = result }
        }
    }

    /// The result so far; an opened descriptor is given away and becomes the caller's.
    func take() -> Outcome {
        state.withLock {
            switch $0 {
            case .working, .abandoned: return .working
            case .failed(let error): return .failed(error)
            case .opened(let number):
                $0 = .abandoned
                return .opened(number)
            }
        }
    }

    func abandon() {
        state.withLock {
            if case .opened(let number) = $0 { close(number) }
            $0 = .abandoned
        }
    }
}

/// Opens a descriptor for an address, waiting as long as it takes; the descriptor itself does not wait.
func openDescriptor(_ address: LinkAddress) throws(SystemError) -> OwnedDescriptor {
    switch address {
    case .serial(let path, let format): return try openSerial(path, format)
    case .tcp(let host, let port): return try connectTCP(host: host, port: port)
    case .tcpListener(let host, let port): return try ListeningSocket(host: host, port: port).release()
    case .socketCAN(let interface): return try openCAN(interface)
    case .descriptor(let number, _):
        return try OwnedDescriptor("fcntl(F_DUPFD_CLOEXEC)", address.description) {
            linuxio_duplicate(number)
        }
    case .slcan(let under, _):
        guard !under.carriesFrames else {
            throw SystemError(call: "SLCAN needs a link of bytes", code: EINVAL, subject: under.description)
        }
        return try openDescriptor(under)
    }
}

private func openSerial(_ path: String, _ format: SerialFormat) throws(SystemError) -> OwnedDescriptor {
    let descriptor = try OwnedDescriptor("open", path) { linuxio_open_terminal(path) }
    let number = descriptor.number
    guard isatty(number) == 1 else { throw SystemError(call: "isatty", code: ENOTTY, subject: path) }
    guard linuxio_lock_terminal(number) == 0 else { throw .last("flock", path) }
    let parity: linuxio_parity =
        switch format.parity {
        case .none: LINUXIO_PARITY_NONE
        case .even: LINUXIO_PARITY_EVEN
        case .odd: LINUXIO_PARITY_ODD
        }
    var actual: UInt32 = 0
    let result = linuxio_configure_terminal(
        number, UInt32(format.baud), Int32(format.dataBits), parity, Int32(format.stopBits), &actual)
    guard result == 0 else { throw .last("ioctl(TCSETS2)", path) }
    // A receiver that samples in the middle of the bit tolerates about 3 % in all.
    guard abs(Int(actual) - format.baud) * 100 <= format.baud * 3 else {
        throw SystemError(
            call: "ioctl(TCSETS2): baud rate not possible", code: EINVAL, subject: "\(path) at \(format)")
    }
    linuxio_discard_terminal(number, 0)
    return descriptor
}

private func openCAN(_ interface: String) throws(SystemError) -> OwnedDescriptor {
    let descriptor = try OwnedDescriptor("socket(AF_CAN)", interface) { linuxio_open_can() }
    guard linuxio_bind_can(descriptor.number, interface) == 0 else { throw .last("bind", interface) }
    return descriptor
}

private func connectTCP(host: String, port: UInt16) throws(SystemError) -> OwnedDescriptor {
    let subject = LinkAddress.place(host, port)
    return try TCPLookup.firstThatWorks(host, port, subject) { entry throws(SystemError) in
        try connect(to: entry, subject)
    }
}

private func connect(to entry: addrinfo, _ subject: String) throws(SystemError) -> OwnedDescriptor {
    let descriptor = try OwnedDescriptor("socket", subject) {
        socket(entry.ai_family, entry.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), entry.ai_protocol)
    }
    let number = descriptor.number
    // Also bounds connect, which would otherwise try for two minutes.
    var patience = timeval(tv_sec: 5, tv_usec: 0)
    setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    guard Glibc.connect(number, entry.ai_addr, entry.ai_addrlen) == 0 else { throw .last("connect", subject) }
    guard linuxio_limit_tcp(number) == 0 else { throw .last("setsockopt", subject) }
    guard linuxio_set_nonblocking(number, 1) == 0 else { throw .last("fcntl", subject) }
    return descriptor
}
