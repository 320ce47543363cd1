public import BatteryModel
import CLinuxIO
import Glibc

// A link on which others call. Each caller has a seat with a number, as long as he is there. All of them are watched
// under the token of the link: to ask nine sockets in vain costs less than to keep account of who it was.

extension Link {
    /// The most callers at a time; who calls while every seat is taken is hung up on.
    ///
    /// One more than anybody should want to serve, so that there is a seat for the next one while another is asked to go.
    public static let callerSeats = 9

    /// The most bytes taken from a caller at once: sixteen questions of Modbus TCP.
    ///
    /// What he sends beyond them waits in the kernel until these are answered.
    static let mostFromCaller = 192

    /// The bytes of answers that the kernel keeps for a caller who does not read.
    private static let mostUnread: Int32 = 16_384

    /// Takes what callers have sent, and the next caller.
    ///
    /// - Parameters:
    ///   - now: The time of arrival.
    ///   - bytes: Is told the seat of a caller and what he has sent.
    ///   - changed: Is told the seat of a caller, and whether he has come or gone.
    public func receiveCalls(
        at now: Instant, bytes: (Int, Span<UInt8>) -> Void, changed: (Int, Bool) -> Void
    ) {
        precondition(address.takesCalls, "a link that nobody calls on")
        for seat in callers.indices where callers[seat] >= 0 {
            switch read(caller: seat) {
            case nil: continue
            case 0:
                hangUp(onCaller: seat)
                changed(seat, false)
            case .some(let count): bytes(seat, buffer.span.extracting(first: count))
            }
        }
        // One at a time: the owner may have to make room before the next.
        if state == .open, let seat = takeCaller(at: now) { changed(seat, true) }
    }

    /// Sends bytes to a caller; false if he did not take all of them, or is not there.
    ///
    /// Nothing is kept for later. Who takes only a part must be hung up on, for he can make nothing of what follows.
    public func send(_ bytes: Span<UInt8>, toCaller seat: Int) -> Bool {
        guard callers[seat] >= 0 else { return false }
        let sent = bytes.withUnsafeBufferPointer { bytes in
            untilUninterrupted {
                Glibc.send(callers[seat], bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
            }
        }
        guard sent == bytes.count else {
            counters.dropped += 1
            return false
        }
        counters.bytesOut += UInt64(sent)
        return true
    }

    /// Hangs up on a caller; does nothing if the seat is free.
    public func hangUp(onCaller seat: Int) {
        guard callers[seat] >= 0 else { return }
        let number = callers[seat]
        callers[seat] = -1
        cutter(ofCaller: seat)?.unregister()
        loop.unwatch(number)
        Glibc.close(number)
    }

    /// Reads once into the buffer: the number of bytes, 0 if the caller has gone, nil if he has sent nothing.
    private func read(caller seat: Int) -> Int? {
        let count = buffer.withUnsafeMutableBytes { buffer in
            untilUninterrupted {
                recv(callers[seat], buffer.baseAddress, Self.mostFromCaller, Int32(MSG_DONTWAIT))
            }
        }
        if count < 0 { return errno == EAGAIN ? nil : 0 }
        counters.bytesIn += UInt64(count)
        return count
    }

    /// Gives the next caller a seat; nil if nobody calls, or he could not be taken.
    private func takeCaller(at now: Instant) -> Int? {
        let number = Int32(untilUninterrupted { Int(linuxio_accept(descriptor)) })
        guard number >= 0 else {
            // Whoever has hung up already, and what went wrong on his way here, concern him alone.
            let isOurs = [EBADF, EINVAL, EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(errno)
            if isOurs { fail(.last("accept", "\(address)"), at: now) }
            return nil
        }
        guard let seat = callers.firstIndex(of: -1), seatCaller(number, at: seat) else {
            Glibc.close(number)
            counters.refused += 1
            return nil
        }
        return seat
    }

    private func seatCaller(_ number: Int32, at seat: Int) -> Bool {
        guard linuxio_limit_caller(number, Self.mostUnread) == 0 else { return false }
        if let cutter = cutter(ofCaller: seat), !cutter.register(number) { return false }
        do throws(SystemError) {
            try loop.watch(number, for: .readable, token: token)
        } catch {
            cutter(ofCaller: seat)?.unregister()
            return false
        }
        callers[seat] = number
        return true
    }

    private func cutter(ofCaller seat: Int) -> LinkCutter? {
        cutters.count > seat + 1 ? cutters[seat + 1] : nil
    }

    private func untilUninterrupted(_ body: () -> Int) -> Int {
        while true {
            let result = body()
            if result >= 0 || errno != EINTR { return result }
        }
    }
}
