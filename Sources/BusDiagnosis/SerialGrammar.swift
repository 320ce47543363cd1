import BMSDrivers
import BatteryModel
import BusCodec
import InverterProfiles

/// One protocol of a serial line, for somebody who belongs to neither side: how its frames are found and read.
struct SerialGrammar: Sendable {
    /// What became of reading an answer.
    enum Reading: UInt8, Sendable {
        /// It was read.
        case read
        /// It was read, and a value in it cannot be.
        case impossible
        /// It is no answer to the question, or nobody knows to which it is one.
        case foreign
    }

    /// Where the protocol is found; `nil` for a framing that many protocols share.
    let source: Candidate.Source?
    /// What it is called.
    let id: StaticString, name: StaticString, dialect: StaticString
    /// Its usual rates, the most usual first.
    let bauds: [Int32]
    /// After so much silence what has begun will not be finished.
    let gap: Interval
    /// So long whoever asks waits for an answer.
    let patience: Interval
    /// Whether it is spoken without being asked.
    let isBroadcast: Bool
    /// Number of questions that whoever asks goes through, and of all that the protocol has.
    let questionCount: Int, pollCount: Int
    /// The questions that some firmware does not know: bit n for question n.
    let optionalQuestions: UInt64
    /// The address of a pack that speaks without being asked where others are asked; `nil` if none does.
    let unaskedAddress: UInt8?
    /// Whether the second byte of each frame is a function of Modbus, but for records that begin with 0x55.
    let isModbus: Bool
    /// Finds the next thing at the head of the stream; told whether a silence follows.
    let scan: @Sendable (Span<UInt8>, Bool) -> ScanStep<SerialItem>
    /// Reads an answer to question `poll`, which was asked with the item.
    let read: @Sendable (Span<UInt8>, Int?, SerialFrame?, Instant, inout SerialTold) -> Reading
    /// Who answers when an address is asked.
    let answerer: @Sendable (UInt8, SerialFrame?) -> UInt8?

    /// Whether a pack may leave a question unanswered, or refuse it, because its firmware does not know it.
    func isOptional(_ poll: Int?) -> Bool {
        guard let poll, poll < 64 else { return false }
        return optionalQuestions >> UInt64(poll) & 1 != 0
    }

    /// Every protocol that can be told on a serial line, and behind them the framings that are shared.
    ///
    /// Made once: each holds on to its driver or profile.
    static let all: [SerialGrammar] = makeAll()

    private static func makeAll() -> [SerialGrammar] {
        var all: [SerialGrammar] = []
        for place in DriverTable.drivers.indices {
            let driver = DriverTable.drivers.span[place]
            if driver.sheet.wire == .serial { all.append(SerialGrammar(driver, place)) }
        }
        for place in ProfileTable.profiles.indices {
            let profile = ProfileTable.profiles.span[place]
            guard let talk = profile.serial else { continue }
            for dialect in 0..<max(profile.sheet.dialectCount, 1) {
                all.append(SerialGrammar(profile, talk, place, dialect: dialect))
            }
        }
        for place in ShuntTable.drivers.indices {
            all.append(SerialGrammar(ShuntTable.drivers.span[place], place))
        }
        return all + [.modbus, .telecom]
    }
}

// MARK: - Drivers

extension SerialGrammar {
    init(_ driver: BMSDriver, _ place: Int) {
        source = .driver(place)
        (id, name, dialect) = (driver.sheet.id, driver.sheet.name, "")
        var bauds: [Int32] = []
        driver.sheet.visitBauds { bauds.append($0) }
        self.bauds = bauds
        gap = driver.sheet.timing.gap
        patience = driver.sheet.timing.timeout
        isBroadcast = driver.sheet.isBroadcast
        isModbus = driver.asksInModbus
        // A JK pack with address 0 is the master of the others and tells what it knows of itself as well.
        unaskedAddress = ASCIIText(driver.sheet.id) == ASCIIText("jk-modbus") ? 0 : nil
        questionCount = (0..<driver.pollCount).count { driver.poll($0).mode == driver.poll(0).mode }
        pollCount = driver.pollCount
        optionalQuestions = (0..<driver.pollCount).reduce(0) {
            driver.poll($1).need == .optional ? $0 | 1 << UInt64($1) : $0
        }
        scan = { head, isLast in driver.scan(head, true, isLast).map { SerialItem($0) } }
        read = { bytes, poll, _, now, told in
            guard let poll else { return .foreign }
            do throws(AnswerError) {
                if var reading = told.pack.take() {
                    // The reading stays as it was when the answer is not believed.
                    defer { told.pack = reading }
                    try driver.decode(bytes, poll, now, &reading)
                } else {
                    var reading = PackReading()
                    try driver.decode(bytes, poll, now, &reading)
                    told.pack = reading
                }
            } catch {
                if case .signal = error { return .impossible }
                return .foreign
            }
            return .read
        }
        answerer = { asked, _ in asked }
    }
}

extension BMSDriver {
    /// Whether its questions are Modbus.
    fileprivate var asksInModbus: Bool {
        var question = RequestBuffer()
        request(0, sheet.addresses.lowerBound, &question)
        guard case .item = ModbusRTU.scanRequest(question.bytes) else { return false }
        return true
    }
}

// MARK: - Profiles

