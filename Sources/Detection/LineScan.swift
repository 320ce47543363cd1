public import BMSDrivers
public import BatteryModel
public import BusCodec

/// Looks for packs on one serial line, without disturbing anybody who is there already.
///
/// It listens before it asks. Whoever speaks unasked is a master, and then nothing is ever sent. Otherwise the drivers
/// ask a question that only reads, in the order of `ProbePlan`. The first driver that is answered is the one of the
/// line, and goes on through its addresses.
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
    public private(set) var signs = LineSigns()
    /// The request to send.
    public private(set) var outgoing = RequestBuffer()

    private var plan: ProbePlan
    /// Who is asked.
    private var current = 0
    /// What he is asked.
    private var poll = 0
    /// The speed of the port.
    private var rate = 0
    private var phase = Phase.opening
    /// How the bytes that arrive are cut; one for each driver of the speed.
    private var ears: [Ear] = []
    /// What was heard unasked at this speed, the beginning of it.
    private var unasked: [UInt8] = []
    /// Who has begun to answer is heard out until then, and longer if more comes.
    private var answeringUntil = Instant(nanoseconds: .min)

    private enum Phase: Sendable, Equatable {
        /// The port is being set.
        case opening
        /// Nobody has been asked at this speed.
        case listening(until: Instant)
        /// Somebody speaks unasked: only who it is is of interest.
        case eavesdropping(until: Instant)
        /// Between two questions.
        case pausing(until: Instant)
        /// A question waits for its answer.
        case waiting(until: Instant)
        /// It has ended.
        case finished
    }

    /// How long it listens before the first question: longer than most masters pause between two.
    private static let listensFirst = Interval.milliseconds(1_000)
    /// The same when the speed has changed.
    private static let listensAgain = Interval.milliseconds(200)
    /// How long it listens at each speed where somebody speaks.
    private static let eavesdrops = Interval.milliseconds(2_500)

    /// How long behind its time an answer may go on: the longest takes a third of a second at 9600 baud.
    private static let heardOut = Interval.seconds(1)

    /// So many bytes of 0 may come before anybody was asked: a line that is opened or let go makes up some.
    private static let madeUpZeros: UInt64 = 4
    /// So much of what is heard unasked is kept, to be looked at again.
    private static let mostHeard = 2_048

    /// Makes a search.
    ///
    /// - Parameters:
    ///   - drivers: What to look for, the likeliest first.
    ///   - baud: The only speed to try; `nil` for those at which the packs of each driver are met.
    public init(drivers: [BMSDriver], baud: Int32? = nil) {
        plan = ProbePlan(drivers.filter { $0.sheet.wire == .serial }, baud: baud)
        poll = probedDriver?.firstQuestion ?? 0
        if plan.probes.isEmpty { phase = .finished }
    }

    /// How far the search is: packs that were asked, and all that may be.
    public var progress: (done: Int, of: Int) {
        let whole = plan.probes.count
        return (phase == .finished ? whole : min(current, whole), whole)
    }

    /// The driver that asks and the address that is asked; `nil` while nobody is.
    public var asked: (driver: BMSDriver, address: UInt8)? {
        switch phase {
        case .pausing, .waiting: probedDriver.map { ($0, plan.probes[current].address) }
        default: nil
        }
    }

    /// Says that the port has been set to the speed that was asked for.
    public mutating func opened(at now: Instant) {
        guard phase == .opening else { return }
        let isFirst = ears.isEmpty
        ears = plan.rates[rate].drivers.map { Ear($0) }
        unasked = []
        phase =
            signs.isSpokenUnasked
            ? .eavesdropping(until: now + Self.eavesdrops)
            : .listening(until: now + (isFirst ? Self.listensFirst : Self.listensAgain))
    }

    /// Tells what to do at `now`.
    public mutating func step(at now: Instant) -> Step {
        while true {
            switch phase {
            case .opening: return .open(baud: plan.rates[rate].baud)
            case .listening(let until), .pausing(let until):
                guard now >= until else { return .wait(until: until) }
                return ask(at: now)
            case .eavesdropping(let until):
                guard now >= until else { return .wait(until: until) }
                noteMaster()
                rate += 1
                let isKnown = signs.master != nil || signs.swappedMaster != nil
                phase = !isKnown && rate < plan.rates.count ? .opening : .finished
            case .waiting(let deadline):
                let until = max(deadline, min(answeringUntil, deadline + Self.heardOut))
                guard now >= until else { return .wait(until: until) }
                if ears[plan.probes[current].driver].hasHeardNoise { signs.unreadable += 1 }
                goOn(at: now, wasAnswered: false)
            case .finished: return .done
            }
        }
    }

    /// Says that the last byte of the request has left at `wireEnd`; the waiting begins there.
    public mutating func sent(at wireEnd: Instant) {
        guard case .waiting = phase else { return }
        phase = .waiting(until: wireEnd + patience)
    }

    /// Takes what the adapter has counted since it was asked last.
    public mutating func counted(_ errors: CharacterErrors) {
        let before = signs.characterErrors ?? CharacterErrors()
        signs.characterErrors = CharacterErrors(
            framing: before.framing + errors.framing, breaks: before.breaks + errors.breaks)
    }

    /// Takes bytes that have arrived.
    public mutating func received(_ bytes: Span<UInt8>, at now: Instant) {
        guard bytes.count > 0 else { return }
        signs.bytes += UInt64(bytes.count)
        signs.zeroBytes += UInt64(bytes.indices.count { bytes[$0] == 0 })
        switch phase {
        case .listening where signs.isSilent && signs.zeroBytes <= Self.madeUpZeros: break
        case .listening:
            signs.isSpokenUnasked = true
            rate = 0
            phase = plan.probes[current].rate == 0 ? .eavesdropping(until: now + Self.eavesdrops) : .opening
            hear(bytes)
        case .eavesdropping: hear(bytes)
        case .waiting: take(bytes, at: now)
        case .opening, .pausing, .finished: break
        }
    }
}

