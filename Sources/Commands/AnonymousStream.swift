import BMSDrivers
import BatteryModel
import BusCodec
import Reporting

/// The bytes of one line in one direction, cut into what the drivers know.
struct AnonymousStream {
    /// Where a byte came from: the number of its item, and its place there.
    struct Origin {
        var number: Int
        var offset: Int
    }

    /// What becomes of some bytes.
    enum Fate {
        case kept
        case replaced
        case leftOut
    }

    /// Some bytes of which it is known.
    struct Piece {
        var origins: ArraySlice<Origin>
        /// What they become; `nil` if they go.
        var bytes: [UInt8]?
        var fate: Fate
    }

    var lastAt: Int64?
    private var bytes: [UInt8] = []
    private var origins: [Origin] = []
    /// Bytes at the head that belong to nothing: whether they are text is known when they end.
    private var noise = 0
    /// The driver whose words were heard last.
    private var driver = 0
    private var answers = AnonymousAnswers()

    /// More than any answer has.
    private static let longest = 1_024
    /// Text that belongs to no protocol and is not kept.
    private static let telling = 6

    mutating func add(_ more: [UInt8], number: Int) {
        bytes += more
        origins += more.indices.map { Origin(number: number, offset: $0) }
    }

    /// What is known by now; everything, if nothing follows for a while.
    mutating func take(isLast: Bool) -> [Piece] {
        var pieces: [Piece] = []
        var place = noise
        noise = 0
        var start = 0
        search: while place < bytes.count {
            switch scan(
                bytes[place...].prefix(Self.longest), isLast: isLast || bytes.count - place > Self.longest)
            {
            case .item(let item, let length):
                pieces += belongingToNothing(start..<place)
                pieces.append(rewritten(item, place..<place + length))
                place += length
                start = place
            case .noise: place += 1
            case .incomplete: break search
            }
        }
        // A stretch of text may go on; numbers do not wait.
        let isOver = isLast || place - start > Self.longest
        if isOver {
            pieces += belongingToNothing(start..<place)
            start = place
        }
        noise = place - start
        bytes.removeFirst(start)
        origins.removeFirst(start)
        return pieces
    }

    private func belongingToNothing(_ range: Range<Int>) -> [Piece] {
        var pieces: [Piece] = []
        var place = range.lowerBound
        for run in AnonymousText.runs(bytes[range], least: Self.telling) {
            let text = range.lowerBound + run.lowerBound..<range.lowerBound + run.upperBound
            pieces.append(kept(place..<text.lowerBound))
            pieces.append(Piece(origins: origins[text], bytes: nil, fate: .leftOut))
            place = text.upperBound
        }
        pieces.append(kept(place..<range.upperBound))
        return pieces.filter { !$0.origins.isEmpty }
    }

    private func kept(_ range: Range<Int>) -> Piece {
        Piece(origins: origins[range], bytes: Array(bytes[range]), fate: .kept)
    }

    private mutating func rewritten(_ item: LineItem, _ range: Range<Int>) -> Piece {
        let before = Array(bytes[range])
        let after = answers.anonymous(before, item, driver: driver)
        let fate: Fate = after == before ? .kept : after == nil ? .leftOut : .replaced
        return Piece(origins: origins[range], bytes: after, fate: fate)
    }

    /// The thing at the head of the stream, of the driver that was heard last or of the first that knows it.
    private mutating func scan(_ head: ArraySlice<UInt8>, isLast: Bool) -> ScanStep<LineItem> {
        let head = Array(head)
        let own = AnonymousAnswers.scan(head, driver, isLast: isLast)
        if case .noise = own {} else if !(isLast && own.isIncomplete) { return own }
        var isWaiting = false
        for other in AnonymousAnswers.drivers.indices where other != driver {
            let step = AnonymousAnswers.scan(head, other, isLast: isLast)
            if case .item = step {
                driver = other
                return step
            }
            if step.isIncomplete { isWaiting = true }
        }
        return isWaiting && !isLast ? .incomplete : .noise(.noStart)
    }
}

extension ScanStep {
    fileprivate var isIncomplete: Bool { if case .incomplete = self { true } else { false } }
}
