import BatteryModel
import BusDiagnosis
import Glibc
import LinuxIO
import Reporting

/// Listens to one link through the diagnosis, without ever sending anything.
final class LiveDiagnosis {
    private let bus: BusArgument
    /// Where it is listened, at one bit rate after the other until somebody is heard.
    private var places: [LinkAddress]
    private let loop: EventLoop
    private let signals: TerminationSignals
    private var observer: LinkObserver
    private var wasOpen = false
    /// Why the link does not work any more; `nil` while it does.
    private(set) var trouble: String?

    /// How often the screen is drawn.
    private static let redraw = Interval.milliseconds(500)
    private static let signalToken = 1
    /// So long is listened at each bit rate: a battery speaks once a second.
    private static let perRate = Interval.seconds(3)

    init(_ bus: BusArgument, _ options: DiagnosisOptions) throws(CommandFailure) {
        self.bus = bus
        places = Self.places(bus)
        do throws(SystemError) {
            signals = try TerminationSignals()
            loop = try EventLoop()
            try loop.watch(signals.descriptor, for: .readable, token: Self.signalToken)
        } catch {
            throw CommandFailure("cannot listen", "\(error)", "try again")
        }
        var options = options
        options.rate = options.rate ?? bus.rate
        observer = LinkObserver(
            name: bus.name, options: options,
            beganAtUnixNanoseconds: WallClock.now().map { $0.unixSeconds * 1_000_000_000 })
        if !bus.address.carriesFrames { observer.listensToSerial() }
    }

    /// Listens until `length` has passed, the user wants it to end, or nobody reads the output any more.
    ///
    /// - Parameters:
    ///   - length: How long; `nil` for until it is ended.
    ///   - console: Is looked at for whether anybody still reads.
    ///   - draw: Is shown what is known, twice a second.
    /// - Returns: What is known at the end.
    /// - Throws: `CommandFailure` if the link cannot be listened to.
    func run(
        for length: Interval?, _ console: Console, draw: (DiagnosisDocument, LiveDiagnosis) -> Void
    ) throws(CommandFailure) -> DiagnosisDocument {
        let start = MonotonicClock.now()
        var link = open(at: start)
        defer { link.close(at: MonotonicClock.now()) }
        var (nextDraw, nextPlace) = (start, start + Self.perRate)
        while console.isOpen {
            let now = MonotonicClock.now()
            if let length, now - start >= length { break }
            if now >= nextDraw {
                nextDraw = now + Self.redraw
                draw(document, self)
            }
            if now >= nextPlace, places.count > 1, observer.isSilent {
                link.close(at: now)
                places.append(places.removeFirst())
                link = open(at: now)
                nextPlace = now + Self.perRate
            }
            var until = min(nextDraw, link.nextDeadline ?? nextDraw)
            if let length { until = min(until, start + length) }
            if try pass(link, until: until) { break }
        }
        return document
    }

    /// What is known now.
    var document: DiagnosisDocument {
        DiagnosisDocument(source: "\(places[0])", version: Busbar.version, observers: [observer])
    }

    private func open(at now: Instant) -> Link {
        let link = Link(places[0], on: loop, token: 0, listensOnly: true)
        link.open(at: now)
        return link
    }

    /// The bus; an adapter for which no bit rate was given, at each that batteries use.
    private static func places(_ bus: BusArgument) -> [LinkAddress] {
        guard case .slcan(let under, _) = bus.address, !bus.argumentText.contains("@") else {
            return [bus.address]
        }
        return [500, 250, 125].map { .slcan(over: under, bitrateKilobits: $0) }
    }

    /// Takes what arrives until `until`; returns whether the user wants to end.
    private func pass(_ link: Link, until: Instant) throws(CommandFailure) -> Bool {
        do throws(SystemError) {
            for event in try loop.wait(until: until) {
                if event.token == Self.signalToken, try signals.next() != nil { return true }
                guard event.token == link.token, event.isReadable else { continue }
                receive(link, at: MonotonicClock.now())
            }
        } catch {
            throw CommandFailure("\(bus.address) cannot be listened to", "\(error)", "plug it in again")
        }
        let now = MonotonicClock.now()
        link.tick(at: now)
        switch link.state {
        case .open:
            wasOpen = true
            trouble = nil
            observer.passed(to: now)
        case .opening, .closed: break
        case .waiting:
            trouble = link.lastError?.description
            // What was there comes back; what never was has another name.
            if !wasOpen {
                throw CommandFailure(
                    "\(bus.argumentText) cannot be listened to", trouble ?? "it cannot be opened",
                    "'busbar scan --list' shows what is plugged in")
            }
        }
        return false
    }

    private func receive(_ link: Link, at now: Instant) {
        if link.address.carriesFrames {
            link.receiveFrames(at: now) { observer.received($0, at: now) }
        } else {
            link.receiveBytes(at: now) { observer.received($0, isOwn: false, at: now) }
        }
    }
}
