import BMSDrivers
import BatteryModel
import BusCodec

/// Any bytes on the line of any BMS: the same items however they are cut, nothing lost; what an answer says, it says now
/// or not at all; and whatever a battery knows, what it answers to any question is one whole frame.
///
/// The first byte is the driver, counted in the table, the second how it is used, the third where the rest is cut, what
/// question it is about and what the battery knows. The rest are bytes of the line, or are put into an answer whose
/// checksum is then made right, which chance would never find.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    guard size > 3 else { return 0 }
    // Longer than any answer, and short enough to be tried often.
    let input = Array(UnsafeBufferPointer(start: data, count: min(size, 700)))
    let driver = DriverTable.drivers[Int(input[0]) % DriverTable.drivers.count]
    let poll = Int(input[2]) % driver.pollCount
    let isListening = input[1] & 1 != 0
    var known = PackReading(from: Array(input[3...]), isSensible: input[1] & 2 != 0)
    let bytes = input[1] & 4 != 0 ? driver.completed(Array(input[3...]), poll) : Array(input[3...])

    let cut = Int(input[2]) * 3 % (bytes.count + 1)
    let found = Found(driver, bytes, cut: 0, isListening)
    precondition(found == Found(driver, bytes, cut: cut, isListening), "the cut matters")
    for (frame, item) in zip(found.frames + [bytes], found.items + [LineItem(.answer, poll: poll)]) {
        understand(driver, frame, item.poll ?? poll, &known)
        answer(driver, frame, known)
    }
    answer(driver, driver.question(poll), known)
    return 0
}

private struct Found: Equatable {
    var items: [LineItem] = []
    var frames: [[UInt8]] = []
    var noise: [UInt64] = []

    init(_ driver: BMSDriver, _ bytes: [UInt8], cut: Int, _ isListening: Bool) {
        var scanner = StreamScanner<1024>()
        var (items, frames): ([LineItem], [[UInt8]]) = ([], [])
        let note = { (piece: Span<UInt8>, item: LineItem) in
            items.append(item)
            frames.append(piece.indices.map { piece[$0] })
        }
        for piece in [bytes[..<cut], bytes[cut...]] {
            scanner.received(piece.span, grammar: { driver.scan($0, isListening, $1) }, handle: note)
            precondition(scanner.pendingBytes < 1024)
        }
        scanner.silence(grammar: { driver.scan($0, isListening, $1) }, handle: note)
        precondition(scanner.pendingBytes == 0)
        for cause in 0..<UInt8(NoiseCause.count) {
            noise.append(NoiseCause(rawValue: cause).map { scanner.noise[$0] } ?? 0)
        }
        (self.items, self.frames) = (items, frames)
        precondition(frames.joined().count + Int(scanner.noise.total) == bytes.count, "bytes got lost")
    }
}

/// Reads a frame as an answer: all of it, or nothing.
private func understand(_ driver: BMSDriver, _ frame: [UInt8], _ poll: Int, _ known: inout PackReading) {
    let now = Instant(nanoseconds: 2)
    let before = known.instants
    do throws(AnswerError) {
        try driver.decode(frame.span, poll, now, &known)
    } catch {
        precondition(known.instants == before, "an answer that is not believed was kept")
    }
    for (old, new) in zip(before, known.instants) {
        precondition(new == nil || new == now || new == old, "a value with a time of its own")
    }
}

/// Has the battery side answer.
private func answer(_ driver: BMSDriver, _ question: [UInt8], _ known: PackReading) {
    var buffer = AnswerBuffer()
    driver.answer(question.span, known, &buffer)
    guard buffer.count > 0 else { return }
    guard case .item(let item, let length) = driver.scan(buffer.bytes, false, true), length == buffer.count,
        item.kind != .request
    else { preconditionFailure("what was said is no answer") }
}

extension BMSDriver {
    /// Question number `poll` to the first pack.
    fileprivate func question(_ poll: Int) -> [UInt8] {
        var buffer = RequestBuffer()
        request(poll, sheet.addresses.lowerBound, &buffer)
        return buffer.bytes.indices.map { buffer.bytes[$0] }
    }

