public import BMSDrivers

/// What was noticed about a line while packs were looked for.
public struct LineSigns: Sendable {
    /// Somebody who polls packs already.
    public struct Master: Sendable {
        /// The protocol.
        public var driver: BMSDriver
        /// The speed.
        public var baud: Int32
        /// Who was asked or has answered.
        public var addresses: Set<UInt8>
    }

    /// Bytes heard in all.
    public var bytes: UInt64 = 0
    /// Those of them that are 0, as every byte is while a line lies at the level of a start bit.
    public var zeroBytes: UInt64 = 0
    /// What the adapter has counted of wrong characters; `nil` if it does not tell.
    public var characterErrors: CharacterErrors?
    /// Who speaks here on swapped wires, if that was understood.
    public var swappedMaster: Master?
    /// Whether somebody spoke without being asked.
    public var isSpokenUnasked = false
    /// Who it is, if that was understood.
    public var master: Master?
    /// Whether somebody else asked between our own questions.
    public var hasSecondMaster = false
    /// Whether what was sent came back.
    public var hasEcho = false
    /// Questions to which something came that is no answer.
    public var unreadable = 0
    /// Answers from an address that was not asked.
    public var otherAnswers = 0
    /// Answers with a correct checksum that say what cannot be.
    public var unbelieved = 0

    /// Nothing noticed.
    public init() {}

    /// Whether nothing was heard but, at most, the level of a line at which nobody speaks.
    var isSilent: Bool { bytes == zeroBytes }

    /// Whether the line lies, or has lain, at the level of a start bit.
    var hasBreak: Bool { zeroBytes > 0 || (characterErrors?.breaks ?? 0) > 0 }
}

/// Characters that a UART has found wrong.
public struct CharacterErrors: Sendable, Equatable {
    /// Characters without a stop bit.
    public var framing: UInt64
    /// Characters in which the line was at the level of a start bit from the beginning to the end.
    public var breaks: UInt64

    /// Makes counts.
    public init(framing: UInt64 = 0, breaks: UInt64 = 0) {
        self.framing = framing
        self.breaks = breaks
    }
}

/// What is to be said to the user about a line, one case for each.
public enum LineFinding: String, Sendable, Hashable {
    /// Nothing was heard at all.
    case dead
    /// Nobody speaks, and the line lies at the level of a start bit instead of resting.
    case idleBreak = "idle_break"
    /// Somebody polls packs here, and is heard upside down.
    case swapped
    /// Something answered, and nothing of it can be read.
    case unreadable
    /// Somebody speaks unasked, in no protocol that is known.
    case babble
    /// Somebody polls packs here.
    case master
    /// Somebody began to ask while we did.
    case secondMaster = "second_master"
    /// The adapter hears itself.
    case echo
    /// Packs answer for others: two have the same address, or one answers to any.
    case mixedAddresses = "mixed_addresses"
}

extension LineScan {
    /// What is to be said about the line, the most important first.
    public var findings: [LineFinding] {
        var findings: [LineFinding] = []
        if signs.hasSecondMaster {
            findings.append(.secondMaster)
        } else if signs.master != nil {
            findings.append(.master)
        } else if signs.swappedMaster != nil {
            findings.append(.swapped)
        } else if signs.isSpokenUnasked {
            findings.append(signs.isSilent ? .idleBreak : .babble)
        } else if found.isEmpty {
            if signs.isSilent, signs.hasBreak {
                findings.append(.idleBreak)
            } else if signs.unreadable > 0 {
                findings.append(.unreadable)
            } else if !signs.hasEcho, signs.bytes == 0 {
                findings.append(.dead)
            }
        }
        if signs.hasEcho { findings.append(.echo) }
        if signs.otherAnswers > 0 { findings.append(.mixedAddresses) }
        return findings
    }
}
