import BMSDrivers
import BatteryModel
import BusCodec
import Reporting

/// Takes names and serial numbers out of answers that a driver understands.
struct AnonymousAnswers {
    /// The drivers whose words are looked for on serial lines.
    static let drivers = DriverTable.drivers.indices.map { DriverTable.drivers[$0] }
        .filter { $0.sheet.wire == .serial }

    /// What each pack has said so far: some answers are not understood without earlier ones.
    private var known: [Pack: PackReading] = [:]
    private var instant: Int64 = 0

    private struct Pack: Hashable {
        var driver: Int
        var address: UInt8?
    }

    /// Text that begins here by chance in numbers is shorter, mostly.
    private static let leastText = 4
    /// Text in what is not understood is not kept from here on.
    private static let telling = 6

    /// The thing at the head: of a pack if it can be, or else of a host.
    static func scan(_ head: [UInt8], _ driver: Int, isLast: Bool) -> ScanStep<LineItem> {
        let heard = drivers[driver].scan(head.span, false, isLast)
        if case .item = heard { return heard }
        let overheard = drivers[driver].scan(head.span, true, isLast)
        if case .noise = overheard { return heard }
        return overheard
    }

    /// The bytes without what must go; `nil` if they cannot be kept.
    mutating func anonymous(_ bytes: [UInt8], _ item: LineItem, driver: Int) -> [UInt8]? {
        let content = AnonymousContent(bytes)
        let hasText = !content.runs(least: Self.telling).isEmpty
        guard item.kind == .answer || hasText else { return bytes }
        // Several protocols are framed alike: if the driver cannot do it, another may know what is said.
        var mayBeKept = !hasText
        for other in [driver] + Self.drivers.indices.filter({ $0 != driver }) {
            guard other == driver || !mayBeKept else { break }
            guard let answer = understood(bytes, driver: other) else { continue }
            guard let identity = answer.said.identity else {
                if other != driver { continue }
                known[answer.pack] = answer.said.reading
                return bytes
            }
            if let result = masked(content, answer, identity) { return result }
            mayBeKept = false
        }
        return mayBeKept ? bytes : nil
    }

    /// An answer that a driver understands.
    private struct Answer {
        var item: LineItem
        var poll: Int
        var pack: Pack
        var said: Decoded
    }

    private mutating func understood(_ bytes: [UInt8], driver: Int) -> Answer? {
        guard case .item(let item, bytes.count) = Self.scan(bytes, driver, isLast: true), item.kind == .answer
        else { return nil }
        let pack = Pack(driver: driver, address: item.address)
        guard let poll = poll(of: bytes, item, pack), let said = decoded(bytes, poll, pack) else {
            return nil
        }
        return Answer(item: item, poll: poll, pack: pack, said: said)
    }

    /// An answer without its texts; `nil` if it would say something else without them.
    private mutating func masked(
        _ content: AnonymousContent, _ answer: Answer, _ identity: PackIdentity
    ) -> [UInt8]? {
        defer { known[answer.pack] = answer.said.reading }
        var best = content.masked(content.texts(of: identity), keeping: identity)
        guard var result = rewritten(content, best, answer) else { return nil }
        for run in content.runs(least: Self.leastText) {
            // Numbers look like text by chance: what changes them is none, or only a part of it is.
            for places in [run] + run.map({ $0..<$0 + 1 }) {
                let more = content.masked([places], of: best, keeping: identity)
                guard more != best, let better = rewritten(content, more, answer) else { continue }
                (best, result) = (more, better)
            }
        }
        return result
    }

    /// The answer that carries `masked`, if it says all that it said but for its texts.
    private mutating func rewritten(
        _ content: AnonymousContent, _ masked: [UInt8], _ answer: Answer
    ) -> [UInt8]? {
        if masked == content.bytes { return content.frame }
        for candidate in content.candidates(masked) {
            guard case .item(let other, let length) = Self.scan(candidate, answer.pack.driver, isLast: true),
                other == answer.item, length == candidate.count,
                let after = decoded(candidate, answer.poll, answer.pack), after.says(answer.said)
            else { continue }
            return candidate
        }
        return nil
    }

