import CLinuxIO

/// What the driver of a serial port has counted of wrong characters since the port exists; the counters go round.
public struct CharacterCounts: Sendable, Equatable {
    /// Characters without a stop bit: the speed is another, or the levels are turned round.
    public var framing: UInt32
    /// Characters during which the line was at the level of a start bit from the beginning to the end.
    public var breaks: UInt32
}

extension Link {
    /// The driver's counts; `nil` while the link is not open, and where no UART is behind it or its driver does not count,
    /// as with pseudo-terminals and some USB adapters.
    public var characterCounts: CharacterCounts? {
        guard state == .open, isSerial else { return nil }
        var counts = CharacterCounts(framing: 0, breaks: 0)
        guard linuxio_character_errors(descriptor, &counts.framing, &counts.breaks) == 0 else { return nil }
        return counts
    }
}
