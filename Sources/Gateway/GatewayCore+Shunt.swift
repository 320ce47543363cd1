public import BMSDrivers
import BatteryModel
import BusCodec
import ChargeControl

extension GatewayCore {
    /// The shunt on its bus.
    struct Shunt: Sendable {
        let bus: Int
        var line: ShuntLine
        /// From when on it is missed if it has not been heard.
        let missedFrom: Instant
        var isUp = false
    }

    /// The shunt of the configuration, not heard yet.
    static func shunt(_ configuration: GatewayConfiguration, at now: Instant) -> Shunt? {
        configuration.shunt.map {
            Shunt(
                bus: $0.bus, line: ShuntLine(driver: $0.driver, at: now),
                missedFrom: now + configuration.control.lostAfter)
        }
    }

    /// Takes bytes from the bus of the shunt.
    mutating func receivedFromShunt(_ bytes: Span<UInt8>, at now: Instant) {
        guard shunt?.line.received(bytes, at: now) == true, let reading = shunt?.line.reading else { return }
        image.shunt = BankImage.Shunt(current: reading.currentMilliamps, soc: reading.socPermille)
        hasNews = true
    }

    /// Notes that the bus of the shunt has come up or gone down.
    mutating func shuntBus(isUp: Bool) {
        shunt?.isUp = isUp
        if isUp { shunt?.line.reset() }
    }

    /// Gives up what the shunt has begun and not finished, notes that it was never heard, and asks it if it must be
    /// asked; tells when to look again.
    mutating func stepShunt(at now: Instant, _ output: inout some GatewayOutput) -> Instant {
        guard let missedFrom = shunt?.missedFrom else { return Instant(nanoseconds: .max) }
        // It speaks once a second: missing it from the start on would be a false alarm at each start.
        if image.shunt == nil, now >= missedFrom { image.shunt = BankImage.Shunt() }
        let next = shunt?.line.step(at: now) ?? Instant(nanoseconds: .max)
        return min(next, askShunt(at: now, &output))
    }

    private mutating func askShunt(at now: Instant, _ output: inout some GatewayOutput) -> Instant {
        var question = RequestBuffer()
        guard let bus = shunt?.bus, shunt?.isUp == true,
            let next = shunt?.line.ask(at: now, &question)
        else { return Instant(nanoseconds: .max) }
        // If it does not get through, the next one is due soon.
        if question.count > 0 { _ = output.send(question.bytes, bus: bus) }
        return next
    }
}

extension Snapshot {
    /// The shunt as it is known.
    public struct Shunt: Sendable {
        /// The id of its driver.
        public let driver: String
        /// What it has reported.
        public let reading: ShuntReading
        /// How listening goes.
        public let counts: ShuntLine.Counts
    }
}

extension GatewayCore {
    func shuntSnapshot() -> Snapshot.Shunt? {
        shunt.map {
            Snapshot.Shunt(
                driver: "\($0.line.driver.sheet.id)", reading: $0.line.reading, counts: $0.line.counts)
        }
    }
}