    /// The question that an answer belongs to; `nil` if none does, or several do.
    private mutating func poll(of bytes: [UInt8], _ item: LineItem, _ pack: Pack) -> Int? {
        if let poll = item.poll { return poll }
        var found: [Int] = []
        for poll in 0..<Self.drivers[pack.driver].pollCount where decoded(bytes, poll, pack) != nil {
            found.append(poll)
        }
        // Several may fit: one that reads what must go comes before one that reads other texts.
        let identities = found.map { decoded(bytes, $0, pack)?.identity }
        let place =
            identities.firstIndex { $0.map { $0.serial.count + $0.name.count > 0 } ?? false }
            ?? identities.firstIndex { $0 != nil }
        return place.map { found[$0] } ?? found.first
    }

    private mutating func decoded(_ bytes: [UInt8], _ poll: Int, _ pack: Pack) -> Decoded? {
        instant += 1
        var reading = known[pack] ?? PackReading()
        reading[.uptime] = nil
        do throws(AnswerError) {
            try Self.drivers[pack.driver].decode(bytes.span, poll, Instant(nanoseconds: instant), &reading)
        } catch {
            return nil
        }
        return Decoded(reading: reading, at: Instant(nanoseconds: instant))
    }

    /// What an answer says.
    private struct Decoded {
        let reading: PackReading
        private let answer: DecodedAnswer
        /// Its texts; `nil` if it has none.
        let identity: PackIdentity?

        init(reading: PackReading, at instant: Instant) {
            self.reading = reading
            answer = DecodedAnswer(reading, measuredAt: instant)
            identity = reading.identity?.at == instant ? reading.identity?.value : nil
        }

        /// Whether all but the texts that must go is the same.
        func says(_ other: Decoded) -> Bool {
            func numbers(_ answer: DecodedAnswer) -> String {
                "\(answer.fields) \(answer.cellMillivolts) \(answer.wireMilliohms) \(answer.alarms ?? [])"
            }
            func texts(_ identity: PackIdentity?) -> [String] {
                AnonymousContent.harmless.map { identity?[$0].text ?? "" }
            }
            return numbers(answer) == numbers(other.answer) && texts(identity) == texts(other.identity)
        }
    }
}

extension ASCIIText {
    fileprivate var text: String { String(decoding: (0..<count).map { self[$0] }, as: UTF8.self) }
}

/// What an answer carries, whether as bytes or as pairs of digits.
private struct AnonymousContent {
    let frame: [UInt8]
    /// Whether it is one of the frames of digits between `~`, for some hosts another sign, and a carriage return.
    private let isTelecom: Bool
    /// What it carries, headers and all.
    let bytes: [UInt8]

    /// Texts that tell nobody apart.
    static let harmless: [IdentityField] = [.model, .hardware, .firmware, .manufactured]

    init(_ frame: [UInt8]) {
        self.frame = frame
        var pairs: [UInt8] = []
        let digits = frame.dropFirst().dropLast()
        isTelecom =
            [0x7E, 0xBC].contains(frame.first) && frame.last == 0x0D && digits.count % 2 == 0
            && digits.allSatisfy { Self.digit($0) != nil }
        if isTelecom {
            let values = digits.compactMap(Self.digit)
            pairs = stride(from: 0, to: values.count, by: 2).map { values[$0] << 4 | values[$0 + 1] }
        }
        bytes = isTelecom ? pairs : frame
    }

    private static func digit(_ character: UInt8) -> UInt8? {
        Character(UnicodeScalar(character)).hexDigitValue.map { UInt8($0) }
    }

    /// Where the texts are that must go.
    func texts(of identity: PackIdentity) -> [Range<Int>] {
        [IdentityField.serial, .name].compactMap { Self.place(of: identity[$0], in: bytes) }
    }

