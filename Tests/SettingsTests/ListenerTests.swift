import Settings
import Testing

/// The sound file with an energy manager beside the inverter.
private let readText = soundText.replacing(
    "inverter:\n  link: inverter\n  profile: pylontech-lv-can\n",
    with: """
        inverters:
          - link: inverter
            profile: pylontech-lv-can
          - link: lan
            profile: sunspec-battery
            reads_only: true

        """
).replacing("packs:\n", with: "  lan:\n    tcp_listen: 1502\npacks:\n")

@Suite("Links on which others call")
struct ListenerTests {
    /// What is written, and where it listens.
    static let places = [
        ("1502", "127.0.0.1", 1_502), ("0.0.0.0", "0.0.0.0", 502), ("0.0.0.0:1502", "0.0.0.0", 1_502),
        ("'[::]'", "::", 502), ("'[::1]:1502'", "::1", 1_502), ("battery.local", "battery.local", 502),
    ]

    @Test("a port alone is for this machine, an address alone has the port of its profile", arguments: places)
    func listens(written: String, host: String, port: Int) throws {
        let text = readText.replacing("tcp_listen: 1502", with: "tcp_listen: \(written)")
        let settings = try BusbarSettings.read(text: text, file: "busbar.yaml", knowing: catalogue)
        guard case .listener(let place)? = settings.link(named: "lan")?.transport else {
            Issue.record("no listener")
            return
        }
        #expect(place.host == host && Int(place.port) == port)
        #expect(settings.inverters.map(\.weight) == [1, 0])
        let again = try BusbarSettings.read(
            text: settings.effectiveText, file: "busbar.yaml", knowing: catalogue)
        #expect(again.effectiveText == settings.effectiveText)
        #expect(again.inverters.map(\.weight) == [1, 0])
    }

    /// One line changed, and what is said about it.
    static let problems = [
        (
            "tcp_listen: 1502", "tcp_listen: 70000",
            """
            busbar.yaml:8:17: 'tcp_listen' is '70000'; it is a port, an address of this machine, or both; write '1502' \
            for this machine only, '0.0.0.0:1502' for every network
            """
        ),
        (
            "tcp_listen: 1502", "tcp_listen: 0",
            """
            busbar.yaml:8:17: 'tcp_listen' is '0'; it is a port, an address of this machine, or both; write '1502' for \
            this machine only, '0.0.0.0:1502' for every network
            """
        ),
        (
            "tcp_listen: 1502", "tcp_listen: 1502\n    baud: 9600",
            "busbar.yaml:9:5: 'baud' in link 'lan'; there is no line; remove it"
        ),
        (
            "profile: sunspec-battery", "profile: pylontech-rs485",
            """
            busbar.yaml:30:14: profile 'pylontech-rs485' on link 'lan'; it needs a serial line (serial or tcp), and line \
            7 opens a TCP port (tcp_listen); name a link of the right kind, or another profile
            """
        ),
        (
            "tcp_listen: 1502", "socketcan: can1",
            """
            busbar.yaml:30:14: profile 'sunspec-battery' on link 'lan'; it needs a serial line (serial or tcp) or a TCP \
            port (tcp_listen), and line 7 opens a CAN bus (socketcan, slcan or slcan_tcp); name a link of the right \
            kind, or another profile
            """
        ),
        (
            "    reads_only: true\n", "",
            """
            busbar.yaml:29:5: the inverter on link 'lan' has no 'reads_only'; whoever calls there may draw current and \
            needs a part of it, or may only read; write 'reads_only: true' for an energy manager, 'reads_only: false' \
            for an inverter
            """
        ),
        (
            "reads_only: true", "reads_only: true\n    weight: 2",
            """
            busbar.yaml:32:13: 'weight' is 2; whoever only reads has no part of the currents; remove it, or write \
            'reads_only: false'
            """
        ),
        (
            "profile: pylontech-lv-can", "profile: pylontech-lv-can\n    reads_only: true",
            """
            busbar.yaml:29:17: 'reads_only' on link 'inverter'; whoever is on it is taken for an inverter, which has its \
            part of the currents; remove it
            """
        ),
    ]

    @Test("what cannot work is told with its place, its reason and a remedy", arguments: problems.indices)
    func told(_ index: Int) {
        let (old, new, expected) = Self.problems[index]
        #expect(readText.contains(old))
        #expect(report(readText.replacing(old, with: new)) == expected)
    }

    @Test("a pack cannot be read where others call")
    func packs() {
        let text = readText.replacing(
            "socketcan: can0", with: "socketcan: can0\n  other:\n    tcp_listen: 1503")
        let swapped = text.replacing(
            "name: A\n    link: battery", with: "name: A\n    link: other")
        #expect(
            report(swapped).contains("it needs a serial line (serial or tcp), and line 7 opens a TCP port"))
    }
}
