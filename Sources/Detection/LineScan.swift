public import BMSDrivers
public import BatteryModel
public import BusCodec

/// Looks for packs on one serial line, without disturbing anybody who is there already.
///
/// It listens before it asks. Whoever speaks unasked is a master, and then nothing is ever sent. Otherwise each driver
/// asks each of its addresses a question that only reads, one after the other; the first driver that is answered is
/// the one of the line.
///
/// A value without clock or descriptor: whoever owns the port feeds it bytes and calls ``step(at:)``.
public struct LineScan: Sendable {
    /// What the line wants done.
    public enum Step: Sendable, Equatable {
        /// Set the port to this speed, then call ``LineScan/opened(at:)``.
        case open(baud: Int32)
        /// Send ``LineScan/outgoing``, then call ``LineScan/sent(at:)``.
        case send
        /// Nothing before this instant, unless bytes arrive.
        case wait(until: Instant)
        /// The search has ended.
        case done
    }

    /// A pack that has answered.
    public struct Found: Sendable {
        /// The protocol in which it answered.
        public var driver: BMSDriver
        /// The speed of the line.
        public var baud: Int32
        /// Its address.
        public var address: UInt8
        /// What it has said.
        public var reading: PackReading
    }

    /// The packs that have answered, in the order in which they were asked.
    public private(set) var found: [Found] = []
    /// What was noticed about the line.
    public internal(set) var signs = LineSigns()
    /// The request to send.
    public private(set) var outgoing = RequestBuffer()

    /// The rates to try, each with the drivers that run at it; the likeliest first.
    let rates: [Rate]
    var rate = 0
    var phase = Phase.opening
    /// How the bytes that arrive are cut; one for each driver of the rate.
    var ears: [Ear] = []

    struct Rate: Sendable {
        var baud: Int32
        var drivers: [BMSDriver]
    }

    enum Phase: Sendable, Equatable {
        /// The port is being set.
        case opening
        /// Nobody has been asked at this rate.
        case listening(until: Instant)
        /// Somebody speaks unasked: only who it is is of interest.
        case eavesdropping(until: Instant)
        /// Between two questions.
        case pausing(until: Instant, next: Question)
        /// A question waits to be sent.
        case sending(Question)
        /// A question waits for its answer.
        case waiting(until: Instant, Question)
        /// It has ended.
        case finished
    }

    /// What is asked: driver and address by their numbers, and the question.
    struct Question: Sendable, Equatable {
        var driver: Int
        var address: UInt8
        var poll: Int
        /// Whether the pack has answered another question before.
        var isKnown = false
    }

    /// How long it listens before the first question: longer than any master known pauses between two.
    static let listensFirst = Interval.milliseconds(1_200)
    /// The same when the speed has changed.
    static let listensAgain = Interval.milliseconds(200)
    /// How long it listens at each rate where somebody speaks.
    static let eavesdrops = Interval.milliseconds(2_500)

    /// Makes a search.
    ///
    /// - Parameters:
    ///   - drivers: What to look for, the likeliest first.
    ///   - baud: The only speed to try; `nil` for the usual one of each driver.
    public init(drivers: [BMSDriver], baud: Int32? = nil) {
        var rates: [Rate] = []
        for driver in drivers {
            let own = baud ?? driver.sheet.baud
            if let index = rates.firstIndex(where: { $0.baud == own }) {
                rates[index].drivers.append(driver)
            } else {
                rates.append(Rate(baud: own, drivers: [driver]))
            }
        }
        self.rates = rates
        if rates.isEmpty { phase = .finished }
    }

    /// How far the search is: questions behind it and all that there may be.
    public var progress: (done: Int, of: Int) {
        func count(_ drivers: ArraySlice<BMSDriver>) -> Int {
            drivers.reduce(0) { $0 + $1.sheet.addresses.count }
        }
        let whole = rates.reduce(0) { $0 + count($1.drivers[...]) }
        guard let question = currentQuestion else { return phase == .finished ? (whole, whole) : (0, whole) }
        let before = rates[..<rate].reduce(0) { $0 + count($1.drivers[...]) }
        let drivers = rates[rate].drivers
        let own = question.address - drivers[question.driver].sheet.addresses.lowerBound
        return (before + count(drivers[..<question.driver]) + Int(own), whole)
    }

    /// The driver that asks and the address that is asked; `nil` while nobody is.
    public var current: (driver: BMSDriver, address: UInt8)? {
        currentQuestion.map { (rates[rate].drivers[$0.driver], $0.address) }
    }

    private var currentQuestion: Question? {
        switch phase {
        case .pausing(_, let question), .sending(let question), .waiting(_, let question): question
        default: nil
        }
    }

    /// Says that the port has been set to the speed that was asked for.
    public mutating func opened(at now: Instant) {
        guard phase == .opening else { return }
        ears = rates[rate].drivers.map { Ear($0) }
        phase =
            signs.isSpokenUnasked
            ? .eavesdropping(until: now + Self.eavesdrops)
            : .listening(until: now + (rate == 0 ? Self.listensFirst : Self.listensAgain))
    }