extension SerialGrammar {
    init(_ profile: InverterProfile, _ talk: SerialTalk, _ place: Int, dialect: UInt8) {
        source = .profile(place, dialect: dialect)
        (id, name) = (profile.sheet.id, profile.sheet.name)
        self.dialect = profile.sheet.dialects.span[Int(dialect)]
        var bauds: [Int32] = []
        for index in talk.bauds.indices where talk.bauds[index] > 0 { bauds.append(talk.bauds[index]) }
        self.bauds = bauds
        (gap, patience, isBroadcast) = (.milliseconds(100), talk.answerWithin, false)
        (unaskedAddress, optionalQuestions) = (nil, 0)
        switch talk.framing {
        case .modbus, .voltronicLIB, .givEnergy: isModbus = true
        default: isModbus = false
        }
        var count = 0
        while talk.question(count, dialect) != nil { count += 1 }
        (questionCount, pollCount) = (count, count)
        scan = { head, _ in
            Self.step(talk.framing, head).map { frame in
                var item = SerialItem(frame)
                if item.kind == .question { item.poll = Self.poll(of: frame, talk, dialect) }
                return item
            }
        }
        read = { bytes, poll, frame, now, told in
            guard let question = poll.flatMap({ talk.question($0, dialect) }) ?? frame?.asQuestion else {
                return .foreign
            }
            // Where nobody has heard the question, an answer that is longer than its answers is none to it.
            if frame == nil, profile.hasShorterAnswers(than: bytes, to: question, talk, dialect) {
                return .foreign
            }
            var reading = told.bank ?? BankReading()
            let heard = profile.understand(
                bytes, answering: question, talk, options: ProfileOptions(dialect: dialect), at: now,
                into: &reading)
            guard case .frame(let account) = heard else { return .foreign }
            told.bank = reading
            return account.outOfRange > 0 ? .impossible : .read
        }
        answerer = { asked, frame in talk.answerer(of: asked, own: asked, code: frame?.code ?? 0) }
    }

    /// What either side has sent: the question if it is one, otherwise the answer.
    private static func step(_ framing: SerialFraming, _ head: Span<UInt8>) -> ScanStep<SerialFrame> {
        let question = framing.scanQuestion(head)
        if case .item(let frame, _) = question, frame.kind == .question || frame.kind == .write {
            return question
        }
        let answer = framing.scanAnswer(head)
        switch (question, answer) {
        case (_, .item): return answer
        case (.item, _): return question
        case (.incomplete, _), (_, .incomplete): return .incomplete
        case (.noise(let one), .noise(let other)): return .noise(one == .noStart ? other : one)
        }
    }

    /// Which question of the profile a frame is; `nil` if none of those that its inverters are known to ask.
    private static func poll(of frame: SerialFrame, _ talk: SerialTalk, _ dialect: UInt8) -> Int? {
        var isSameVersion = true
        if case .telecom(let version, _) = talk.framing { isSameVersion = version == frame.variant }
        var index = 0
        while let question = talk.question(index, dialect) {
            let isSameFunction =
                !talk.framing.countsRegisters || question.variant == frame.variant
                || question.variant == 0 && frame.variant == 3
            if question.code == frame.code, question.count == frame.count, isSameFunction, isSameVersion {
                return index
            }
            index += 1
        }
        return nil
    }
}

extension InverterProfile {
    /// Whether an answer has more bytes than answers to a question have.
    fileprivate func hasShorterAnswers(
        than bytes: Span<UInt8>, to question: SerialQuestion, _ talk: SerialTalk, _ dialect: UInt8
    ) -> Bool {
        guard question.count == 0, let index = index(ofIdentifier: UInt32(question.code)) else {
            return false
        }
        var payload = SerialPayload()
        talk.framing.readPayload(of: bytes, into: &payload)
        return payload.count > Int(frame(index).lengths[dialect])
    }
}

extension SerialFrame {
    /// The question that the frame asks.
    fileprivate var asQuestion: SerialQuestion { SerialQuestion(code: code, count: count, variant: variant) }
}

// MARK: - Shunts, and framings that are shared

extension SerialGrammar {
    init(_ driver: ShuntDriver, _ place: Int) {
        source = .shunt(place)
        (id, name, dialect) = (driver.sheet.id, driver.sheet.name, "")
        (bauds, gap, patience) = ([driver.sheet.baud], driver.sheet.gap, .seconds(1))
        (isBroadcast, isModbus, questionCount, pollCount) = (true, false, 0, 0)
        (unaskedAddress, optionalQuestions) = (nil, 0)
        scan = { head, isLast in
            driver.scan(head, isLast).map { SerialItem($0 == .message ? .answer : .other, address: nil) }
        }
        read = { bytes, _, _, now, told in
            var reading = told.shunt ?? ShuntReading()
            do throws(AnswerError) {
                _ = try driver.decode(bytes, now, &reading)
            } catch {
                return .foreign
            }
            told.shunt = reading
            return .read
        }
        answerer = { asked, _ in asked }
    }

    private init(
        _ name: StaticString, isModbus: Bool,
        _ scan: @escaping @Sendable (Span<UInt8>, Bool) -> ScanStep<SerialItem>
    ) {
        (source, id, self.name, dialect) = (nil, "", name, "")
        (bauds, gap, patience) = ([], .milliseconds(100), .milliseconds(500))
        (isBroadcast, self.isModbus, questionCount, pollCount) = (false, isModbus, 0, 0)
        (unaskedAddress, optionalQuestions) = (nil, 0)
        self.scan = scan
        read = { _, _, _, _, _ in .foreign }
        answerer = { asked, _ in asked }
    }

    /// Modbus, whatever is asked for.
    static let modbus = SerialGrammar("Modbus RTU", isModbus: true) { head, _ in
        ModbusRTU.scan(head, accepting: .both, bits: true).map { SerialItem($0) }
    }

    /// The telecom family, whatever its class and version.
    static let telecom = SerialGrammar("telecom family (hexadecimal characters)", isModbus: false) {
        head, _ in
        TelecomFrame.scan(head).map { SerialItem($0) }
    }
}