    /// Where something stands that may be text.
    func runs(least: Int) -> [Range<Int>] {
        guard isTelecom else { return AnonymousText.runs(bytes, least: least) }
        // Version, address, device class, code and length are numbers, and so is the checksum.
        guard bytes.count > 8 else { return [] }
        return AnonymousText.runs(bytes[6..<bytes.count - 2], least: least).map {
            $0.lowerBound + 6..<$0.upperBound + 6
        }
    }

    /// The bytes, or what became of them, with the characters at `places` replaced that are not harmless.
    func masked(
        _ places: [Range<Int>], of content: [UInt8]? = nil, keeping identity: PackIdentity
    ) -> [UInt8] {
        var result = content ?? bytes
        for range in places { for place in range { result[place] = AnonymousText.mask(bytes[place]) } }
        for field in Self.harmless {
            guard let place = Self.place(of: identity[field], in: bytes) else { continue }
            for index in place { result[index] = bytes[index] }
        }
        return result
    }

    private static func place(of text: ASCIIText, in bytes: [UInt8]) -> Range<Int>? {
        guard text.count > 0, text.count <= bytes.count else { return nil }
        let wanted = (0..<text.count).map { text[$0] }
        let start = (0...bytes.count - wanted.count).first {
            bytes[$0..<$0 + wanted.count].elementsEqual(wanted)
        }
        return start.map { $0..<$0 + wanted.count }
    }

    /// Frames that carry `masked`, each with another checksum that was right before.
    func candidates(_ masked: [UInt8]) -> [[UInt8]] {
        guard isTelecom else {
            return AnonymousChecksum.all.flatMap { $0.mended(masked, like: frame) }
        }
        var result = frame
        for (place, byte) in masked.enumerated() where byte != bytes[place] {
            let pair = Array(Self.text(byte).utf8)
            (result[1 + 2 * place], result[2 + 2 * place]) = (pair[0], pair[1])
        }
        let end = result.count - 5
        let sum = result[1..<end].reduce(UInt16(0)) { $0 &+ UInt16($1) }
        let check =
            Self.text(UInt8(truncatingIfNeeded: (0 &- sum) >> 8))
            + Self.text(UInt8(truncatingIfNeeded: 0 &- sum))
        result.replaceSubrange(end..<end + 4, with: check.utf8)
        return [result]
    }

    private static func text(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.utf8.count == 1 ? "0" + digits : digits
    }
}

/// A kind of checksum: which one a frame has is seen by which one is right in it.
private struct AnonymousChecksum {
    var size: Int
    var make: @Sendable (ArraySlice<UInt8>) -> [UInt8]

    static let all = [
        AnonymousChecksum(size: 2) { bytes in
            var crc: UInt16 = 0xFFFF
            for byte in bytes {
                crc ^= UInt16(byte)
                for _ in 0..<8 { crc = crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0xA001 }
            }
            return [UInt8(truncatingIfNeeded: crc), UInt8(crc >> 8)]
        },
        AnonymousChecksum(size: 2) { bytes in
            let sum = bytes.reduce(UInt16(0)) { $0 &+ UInt16($1) }
            return [UInt8(sum >> 8), UInt8(truncatingIfNeeded: sum)]
        },
        AnonymousChecksum(size: 2) { bytes in
            let sum = 0 &- bytes.reduce(UInt16(0)) { $0 &+ UInt16($1) }
            return [UInt8(sum >> 8), UInt8(truncatingIfNeeded: sum)]
        },
        AnonymousChecksum(size: 1) { bytes in [bytes.reduce(0) { $0 &+ $1 }] },
    ]

    /// `bytes` with this checksum wherever it was right in `before`, near the end of it.
    func mended(_ bytes: [UInt8], like before: [UInt8]) -> [[UInt8]] {
        var found: [[UInt8]] = []
        for place in stride(from: before.count - size, through: max(before.count - 10, 4), by: -1) {
            for start in 0..<3 where before[place..<place + size].elementsEqual(make(before[start..<place])) {
                var result = bytes
                result.replaceSubrange(place..<place + size, with: make(bytes[start..<place]))
                found.append(result)
            }
        }
        return found
    }
}
