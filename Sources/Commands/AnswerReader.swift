import BMSDrivers
import BatteryModel
import BusCodec
import Reporting

/// Finds questions and answers of one protocol in bytes that somebody has recorded, and reads the answers.
struct AnswerReader {
    /// Something that was found.
    enum Finding {
        /// A host asks a pack.
        case question(address: UInt8?, name: String?)
        /// A pack answers.
        case answer(address: UInt8?, name: String, DecodedAnswer)
        /// A pack refuses.
        case refusal(address: UInt8?, code: UInt8)
        /// It belongs to the protocol and says nothing of use, or answers a question that is not known here.
        case other
        /// It cannot be read; why, in a sentence.
        case problem(String)
    }

    private let driver: BMSDriver
    /// The question that answers which do not say it belong to.
    private let wanted: Int?
    /// What was asked last, while nobody has answered it.
    private var asked: (poll: Int?, address: UInt8?)?
    /// What each pack has said so far, by its address: some answers are not understood without earlier ones.
    private var known: [UInt8?: PackReading] = [:]
    private var answers: Int64 = 0

    /// More than any answer has; behind it nothing is looked at, or long recordings would take for ever.
    private static let longestItem = 1_024

    init(_ driver: BMSDriver, question: Int? = nil) {
        self.driver = driver
        wanted = question
    }

    /// Everything in `bytes`, in order.
    mutating func read(_ bytes: [UInt8]) -> [Finding] {
        var findings: [Finding] = []
        var noise = Noise()
        var place = 0
        while place < bytes.count {
            switch scan(bytes[place...].prefix(Self.longestItem)) {
            case .item(let item, let length):
                if let problem = noise.problem(isAlone: false) { findings.append(.problem(problem)) }
                noise = Noise()
                findings.append(read(item, Array(bytes[place..<place + length])))
                place += length
            case .noise(let cause):
                noise.count(cause, at: place)
                place += 1
            case .incomplete:
                noise.count(.truncated, at: place)
                place += 1
            }
        }
        if let problem = noise.problem(isAlone: findings.isEmpty) { findings.append(.problem(problem)) }
        return findings
    }

    /// The thing at the head of `bytes`: of a pack if it can be, or else of a host.
    private func scan(_ bytes: ArraySlice<UInt8>) -> ScanStep<LineItem> {
        let head = Array(bytes)
        let heard = driver.scan(head.span, false, true)
        if case .item = heard { return heard }
        let overheard = driver.scan(head.span, true, true)
        if case .item = overheard { return overheard }
        return heard
    }

    private mutating func read(_ item: LineItem, _ bytes: [UInt8]) -> Finding {
        switch item.kind {
        case .request:
            asked = (item.poll, item.address)
            return .question(address: item.address, name: item.poll.map(name))
        case .answer:
            defer { asked = nil }
            return read(answer: bytes, of: item)
        case .refusal:
            asked = nil
            return .refusal(address: item.address ?? asked?.address, code: item.code)
        case .other: return .other
        }
    }

    private func name(_ poll: Int) -> String { "\(driver.poll(poll).name)" }
}

// MARK: - Answers

extension AnswerReader {
    private mutating func read(answer bytes: [UInt8], of item: LineItem) -> Finding {
        // What answers a question of somebody else would be taken for what it is not.
        if let asked, asked.poll == nil, item.poll == nil, wanted == nil { return .other }
        answers += 1
        let now = Instant(nanoseconds: answers)
        let address = item.address ?? asked?.address
        var earlier = known[address] ?? PackReading()
        // How old an answer is is no question here: a recording may well hold it twice.
        earlier[.uptime] = nil
        let candidates = candidates(for: item)
        var understood: [(poll: Int, reading: PackReading)] = []
        var errors: [AnswerError] = []
        for poll in candidates {
            var reading = earlier
            do throws(AnswerError) {
                try driver.decode(bytes.span, poll, now, &reading)
                understood.append((poll, reading))
            } catch {
                errors.append(error)
            }
        }
        guard let first = understood.first else {
            return .problem(Self.sentence(errors, candidates.count == 1 ? candidates.first.map(name) : nil))
        }
        guard understood.count == 1 else {
            let names = understood.map { "'\(name($0.poll))'" }.joined(separator: ", ")
            return .problem(
                "the answer does not say what was asked; it can be \(names): choose with --question")
        }
        known[address] = first.reading
        let answer = DecodedAnswer(first.reading, measuredAt: now)
        return .answer(address: address, name: name(first.poll), answer)
    }

    /// The questions that an answer may belong to.
    private func candidates(for item: LineItem) -> [Int] {
        if let poll = item.poll ?? wanted { return [poll] }
        if let poll = asked?.poll,
            asked?.address == nil || item.address == nil || asked?.address == item.address
        {
            return [poll]
        }
        return Array(0..<driver.pollCount)
    }

    private static func sentence(_ errors: [AnswerError], _ name: String?) -> String {
        let telling = errors.first { if case .wrongLength = $0 { false } else { true } }
        if name == nil, telling == nil { return "no question has an answer of this length" }
        let error = telling ?? errors.first ?? .wrongStructure
        return Wording.fault(.answer(error)) + (name.map { " (asked: '\($0)')" } ?? "")
    }
}

/// Bytes in a row that belong to nothing.
private struct Noise {
    private var start = 0
    private var count = 0
    private var cause = NoiseCause.noStart
    private var causeAt = 0

    /// Counts the byte at `place`; what is told is the first cause that says more than that nothing begins there.
    mutating func count(_ next: NoiseCause, at place: Int) {
        if count == 0 { start = place }
        count += 1
        if cause == .noStart, next != .noStart { (cause, causeAt) = (next, place) }
    }

    /// What is to be said about them; `nil` if there are none.
    func problem(isAlone: Bool) -> String? {
        guard count > 0 else { return nil }
        let bytes = count == 1 ? "1 byte" : "\(count) bytes"
        let which = isAlone ? bytes : "\(bytes) from byte \(start + 1) on"
        switch cause {
        case .noStart: return "\(which): nothing of this protocol begins here"
        case .checksum: return "\(which): the checksum of what begins at byte \(causeAt + 1) is wrong"
        case .truncated: return "\(which): what begins at byte \(causeAt + 1) is broken off"
        case .overflow: return "\(which): there was no room"
        }
    }
}