    /// An answer to question `poll` with `bytes` in the place of its last ones, and a right checksum.
    fileprivate func completed(_ bytes: [UInt8], _ poll: Int) -> [UInt8] {
        var buffer = AnswerBuffer()
        answer(question(poll).span, PackReading(from: bytes, isSensible: true), &buffer)
        var frame = buffer.bytes.indices.map { buffer.bytes[$0] }
        let isText = frame.first == 0x7E && frame.last == 0x0D
        let first = max(frame.count - 6 - bytes.count, min(frame.count, isText ? 13 : 2))
        for (place, byte) in zip(first..<max(frame.count - 6, first), bytes.dropFirst(bytes.count / 2)) {
            frame[place] = isText ? Array("0123456789ABCDEF".utf8)[Int(byte & 15)] : frame[place] ^ byte
        }
        return mended(frame)
    }

    /// The frame with the checksum, of all that are known, with which it is one.
    private func mended(_ frame: [UInt8]) -> [UInt8] {
        guard frame.count > 12 else { return frame }
        let end = frame.count
        let candidates = [
            put(crc(frame[..<(end - 2)]).byteSwapped, at: end - 2, in: frame),
            put(crc(frame[1..<(end - 4)]).byteSwapped, at: end - 4, in: frame),
            put(0 &- sum(frame[2..<(end - 3)]), at: end - 3, in: frame),
            put(sum(frame[4..<(end - 2)]), at: end - 2, in: frame),
            put(sum(frame[..<(end - 4)]), at: end - 2, in: frame),
            summed(frame, every: 13), summed(frame, every: min(end, 300)), sumInCharacters(frame),
        ]
        return candidates.first {
            guard case .item(_, let length) = scan($0.span, false, true) else { return false }
            return length == end
        } ?? frame
    }

    private func crc(_ bytes: ArraySlice<UInt8>) -> UInt16 { Checksum.modbusCRC(bytes.span) }

    private func sum(_ bytes: ArraySlice<UInt8>) -> UInt16 { Checksum.sum16(bytes.span) }

    private func put(_ sum: UInt16, at place: Int, in frame: [UInt8]) -> [UInt8] {
        var frame = frame
        frame[place] = UInt8(sum >> 8)
        frame[place + 1] = UInt8(truncatingIfNeeded: sum)
        return frame
    }

    private func summed(_ frame: [UInt8], every length: Int) -> [UInt8] {
        var frame = frame
        for end in stride(from: length, through: frame.count, by: length) {
            frame[end - 1] = UInt8(truncatingIfNeeded: sum(frame[(end - length)..<(end - 1)]))
        }
        return frame
    }

    private func sumInCharacters(_ frame: [UInt8]) -> [UInt8] {
        let sum = 0 &- sum(frame[1..<(frame.count - 5)])
        let digits = [12, 8, 4, 0].map { Array("0123456789ABCDEF".utf8)[Int(sum >> UInt16($0) & 15)] }
        return frame[..<(frame.count - 5)] + digits + [0x0D]
    }
}

extension PackReading {
    /// What a battery knows: numbers from `bytes`, or such as packs have.
    fileprivate init(from bytes: [UInt8], isSensible: Bool) {
        self.init()
        let then = Instant(nanoseconds: 1)
        for number in 0..<PackField.count {
            guard let field = PackField(rawValue: UInt8(number)) else { continue }
            let byte = Int32(bytes[number % bytes.count])
            let wild: [Int32] = [byte, byte &* 0x0101_0101, .min, .max, -byte, byte * 1_000]
            if !isSensible, byte & 7 == 0 { continue }
            self[field] = Reading(isSensible ? 1 : wild[Int(byte >> 3) % wild.count], at: then)
        }
        self[.busAddress] = nil
        self[.configuredCells] = Reading(16, at: then)
        self[.packVoltage] = Reading(isSensible ? 52_800 : Int32(bytes[0]) * 400, at: then)
        var cells = CellValues()
        let count = isSensible ? 16 : Int(bytes[0]) % (CellValues.maximum + 1)
        for index in 0..<count {
            cells[index] = isSensible ? 3_300 : UInt16(bytes[index % bytes.count]) * 257
        }
        cellMillivolts = Reading(cells, at: then)
        wireMilliohms = Reading(cells, at: then)
        alarms = Reading(AlarmSet(), at: then)
        var identity = PackIdentity()
        for byte in bytes.prefix(isSensible ? 8 : 32) { identity.model.append(byte) }
        identity.firmware = identity.model
        identity.serial = identity.model
        self.identity = Reading(identity, at: then)
    }

    /// When each of its values was measured.
    fileprivate var instants: [Instant?] {
        (0..<PackField.count).map { PackField(rawValue: UInt8($0)).flatMap { self[$0]?.at } }
            + [cellMillivolts?.at, wireMilliohms?.at, alarms?.at, identity?.at]
    }
}
