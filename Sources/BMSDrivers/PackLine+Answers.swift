import BatteryModel
import BusCodec

// What a line makes of the items that are found on it.

extension PackLine {
    /// Handles one item and returns the pack whose reading it changed.
    mutating func take(_ item: LineItem, _ bytes: Span<UInt8>, at now: Instant) -> Int? {
        switch item.kind {
        case .other:
            _ = takeWriteReply(item, bytes, at: now)
            if let poll = item.poll, let address = item.address, let index = rota.index(of: address) {
                slots[index]?.forgetRun(poll)
            }
            return nil
        case .request:
            guard let address = item.address else { return nil }
            heardRequest = Transaction(
                address: address, slot: 0, poll: item.poll, sentAt: now, deadline: now + Self.heardFor)
            return nil
        case .answer, .refusal:
            return isListening ? takeHeard(item, bytes, at: now) : takeAnswer(item, bytes, at: now)
        }
    }

    private mutating func takeAnswer(_ item: LineItem, _ bytes: Span<UInt8>, at now: Instant) -> Int? {
        if takeWriteReply(item, bytes, at: now) { return nil }
        guard let open = transaction, let poll = open.poll else {
            unexpectedAnswers += 1
            settleLate(item)
            return nil
        }
        guard let address = item.address, address == open.address, item.poll ?? poll == poll,
            item.kind != .answer || item.poll != nil || !isLate(bytes, than: open)
        else {
            if item.poll != nil || item.address != open.address { settleLate(item) }
            if let address = item.address, address != open.address {
                slots[open.slot]?.statistics.count(.wrongAddress(address), at: now)
            } else {
                unexpectedAnswers += 1
            }
            return nil
        }
        if item.kind == .refusal {
            finish(open, with: .refused(code: item.code), at: now)
            return nil
        }
        // A wire without a speed of its own can answer before the request would have left a real one.
        let asked = min(open.sentAt, now)
        let measured = min(slots[open.slot]?.late.since(poll) ?? asked, asked)
        let fault = decode(bytes, poll, measuredAt: measured, into: open.slot)
        finish(open, with: fault, at: now)
        guard fault == nil else { return nil }
        if measured < asked {
            // If this was the late answer, the one to this question takes as long, and a quarter more at most.
            let end = asked + Interval(nanoseconds: (now - measured).nanoseconds / 4 * 5)
            slots[open.slot]?.late.settle(poll)
            slots[open.slot]?.late.giveUp(poll, askedAt: asked, until: end)
        }
        noteReadBack(poll, asked: measured, slot: open.slot, at: now)
        slots[open.slot]?.noteRun(poll, frames: item.code, bytes: bytes.count)
        return open.slot
    }

    /// Whether an answer that does not say which question it answers is a late one to another than the open one.
    private mutating func isLate(_ bytes: Span<UInt8>, than open: Transaction) -> Bool {
        slots[open.slot]?.settlesLate(bytes, otherThan: open.poll) ?? false
    }

    /// An answer that nobody waits for any more is the one that was late.
    private mutating func settleLate(_ item: LineItem) {
        guard let address = item.address, let index = rota.index(of: address) else { return }
        slots[index]?.late.settle(item.poll)
    }

    private mutating func takeHeard(_ item: LineItem, _ bytes: Span<UInt8>, at now: Instant) -> Int? {
        let asked = heardRequest.flatMap { now <= $0.deadline ? $0 : nil }
        heardRequest = nil
        guard let address = item.address ?? asked?.address, let index = rota.index(of: address) else {
            unexpectedAnswers += 1
            return nil
        }
        if item.kind == .refusal {
            slots[index]?.statistics.count(.refused(code: item.code), at: now)
            return nil
        }
        guard let poll = item.poll ?? (asked?.address == address ? asked?.poll : nil) else {
            unexpectedAnswers += 1
            return nil
        }
        if let fault = decode(bytes, poll, measuredAt: now, into: index) {
            slots[index]?.statistics.count(fault, at: now)
            return nil
        }
        slots[index]?.answered(poll, at: now)
        noteTurn(of: index)
        return index
    }

    private mutating func decode(
        _ bytes: Span<UInt8>, _ poll: Int, measuredAt instant: Instant, into index: Int
    ) -> TransactionFault? {
        guard var reading = slots[index]?.reading, let driver = slots[index]?.driver else { return .timeout }
        do throws(AnswerError) {
            try driver.decode(bytes, poll, instant, &reading)
        } catch {
            return .answer(error)
        }
        slots[index]?.reading = reading
        return nil
    }

    /// How long a request that was heard may wait for its answer.
    private static let heardFor = Interval.seconds(1)
}
