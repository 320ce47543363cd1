import BatteryModel
import BusCodec
import LinuxIO

/// The links of a gateway, as the core writes to them.
struct Links {
    let all: [Link]
    let inverterCutters: [LinkCutter]
    var output: Output

    /// Where the core's bytes and frames go.
    struct Output: GatewayOutput {
        let links: [Link]
        let stallLimit: Interval
        let beforeFrame: (() -> Void)?
        let tape: BusTape?
        /// The instant for which the pass works out what it sends.
        var decidedAt = Instant(nanoseconds: 0)

        func send(_ bytes: Span<UInt8>, bus: Int) -> Instant? {
            let now = MonotonicClock.now()
            let end = links[bus].send(bytes, at: now)
            tape?.add(bytes, end == nil ? .refused : .sent, bus: bus, at: end ?? now)
            return end
        }

        func send(_ frame: CANFrame, bus: Int) -> Bool {
            let isTaken = isInTime && write(frame, to: links[bus])
            tape?.add(frame, isTaken ? .sent : .refused, bus: bus, at: MonotonicClock.now())
            return isTaken
        }

        private func write(_ frame: CANFrame, to link: Link) -> Bool {
            beforeFrame?()
            return link.send(frame, at: MonotonicClock.now())
        }

        func send(answer bytes: Span<UInt8>, bus: Int) -> Instant? {
            guard isInTime else {
                tape?.add(bytes, .refused, bus: bus, at: MonotonicClock.now())
                return nil
            }
            beforeFrame?()
            return send(bytes, bus: bus)
        }

        func send(answer bytes: Span<UInt8>, bus: Int, caller: Int) -> Bool {
            let isTaken = isInTime && write(bytes, to: links[bus], caller)
            tape?.add(
                bytes, isTaken ? .sent : .refused, bus: bus, caller: caller, at: MonotonicClock.now())
            return isTaken
        }

        private func write(_ bytes: Span<UInt8>, to link: Link, _ caller: Int) -> Bool {
            beforeFrame?()
            return link.send(bytes, toCaller: caller)
        }

        func hangUp(bus: Int, caller: Int) {
            tape?.add(note: TapeNote.hungUp.text, bus: bus, caller: caller, at: MonotonicClock.now())
            links[bus].hangUp(onCaller: caller)
        }

        /// The whole process may have stood still, and then nobody has noticed yet.
        private var isInTime: Bool { MonotonicClock.now() - decidedAt <= stallLimit }
    }

    init(
        _ configuration: GatewayConfiguration, on loop: EventLoop, _ beforeFrame: (() -> Void)?
    ) throws(SystemError) {
        all = configuration.buses.enumerated().map { Link($1.address, on: loop, token: $0) }
        var cutters: [LinkCutter] = []
        for bus in Set(configuration.inverters.map(\.bus)).sorted() {
            cutters += try all[bus].makeCutters()
        }
        inverterCutters = cutters
        output = Output(
            links: all, stallLimit: configuration.stallLimit, beforeFrame: beforeFrame,
            tape: configuration.tape)
    }
}
