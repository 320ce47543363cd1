public import BatteryModel
public import BusCodec
import Glibc

extension Link {
    /// Reads what has arrived on a link of bytes.
    ///
    /// - Parameters:
    ///   - now: The time of arrival.
    ///   - body: Called with each piece, as the system had it; may send on the link and close it.
    public func receiveBytes(at now: Instant, _ body: (Span<UInt8>) -> Void) {
        precondition(!address.carriesFrames && !address.takesCalls, "a link of frames, or of callers")
        // A babbling port must not keep the other links waiting: what is left comes with the next wait.
        for _ in 0..<4 {
            guard let count = readBytes(at: now) else { return }
            body(buffer.span.extracting(first: count))
            if count < buffer.count { return }
        }
    }

    /// Reads the frames that have arrived on a link of CAN frames, error frames among them.
    ///
    /// - Parameters:
    ///   - now: The time of arrival.
    ///   - body: Called with each frame; may send on the link and close it.
    public func receiveFrames(at now: Instant, _ body: (CANFrame) -> Void) {
        precondition(address.carriesFrames, "a link of bytes")
        if slcan != nil { return receiveSLCAN(at: now, body) }
        for _ in 0..<64 {
            var raw = RawCANFrame()
            var span = raw.storage.mutableSpan
            let count = span.withUnsafeMutableBufferPointer {
                read(into: UnsafeMutableRawBufferPointer($0), at: now)
            }
            guard let count else { return }
            guard count == RawCANFrame.size, let frame = raw.frame else {
                counters.malformed += 1
                continue
            }
            deliver(frame, body)
        }
    }

    /// Counts a frame and hands it on.
    func deliver(_ frame: CANFrame, _ body: (CANFrame) -> Void) {
        if frame.kind == .error {
            counters.errorFrames += 1
            if frame.identifier & CANErrorClass.busOff != 0 {
                counters.busOff += 1
                isBusOff = true
            }
            if frame.identifier & CANErrorClass.restarted != 0 { isBusOff = false }
        } else {
            counters.framesIn += 1
            counters.bytesIn += UInt64(frame.payload.count)
            isBusOff = false
        }
        body(frame)
    }

    /// Reads once into the buffer; nil if nothing was there or the link failed.
    func readBytes(at now: Instant) -> Int? {
        let count = buffer.withUnsafeMutableBytes { read(into: $0, at: now) }
        if let count, !address.carriesFrames { counters.bytesIn += UInt64(count) }
        return count
    }

    private func read(into target: UnsafeMutableRawBufferPointer, at now: Instant) -> Int? {
        guard state == .open else { return nil }
        do throws(SystemError) {
            let count = try attempt("read", "\(address)") {
                Glibc.read(descriptor, target.baseAddress, target.count)
            }
            guard let count else { return nil }
            // Nothing at all means that the other end has gone.
            guard count > 0 else { throw SystemError(call: "read", code: EIO, subject: "\(address)") }
            backOff = Self.shortestBackOff
            return count
        } catch {
            if isTerminalMaster, error.code == EIO { waitForSlave(at: now) } else { fail(error, at: now) }
            return nil
        }
    }

    /// Looks away from a master whose slave nobody has open: epoll would report it without end.
    private func waitForSlave(at now: Instant) {
        loop.unwatch(descriptor)
        retryMasterAt = now + .milliseconds(20)
    }
}