    /// Tells what to do at `now`.
    public mutating func step(at now: Instant) -> Step {
        while true {
            switch phase {
            case .opening: return .open(baud: rates[rate].baud)
            case .listening(let until):
                guard now >= until else { return .wait(until: until) }
                phase = first(ofDriver: 0)
            case .eavesdropping(let until):
                guard now >= until else { return .wait(until: until) }
                noteMaster()
                phase = signs.master == nil ? nextRate() : .finished
            case .pausing(let until, let next):
                guard now >= until else { return .wait(until: until) }
                phase = .sending(next)
            case .sending(let question):
                outgoing.removeAll()
                rates[rate].drivers[question.driver].request(question.poll, question.address, &outgoing)
                // Every question begins with a clean ear.
                ears[question.driver].forget()
                phase = .waiting(until: now + patience(question), question)
                return .send
            case .waiting(let until, let question):
                guard now >= until else { return .wait(until: until) }
                expire(question, at: now)
            case .finished: return .done
            }
        }
    }

    /// Says that the last byte of the request has left at `wireEnd`; the waiting begins there.
    public mutating func sent(at wireEnd: Instant) {
        guard case .waiting(_, let question) = phase else { return }
        phase = .waiting(until: wireEnd + patience(question), question)
    }

    /// Takes bytes that have arrived.
    public mutating func received(_ bytes: Span<UInt8>, at now: Instant) {
        guard bytes.count > 0 else { return }
        signs.bytes += UInt64(bytes.count)
        switch phase {
        case .listening:
            signs.isSpokenUnasked = true
            hear(bytes)
            phase = .eavesdropping(until: now + Self.eavesdrops)
        case .eavesdropping: hear(bytes)
        case .waiting(_, let question): take(bytes, question, at: now)
        case .opening, .pausing, .sending, .finished: break
        }
    }
}

// MARK: - Asking

extension LineScan {
    /// A pack that is there answers sooner than one that has been asleep; who has answered once is given all the time.
    private func patience(_ question: Question) -> Interval {
        let timing = rates[rate].drivers[question.driver].sheet.timing
        return question.isKnown ? timing.timeout : timing.probeTimeout
    }

    private mutating func first(ofDriver index: Int) -> Phase {
        guard index < rates[rate].drivers.count else { return nextRate() }
        let driver = rates[rate].drivers[index]
        return .sending(
            Question(driver: index, address: driver.sheet.addresses.lowerBound, poll: driver.firstQuestion))
    }

    private mutating func nextRate() -> Phase {
        guard rate + 1 < rates.count else { return .finished }
        rate += 1
        return .opening
    }

    /// What comes after a question, whether or not it was answered.
    private mutating func next(after question: Question, at now: Instant, wasAnswered: Bool) -> Phase {
        let driver = rates[rate].drivers[question.driver]
        let pause = now + (wasAnswered ? driver.sheet.timing.spacing : .zero)
        if question.isKnown || wasAnswered, let poll = driver.question(after: question.poll) {
            var next = question
            (next.poll, next.isKnown) = (poll, true)
            return .pausing(until: pause, next: next)
        }
        guard question.address < driver.sheet.addresses.upperBound else {
            // A line has one speed, and here it is known to be this one.
            let isOfDriver = found.contains { $0.driver.sheet.id.isSame(as: driver.sheet.id) }
            return isOfDriver ? .finished : first(ofDriver: question.driver + 1)
        }
        return .pausing(
            until: pause,
            next: Question(driver: question.driver, address: question.address + 1, poll: driver.firstQuestion)
        )
    }

    private mutating func expire(_ question: Question, at now: Instant) {
        if ears[question.driver].hasHeardNoise { signs.unreadable += 1 }
        phase = next(after: question, at: now, wasAnswered: false)
    }

    private mutating func take(_ bytes: Span<UInt8>, _ question: Question, at now: Instant) {
        let driver = rates[rate].drivers[question.driver]
        for item in ears[question.driver].hear(bytes) {
            switch item.item.kind {
            case .request where item.bytes == outgoing.array: signs.hasEcho = true
            case .request:
                // Somebody else asks on this line: the only polite thing is to be silent.
                signs.isSpokenUnasked = true
                signs.hasSecondMaster = true
                phase = .finished
                return
            case .answer, .refusal:
                guard item.item.address == question.address else {
                    signs.otherAnswers += 1
                    continue
                }
                note(item, driver, question, at: now)
                phase = next(after: question, at: now, wasAnswered: true)
                return
            case .other: break
            }
        }
    }

    private mutating func note(_ item: Ear.Item, _ driver: BMSDriver, _ question: Question, at now: Instant) {
        var index = found.firstIndex { $0.address == question.address }
        if index == nil {
            found.append(
                Found(
                    driver: driver, baud: rates[rate].baud, address: question.address, reading: PackReading())
            )
            index = found.count - 1
        }
        guard let index, item.item.kind == .answer else { return }
        do throws(AnswerError) {
            try driver.decode(item.bytes.span, question.poll, now, &found[index].reading)
        } catch {
            signs.unbelieved += 1
        }
    }
}

// MARK: - Listening

extension LineScan {
    private mutating func hear(_ bytes: Span<UInt8>) {
        for index in ears.indices { _ = ears[index].hear(bytes) }
    }

    /// Who speaks here, if one of the drivers understands more than it does not.
    private mutating func noteMaster() {
        let best = ears.max { $0.understoodBytes < $1.understoodBytes }
        guard let best, best.items >= 2, best.understoodBytes > best.noiseBytes else { return }
        signs.master = LineSigns.Master(
            driver: best.driver, baud: rates[rate].baud, addresses: best.addresses)
    }
}
