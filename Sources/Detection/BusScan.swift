public import BMSDrivers
public import BatteryModel
public import BusCodec

/// Looks for packs on one CAN bus by listening to it; no frame is ever sent.
///
/// Behind an SLCAN adapter the bit rate is not known, and both that batteries use are tried. It is first listened without
/// acknowledging anything, so that a bus at another rate is not disturbed. Two who talk to each other are heard that
/// way; a lone pack is not, because nobody acknowledges its frames: only if nothing was heard, the adapter takes part.
///
/// A value without clock or descriptor: whoever owns the link feeds it frames and calls ``step(at:)``.
public struct BusScan: Sendable {
    /// What the bus wants done.
    public enum Step: Sendable, Equatable {
        /// Open the link at this bit rate, `nil` where it is set already, then call ``BusScan/opened(at:)``.
        case open(kilobits: Int?, listensOnly: Bool)
        /// Nothing before this instant, unless frames arrive.
        case wait(until: Instant)
        /// The search has ended.
        case done
    }

    /// One time of listening.
    private struct Turn {
        var kilobits: Int?
        var listensOnly: Bool
    }

    /// The packs that were heard, by protocol and address.
    public private(set) var found: [LineScan.Found] = []
    /// Frames of anybody that were heard, whether understood or not.
    public private(set) var frames: UInt64 = 0
    /// The bit rate at which frames were heard, in kbit/s; `nil` if none was, or the kernel has set it.
    public private(set) var kilobits: Int?

    private let drivers: [BMSDriver]
    private var turns: [Turn]
    private var until: Instant?
    /// What is understood, one for each protocol.
    private var lines: [PackLine] = []

    /// How long it listens: cells are told once a second, and count when they come again.
    public static let listens = Interval.milliseconds(2_500)
    /// The bit rates of batteries, in kbit/s.
    private static let rates = [250, 500]

    /// Makes a search.
    ///
    /// - Parameters:
    ///   - drivers: What to look for; those of serial lines are left out.
    ///   - isRateSet: Whether the link has a bit rate already, as an interface of the kernel has.
    public init(drivers: [BMSDriver], isRateSet: Bool) {
        self.drivers = drivers.filter { $0.sheet.wire == .can }
        turns =
            isRateSet
            ? [Turn(listensOnly: false)]
            : [true, false].flatMap { listensOnly in
                Self.rates.map { Turn(kilobits: $0, listensOnly: listensOnly) }
            }
    }

    /// Tells what to do at `now`.
    public mutating func step(at now: Instant) -> Step {
        if let until {
            guard now >= until else { return .wait(until: until) }
            finishTurn()
        }
        guard let turn = turns.first else { return .done }
        return .open(kilobits: turn.kilobits, listensOnly: turn.listensOnly)
    }

    /// Says that the link is open.
    public mutating func opened(at now: Instant) {
        until = now + Self.listens
        lines = drivers.map { driver in
            var line = PackLine(isListening: true, at: now)
            for address in driver.sheet.addresses {
                _ = line.add(address: address, driver: driver, interval: .seconds(1), at: now)
            }
            return line
        }
    }

    /// Takes a frame from the bus.
    public mutating func received(_ frame: CANFrame, at now: Instant) {
        guard frame.kind != .error else { return }
        frames += 1
        var record = ByteBuffer<13>()
        frame.writeRecord(into: &record)
        for index in lines.indices { _ = lines[index].received(record.bytes, at: now) }
    }

    /// Where anything was heard the bit rate is right, and no other is tried.
    private mutating func finishTurn() {
        until = nil
        let turn = turns.removeFirst()
        guard frames > 0 else { return }
        kilobits = turn.kilobits
        turns = []
        for (driver, line) in zip(drivers, lines) {
            for slot in 0..<line.count where line[slot].reading[.packVoltage] != nil {
                found.append(
                    LineScan.Found(
                        driver: driver,
                        baud: Int32((turn.kilobits ?? Int(driver.sheet.baud) / 1_000) * 1_000),
                        address: line[slot].address, reading: line[slot].reading))
            }
        }
    }
}
