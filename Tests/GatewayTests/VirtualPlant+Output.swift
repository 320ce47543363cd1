import BatteryModel
import BusCodec
import Gateway

extension VirtualPlant {
    /// Collects what the core sends.
    struct Output: GatewayOutput {
        var now: Instant
        var requests: [(at: Instant, bytes: [UInt8])] = []
        var frames: [Sent] = []
        /// Answers to inverters on serial lines.
        var answers: [(at: Instant, bytes: [UInt8])] = []
        /// Answers to callers, each with the seat.
        var told: [(caller: Int, bytes: [UInt8])] = []
        /// Callers who take nothing.
        var deaf: Set<Int> = []
        /// Callers who were hung up on, in order.
        var hungUp: [Int] = []
        /// Buses that take nothing: bit n for bus n.
        var broken = 0
        /// Where everything is recorded that the core says.
        var tape: BusTape?

        mutating func send(_ bytes: Span<UInt8>, bus: Int) -> Instant? {
            let end = now + Interval.microseconds(Int64(bytes.count) * 87)
            let isTaken = broken & 1 << bus == 0
            tape?.add(bytes, isTaken ? .sent : .refused, bus: bus, at: isTaken ? end : now)
            guard isTaken else { return nil }
            requests.append((end, bytes.indices.map { bytes[$0] }))
            return end
        }

        mutating func send(_ frame: CANFrame, bus: Int) -> Bool {
            let isTaken = broken & 1 << bus == 0
            tape?.add(frame, isTaken ? .sent : .refused, bus: bus, at: now)
            guard isTaken else { return false }
            frames.append(Sent(at: now, frame: frame, bus: bus))
            return true
        }

        mutating func send(answer bytes: Span<UInt8>, bus: Int) -> Instant? {
            // At 9600 bit/s, as inverters ask.
            let end = now + Interval.microseconds(Int64(bytes.count) * 1_042)
            let isTaken = broken & 1 << bus == 0
            tape?.add(bytes, isTaken ? .sent : .refused, bus: bus, at: isTaken ? end : now)
            guard isTaken else { return nil }
            answers.append((now, bytes.indices.map { bytes[$0] }))
            return end
        }

        mutating func send(answer bytes: Span<UInt8>, bus: Int, caller: Int) -> Bool {
            let isTaken = !deaf.contains(caller)
            tape?.add(bytes, isTaken ? .sent : .refused, bus: bus, caller: caller, at: now)
            guard isTaken else { return false }
            told.append((caller, bytes.indices.map { bytes[$0] }))
            return true
        }

        mutating func hangUp(bus: Int, caller: Int) {
            tape?.add(note: TapeNote.hungUp.text, bus: bus, caller: caller, at: now)
            hungUp.append(caller)
        }
    }
}
