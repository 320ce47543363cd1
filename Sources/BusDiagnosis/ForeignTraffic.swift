import BusCodec

/// Traffic that is none of the battery protocols that Busbar speaks, and what it is.
enum ForeignTraffic {
    /// A protocol that is known by its identifiers.
    struct Family: Sendable {
        /// What it is.
        let remark: StaticString
        /// What is said where only the side that asks is heard.
        var asking: StaticString = ""
        /// Where we have it from.
        let source: StaticString
        /// The identifiers of which some must be heard, with bit 31 set for 29 bits, as first, last and the bits that
        /// count.
        let signature: [Identifiers]
        /// How many different ones of them.
        let least: Int
        /// What belongs to it besides, if the signature is there.
        var besides: [Identifiers] = []
        /// The identifiers of the side that asks.
        var questions: [Identifiers] = []
        /// What else must be so.
        var test: @Sendable (CANTraffic, [UInt32]) -> Bool = { _, _ in true }

        func isOwn(_ container: UInt32) -> Bool {
            (signature + besides).contains { $0.contains(container) }
        }

        func isHeard(_ containers: [UInt32], of traffic: CANTraffic) -> Bool {
            let signs = containers.filter { container in signature.contains { $0.contains(container) } }
            return signs.count >= least && test(traffic, containers)
        }

        func isOnlyAsking(_ containers: [UInt32]) -> Bool {
            !questions.isEmpty
                && containers.allSatisfy { container in questions.contains { $0.contains(container) } }
        }
    }

    /// A stretch of identifiers.
    struct Identifiers: Sendable {
        let first: UInt32, last: UInt32, mask: UInt32

        func contains(_ container: UInt32) -> Bool { (first...last).contains(container & mask) }
    }

    /// Identifiers of 11 bits.
    static func short(_ first: UInt32, _ last: UInt32? = nil) -> Identifiers {
        Identifiers(first: first, last: last ?? first, mask: .max)
    }

    /// Identifiers of 29 bits; bits outside the mask are an address or a number.
    static func long(_ first: UInt32, _ last: UInt32? = nil, mask: UInt32 = 0x1FFF_FFFF) -> Identifiers {
        let flag: UInt32 = 0x8000_0000
        return Identifiers(first: first | flag, last: (last ?? first) | flag, mask: mask | flag)
    }
}
