public import BatteryModel
public import BusCodec
import Glibc

extension Link {
    /// Sends bytes, or keeps them until there is room.
    ///
    /// - Returns: When the last byte will have left the wire, reckoned from the baud rate of a serial port and all
    ///   that was sent before; `now` for other links. Nil if the link is not open and the bytes are dropped.
    @discardableResult
    public func send(_ bytes: Span<UInt8>, at now: Instant) -> Instant? {
        precondition(!address.carriesFrames, "a link of frames")
        guard transmit(bytes, payloadCount: bytes.count, at: now) else { return nil }
        guard let format else { return now }
        wireFreeAt = max(now, wireFreeAt) + format.wireTime(characters: bytes.count)
        return wireFreeAt
    }

    /// Sends a frame, or keeps it until there is room.
    ///
    /// While the controller is off the bus the kernel takes frames as if nothing were wrong, and loses them. They are
    /// handed to it all the same, so that nothing depends on its telling that the controller has come back.
    ///
    /// - Returns: False if the frame does not reach the bus: the link is not open, its controller is off the bus, or
    ///   it is an error frame for an SLCAN adapter.
    @discardableResult
    public func send(_ frame: CANFrame, at now: Instant) -> Bool {
        precondition(address.carriesFrames, "a link of bytes")
        guard slcan != nil else {
            let raw = RawCANFrame(frame)
            return transmit(raw.storage.span, payloadCount: frame.payload.count, at: now) && !isBusOff
        }
        guard let line = SLCAN.encode(frame) else {
            counters.dropped += 1
            return false
        }
        return transmit(line.bytes, payloadCount: frame.payload.count, at: now)
    }

    /// Writes a message or appends it to the queue; false if it was dropped.
    @discardableResult
    func transmit(_ bytes: Span<UInt8>, payloadCount: Int?, at now: Instant) -> Bool {
        flush(at: now)
        guard state == .open else {
            counters.dropped += 1
            return false
        }
        var sent = 0
        if queue.isEmpty {
            sent = bytes.withUnsafeBufferPointer { write(UnsafeRawBufferPointer($0), at: now) }
            guard state == .open else {
                counters.dropped += 1
                return false
            }
            if sent == bytes.count {
                countSent(payloadCount: payloadCount)
                return true
            }
        }
        let copy = bytes.withUnsafeBufferPointer { Array($0) }
        let message = OutQueue.Message(bytes: copy, sent: sent, payloadCount: payloadCount, queuedAt: now)
        counters.delayed += 1
        counters.dropped += UInt64(queue.append(message))
        if !watchesWritable, retrySendAt == nil, retryMasterAt == nil { watch(writable: true, at: now) }
        return state == .open
    }

    /// Sends what was kept back, as far as there is room.
    func flush(at now: Instant) {
        guard state == .open, !queue.isEmpty else { return }
        counters.dropped += UInt64(queue.dropExpired(at: now))
        if let retrySendAt, now < retrySendAt { return }
        retrySendAt = nil
        while let message = queue.messages.first {
            let left = message.bytes.count - message.sent
            let sent = message.bytes.withUnsafeBytes {
                write(UnsafeRawBufferPointer(rebasing: $0[message.sent...]), at: now)
            }
            guard state == .open else { return }
            queue.markSent(sent)
            if sent < left { break }
            countSent(payloadCount: message.payloadCount)
        }
        let mustWatch = !queue.isEmpty && retrySendAt == nil
        if mustWatch != watchesWritable, retryMasterAt == nil { watch(writable: mustWatch, at: now) }
    }

    private func countSent(payloadCount: Int?) {
        guard let payloadCount else { return }
        counters.bytesOut += UInt64(payloadCount)
        if address.carriesFrames { counters.framesOut += 1 }
    }

    /// Writes once; 0 if there is no room or the link failed.
    private func write(_ bytes: UnsafeRawBufferPointer, at now: Instant) -> Int {
        do throws(SystemError) {
            let sent = try attempt("write", "\(address)") {
                isSerial || isTerminalMaster
                    ? Glibc.write(descriptor, bytes.baseAddress, bytes.count)
                    : Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            }
            return sent ?? 0
        } catch {
            switch error.code {
            case ENOBUFS:
                // The queue of a CAN interface is full. The socket counts as writable all the same, so that only
                // time helps: at 500 kbit/s a frame takes a quarter of a millisecond.
                retrySendAt = now + .milliseconds(2)
            case EIO where isTerminalMaster: break
            default: fail(error, at: now)
            }
            return 0
        }
    }
}