// MARK: - Asking

extension LineScan {
    private var probedDriver: BMSDriver? {
        guard plan.probes.indices.contains(current) else { return nil }
        let probe = plan.probes[current]
        return plan.rates[probe.rate].drivers[probe.driver]
    }

    /// Whether the pack that is asked has answered before.
    private var isKnown: Bool { found.last.map { $0.address == plan.probes[current].address } ?? false }

    /// In the first round who is there at all is given half the time.
    private var patience: Interval {
        guard let timing = probedDriver?.sheet.timing else { return .zero }
        if isKnown { return timing.timeout }
        let whole = timing.probeTimeout
        return plan.probes[current].isPatient ? whole : Interval(nanoseconds: whole.nanoseconds / 2)
    }

    private mutating func ask(at now: Instant) -> Step {
        let probe = plan.probes[current]
        outgoing.removeAll()
        plan.rates[probe.rate].drivers[probe.driver].request(poll, probe.address, &outgoing)
        // Every question begins with a clean ear.
        ears[probe.driver].forget()
        phase = .waiting(until: now + patience)
        answeringUntil = now
        return .send
    }

    /// What comes after a question: the next one to the same pack, or another pack.
    private mutating func goOn(at now: Instant, wasAnswered: Bool) {
        guard let driver = probedDriver else { return }
        let pause = now + (wasAnswered ? driver.sheet.timing.spacing : .zero)
        if isKnown, let next = driver.question(after: poll) {
            poll = next
            phase = .pausing(until: pause)
            return
        }
        current += 1
        guard let next = probedDriver else {
            phase = .finished
            return
        }
        poll = next.firstQuestion
        let isAtSpeed = plan.probes[current].rate == rate
        rate = plan.probes[current].rate
        phase = isAtSpeed ? .pausing(until: pause) : .opening
    }

    private mutating func take(_ bytes: Span<UInt8>, at now: Instant) {
        let probe = plan.probes[current]
        let found = ears[probe.driver].hear(bytes)
        if ears[probe.driver].isUnderway, let driver = probedDriver {
            answeringUntil = now + driver.sheet.timing.gap
        }
        for heard in found {
            switch heard.item.kind {
            case .request where heard.bytes == outgoing.array: signs.hasEcho = true
            case .request:
                // Somebody else asks on this line: the only polite thing is to be silent.
                signs.isSpokenUnasked = true
                signs.hasSecondMaster = true
                phase = .finished
                return
            case .answer, .refusal:
                guard heard.item.address == probe.address else {
                    signs.otherAnswers += 1
                    continue
                }
                // A refusal comes from a pack of another protocol with the same framing as well.
                if heard.item.kind == .answer { note(heard, at: now) }
                goOn(at: now, wasAnswered: true)
                return
            case .other: break
            }
        }
    }

    /// Only what can be believed is found: protocols with the same framing answer each other's questions.
    private mutating func note(_ heard: Ear.Item, at now: Instant) {
        guard let driver = probedDriver else { return }
        var reading = isKnown ? found[found.count - 1].reading : PackReading()
        do throws(AnswerError) {
            try driver.decode(heard.bytes.span, poll, now, &reading)
        } catch {
            signs.unbelieved += 1
            return
        }
        guard !isKnown else {
            found[found.count - 1].reading = reading
            return
        }
        if found.isEmpty { plan.settle(on: current) }
        found.append(
            Found(
                driver: driver, baud: plan.rates[rate].baud, address: plan.probes[current].address,
                reading: reading))
    }
}

// MARK: - Listening

extension LineScan {
    private mutating func hear(_ bytes: Span<UInt8>) {
        unasked += bytes.indices.prefix(max(Self.mostHeard - unasked.count, 0)).map { bytes[$0] }
        for index in ears.indices { _ = ears[index].hear(bytes) }
    }

    /// Who speaks here, if one of the drivers understands more than it does not.
    private mutating func noteMaster() {
        let best = ears.max { $0.understoodBytes < $1.understoodBytes }
        let baud = plan.rates[rate].baud
        if let best, best.items >= 2, best.understoodBytes > best.noiseBytes {
            signs.master = LineSigns.Master(driver: best.driver, baud: baud, addresses: best.addresses)
            return
        }
        let turned = SwappedWires(unasked, drivers: plan.rates[rate].drivers)
        signs.swappedMaster = turned.driver.map {
            LineSigns.Master(driver: $0, baud: baud, addresses: turned.addresses)
        }
    }
}
