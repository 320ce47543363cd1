public import BatteryModel

/// Listens to a serial line: names who speaks what on it, and finds what is wrong.
///
/// A value without clock or descriptor, fed from a live line or from a recording. Its memory is bounded, however long it
/// listens. Each protocol that is known hears the line with a scanner of its own; when one has understood enough of it,
/// those that understand nothing are no longer asked.
public struct SerialDiagnosis: Sendable {
    /// What is known besides what is heard.
    public var options: DiagnosisOptions
    /// What was heard, before anybody understands it.
    public private(set) var traffic = SerialTraffic()

    private var ears = SerialGrammar.all.map { SerialEar($0) }
    /// The ears that listen.
    private var awake: [Int]
    /// When it is looked at again who listens.
    private var nextLook: UInt64 = 8_192
    /// What the best had understood, and been given, at the last look.
    private var understood: UInt64 = 0, given: UInt64 = 0

    /// Listens to nobody yet.
    public init(_ options: DiagnosisOptions = DiagnosisOptions()) {
        self.options = options
        awake = Array(ears.indices)
    }

    /// Takes bytes from the line.
    ///
    /// - Parameters:
    ///   - bytes: What has arrived, or was sent.
    ///   - isOwn: Whether the machine that listens, or that has recorded, has sent them.
    ///   - now: When the last of them arrived.
    ///   - place: Where in the recording they stand.
    public mutating func received(_ bytes: Span<UInt8>, isOwn: Bool = false, at now: Instant, place: Int = 0)
    {
        guard bytes.count > 0 else { return }
        traffic.note(bytes, isOwn: isOwn, at: now, place: place)
        for index in awake { ears[index].hear(bytes, isOwn: isOwn, at: now, place: place) }
        if traffic.bytes + traffic.ownBytes >= nextLook { look() }
    }

    /// Says that nothing has come until `now`.
    public mutating func passed(to now: Instant) {
        traffic.passed(to: now)
        for index in awake { ears[index].passed(to: now) }
    }

    /// Takes what the adapter has counted since it was asked last: characters without a stop bit, and breaks.
    public mutating func counted(framingErrors: UInt64, breaks: UInt64) {
        traffic.counted(framing: framingErrors, breaks: breaks)
    }

    /// What was asked and answered in the protocol that fits best; `nil` while none does.
    public var conversation: SerialConversation? {
        let naming = SerialNaming(ears)
        return (naming.best ?? naming.shared).map { ears[$0].conversation }
    }

    /// Who speaks, and what is wrong.
    public func account() -> DiagnosisAccount {
        let naming = SerialNaming(ears)
        let picture = SerialPicture(naming, ears, traffic: traffic, options: options)
        return DiagnosisAccount(
            talkers: naming.talkers(traffic), findings: SerialRules.all.flatMap { $0(picture) })
    }

    /// Lets those sleep that understand nothing of a line that another understands; wakes them when he no longer does.
    private mutating func look() {
        nextLook = traffic.bytes + traffic.ownBytes + 8_192
        guard let best = SerialNaming(ears).best else { return rest() }
        let counts = ears[best].conversation.counts
        let (new, total) = (
            counts.understoodBytes - min(understood, counts.understoodBytes),
            ears[best].heardBytes - min(given, ears[best].heardBytes)
        )
        (understood, given) = (counts.understoodBytes, ears[best].heardBytes)
        guard new * 10 >= total * 7 else { return wakeAll() }
        awake = ears.indices.filter { index in
            index == best || ears[index].grammar.source == nil
                || ears[index].conversation.isMet && ears[index].conversation.counts.items >= 8
        }
    }

    /// Where nobody has been understood for long, every fourth part is listened to.
    private mutating func rest() {
        guard traffic.bytes >= Self.patience, !awake.isEmpty else { return wakeAll() }
        awake = []
        nextLook += 16_384
    }

    /// So many bytes are looked at one and all.
    private static let patience: UInt64 = 65_536

    private mutating func wakeAll() { awake = Array(ears.indices) }
}

/// What the rules for a serial line look at.
struct SerialPicture {
    /// What was heard, before anybody understands it.
    var traffic: SerialTraffic
    /// What the protocol that fits best makes of it, or the framing that fits; `nil` if none does.
    var conversation: SerialConversation?
    /// Another protocol that is spoken between its frames.
    var other: SerialConversation?
    /// Bytes that ``conversation`` was given.
    var heardBytes: UInt64 = 0
    /// Who is heard though the listener is set otherwise than the line.
    var heardAnyway: HeardAnyway?
    /// What is known besides.
    var options: DiagnosisOptions
    /// The protocols that fit what is heard as well as the best, or nearly so.
    var alike: [Candidate.Source] = []
    /// Thousandths by which a protocol may stand behind the best to be taken for one that fits as well.
    private static let near: Int32 = 60

    init(_ naming: SerialNaming, _ ears: [SerialEar], traffic: SerialTraffic, options: DiagnosisOptions) {
        self.traffic = traffic
        self.options = options
        if let best = naming.best ?? naming.shared {
            conversation = ears[best].conversation
            heardBytes = ears[best].heardBytes
        }
        if let best = naming.ranked.first {
            alike = naming.ranked.filter { best.score - $0.score <= Self.near }
                .compactMap { ears[$0.ear].grammar.source }
        }
        other = naming.second.map { ears[$0].conversation }
        if conversation == nil, traffic.sample.count >= 16, traffic.bytes != traffic.zeroBytes {
            heardAnyway = SoundSearch(traffic.sample).find(rate: options.rate)
        }
    }
}

/// The rules for a serial line; each looks at the picture and says what it finds.
enum SerialRules {
    static let all: [@Sendable (SerialPicture) -> [Finding]] = line + talk + packs + limits + bms

    /// A certainty, in percent, that grows from `least` to `most` with what was seen.
    static func certainty(_ seen: UInt64, from least: Int32, to most: Int32) -> Int32 {
        min(most, least + Int32(clamping: seen) * 2)
    }

    /// A part in thousandths.
    static func permille(_ part: UInt64, of whole: UInt64) -> Int32 {
        whole > 0 ? Int32(clamping: part * 1_000 / whole) : 0
    }
}
