import BMSDrivers
import BatteryModel
import BusCodec
import ChargeControl

// Lines of packs: serial ones, and CAN buses, whose frames a line takes as records.

extension GatewayCore {
    /// A line of packs on one bus; what it has heard and asks is in ``GatewayCore/packLines``.
    struct Line: Sendable {
        let bus: Int
        /// Whether its bytes are the records of CAN frames.
        let isCAN: Bool
        /// Whether its packs are only heard.
        let isListening: Bool
        /// The number in the bank of each pack on the line.
        var numbers: [Int] = []
        var isUp = false
        /// What the control was last told of how long a round takes.
        var cycle: Interval?

        /// Sends a question to its packs; returns when it will have left the wire, if that is known.
        func send(_ question: RequestBuffer, _ output: inout some GatewayOutput) -> Instant? {
            guard isCAN else { return output.send(question.bytes, bus: bus) }
            // A question that is lost is answered by nobody, and asked again.
            if case .item(let frame, _) = CANFrame.scanRecord(question.bytes) {
                _ = output.send(frame, bus: bus)
            }
            return nil
        }
    }

    /// The line on a bus, which is made if there is none.
    mutating func lineIndex(of bus: Int, _ driver: BMSDriver, at now: Instant) -> Int {
        if let index = uses[bus].line { return index }
        let listens = configuration.listening.contains(bus) || driver.sheet.isBroadcast
        lines.append(Line(bus: bus, isCAN: driver.sheet.wire == .can, isListening: listens))
        packLines.append(PackLine(isListening: listens, at: now))
        uses[bus].line = lines.count - 1
        return lines.count - 1
    }

    /// Lets a line hear bytes; returns whether a pack has told something.
    mutating func takeReadings(of line: Int, from bytes: Span<UInt8>, at now: Instant) -> Bool {
        let changed = packLines[line].received(bytes, at: now)
        for (slot, number) in lines[line].numbers.enumerated() where changed & 1 << UInt16(slot) != 0 {
            image.packs[number].reading = packLines[line].reading(of: slot)
        }
        return changed != 0
    }

    /// Lets a line of packs on CAN hear a frame.
    mutating func receivedFromPacks(_ frame: CANFrame, _ line: Int, at now: Instant) {
        guard lines[line].isCAN else { return }
        var record = ByteBuffer<13>()
        frame.writeRecord(into: &record)
        let isNews = takeReadings(of: line, from: record.bytes, at: now)
        // Packs that speak a hundred times a second are looked at with the tick.
        if isNews, !lines[line].isListening { hasNews = true }
    }

    /// Asks the packs of a line what is due; returns when to look again.
    mutating func stepLine(
        _ index: Int, at now: Instant, _ output: inout some GatewayOutput
    ) -> Instant {
        // A line that can send at once and is answered at once still gives the others their turn.
        for _ in 0..<4 {
            let step = packLines[index].step(at: now)
            noteWrite(onLine: index, at: now)
            guard case .wait(let until) = step else {
                let wireEnd = lines[index].send(packLines.span[index].outgoing, &output)
                packLines[index].sent(at: wireEnd ?? now)
                continue
            }
            return until
        }
        return now
    }
}
