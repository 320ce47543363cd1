import BatteryModel
import Gateway
import Glibc
import LinuxIO
import Reporting
import Simulators

/// The demo while it plays: gateway, simulation, picture and keys.
final class DemoStage {
    private let simulation: Simulation
    private let gateway: Gateway
    private let console: Console
    private let signals: TerminationSignals
    private let loop: EventLoop
    private let feed = EventFeed()
    private var isInverterSilent = false
    private var isPackSilent = false
    private var told = ""
    private var wantsEnd = false
    private var nextLineAt: Instant

    private static let keys =
        "h cell high   s pack silent   i inverter silent   c charge   d discharge   r restore   q quit"

    init(
        _ simulation: Simulation, _ configuration: GatewayConfiguration, _ console: Console,
        _ signals: consuming TerminationSignals
    ) throws(SystemError) {
        self.simulation = simulation
        self.console = console
        gateway = Gateway(configuration)
        self.signals = signals
        loop = try EventLoop()
        nextLineAt = MonotonicClock.now()
    }

    /// Plays until the end of `length`, a signal or the key q.
    func run(_ scenario: Scenario?, for length: Interval?) throws(SystemError) -> ExitCode {
        try loop.watch(signals.descriptor, for: .readable, token: 0)
        let keyboard = console.isTerminal ? Keyboard() : nil
        if keyboard != nil { try loop.watch(STDIN_FILENO, for: .readable, token: 1) }
        let screen = console.isTerminal ? Screen(console) : nil
        let thread = try gateway.start()
        simulation.send(.wantedCurrent(milliamps: 60_000))
        let start = MonotonicClock.now()
        // The scripts begin when the limits have risen far enough to fall.
        var playAt = scenario.map { _ in start + .seconds(10) }
        while !wantsEnd {
            let now = MonotonicClock.now()
            if let length, now - start >= length { break }
            if let scenario, let at = playAt, now >= at {
                simulation.send(.play(scenario))
                playAt = nil
            }
            _ = try loop.wait(until: now + .milliseconds(250))
            if try signals.next() != nil { break }
            if let keyboard { while let key = keyboard.next() { press(key) } }
            show(screen)
        }
        gateway.stop()
        thread.join()
        show(screen)
        if let failure = gateway.lastFailure { throw failure }
        return .success
    }

    private func press(_ key: Character) {
        switch key {
        case "h": simulation.send(.cellHigh(pack: 0, cell: 4, millivolts: 3_520))
        case "s":
            isPackSilent.toggle()
            simulation.send(.packSilent(pack: 1, isPackSilent))
        case "i":
            isInverterSilent.toggle()
            simulation.send(.inverterSilent(isInverterSilent))
        case "c": simulation.send(.wantedCurrent(milliamps: 60_000))
        case "d": simulation.send(.wantedCurrent(milliamps: -40_000))
        case "r":
            isPackSilent = false
            isInverterSilent = false
            simulation.send(.restore)
        case "q", "\u{3}": wantsEnd = true
        default: break
        }
    }

    private func show(_ screen: Screen?) {
        guard let snapshot = gateway.snapshot else { return }
        let now = MonotonicClock.now()
        let status = StatusDocument(snapshot, version: Busbar.version, at: now)
        let view = StatusView(usesColor: console.usesColour, columns: console.width, eventCount: 8)
        if let screen {
            screen.draw(view.lines(status) + ["", simulated(), Self.keys])
            return
        }
        for line in feed.take(from: snapshot) { console.line("  " + line) }
        if let sentence = simulation.snapshot.sentence, sentence != told {
            told = sentence
            console.line("> " + sentence)
        }
        if now >= nextLineAt {
            nextLineAt = now + .seconds(1)
            console.line(StatusView(columns: 400).summary(status))
        }
        console.flush()
    }

    /// What the inverter is doing, as the simulation knows it.
    private func simulated() -> String {
        let truth = simulation.snapshot
        let wanted = truth.inverter.map { Wording.short($0.wantedMilliamps, .milliamps) } ?? "-"
        let flowing = Wording.short(truth.bankMilliamps, .milliamps)
        let sentence = truth.sentence.map { "   " + $0 } ?? ""
        return "Simulated inverter: wants \(wanted), \(flowing) flow\(sentence)"
    }
}

/// The whole terminal, given back as it was.
private final class Screen {
    private let console: Console

    init(_ console: Console) {
        self.console = console
        console.write("\u{1B}[?1049h\u{1B}[?25l\u{1B}[2J")
        console.flush()
    }

    deinit {
        console.write("\u{1B}[?25h\u{1B}[?1049l")
        console.flush()
    }

    func draw(_ lines: [String]) {
        console.write("\u{1B}[H")
        for line in lines { console.write(line + "\u{1B}[K\r\n") }
        console.write("\u{1B}[J")
        console.flush()
    }
}

/// Keys without waiting for the end of a line; the terminal is given back as it was.
private final class Keyboard {
    private var before = termios()

    init() {
        tcgetattr(STDIN_FILENO, &before)
        var raw = before
        raw.c_lflag &= ~tcflag_t(ICANON | ECHO)
        tcsetattr(STDIN_FILENO, TCSANOW, &raw)
    }

    deinit {
        tcsetattr(STDIN_FILENO, TCSANOW, &before)
    }

    /// The next key that has been pressed; `nil` if there is none.
    func next() -> Character? {
        var ready = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        guard poll(&ready, 1, 0) > 0 else { return nil }
        var byte: UInt8 = 0
        guard read(STDIN_FILENO, &byte, 1) == 1 else { return nil }
        return Character(UnicodeScalar(byte))
    }
}
