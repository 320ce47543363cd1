import BatteryModel
import ChargeControl
import Commands
import FoundationEssentials
import Gateway
import Glibc
import InverterProfiles
import LinuxIO
import Reporting
import Synchronization
import Testing

/// A gateway whose buses lead nowhere, with its socket.
private final class IdleGateway {
    let path: String
    let gateway: Gateway
    private let server: ControlServer
    private let threads: [NativeThread]
    private static let count = Atomic(0)

    init() throws {
        let number = Self.count.wrappingAdd(1, ordering: .relaxed).newValue
        path = "/tmp/busbar-test-\(getpid())-ctl\(number).sock"
        let nowhere = LinkAddress.serial(path: "/nowhere/at/all", SerialFormat(baud: 9_600))
        gateway = Gateway(
            GatewayConfiguration(
                buses: [
                    .init(name: "battery", address: nowhere),
                    .init(name: "inverter", address: .socketCAN(interface: "none0")),
                ],
                packs: [], inverters: [.init(bus: 1, profile: PylontechLV.profile)],
                control: ControlSettings(bankChargeMilliamps: 1_000, bankDischargeMilliamps: 1_000)))
        server = try ControlServer(path: path, gateway: gateway, version: "0")
        threads = try [gateway.start(), server.start()]
        while gateway.snapshot == nil { sched_yield() }
    }

    deinit {
        gateway.stop()
        server.stop()
        for thread in threads { thread.join() }
    }

    func ctl(_ words: [String]) throws -> Outcome { try run(["ctl", "--socket", path] + words) }

    func ctl(_ line: String) throws -> Outcome { try ctl(line.split(separator: " ").map(String.init)) }

    var orders: [OperatorOrder] { gateway.snapshot?.orders.map(\.order) ?? [] }
}

@Suite("busbar ctl", .timeLimit(.minutes(2)))
struct CtlTests {
    @Test("an order is given, shown with its giver and its note, and ended")
    func pause() throws {
        let idle = try IdleGateway()
        #expect(try idle.ctl("list").output == "no order stands\n")
        let given = try idle.ctl(["pause", "charge", "--for", "2h", "--note", "cleaning fuses"])
        #expect(given.code == .success)
        #expect(given.errors.isEmpty)
        #expect(given.output.hasPrefix("charging paused by "))
        #expect(given.output.contains(": cleaning fuses (119 min left)"))
        #expect(try idle.ctl("list").output == given.output)
        let status = try run(["status", "--socket", idle.path])
        #expect(status.output.contains("Order     charging paused by "))
        #expect(status.output.contains("charging paused by "), "the event")
        #expect(try idle.ctl("resume charge").output == "no order stands\n")
        #expect(try idle.ctl("resume charge").code == .success, "ending twice does no harm")
    }

    static let orders: [(String, [String])] = [
        ("pause both --for 90min", ["pause_charge 0 5400", "pause_discharge 0 5400"]),
        ("pause discharge --for 1h30", ["pause_discharge 0 5400"]),
        ("cap charge 40", ["cap_charge 40000 -"]),
        ("cap discharge 40.5A --for 2d", ["cap_discharge 40500 172800"]),
        ("cap discharge 0A", ["cap_discharge 0 -"]),
        ("force-charge --for 1h", ["force_charge 0 3600"]),
    ]

    @Test("an order is what was typed", arguments: orders)
    func typed(line: String, wanted: [String]) throws {
        let idle = try IdleGateway()
        let now = MonotonicClock.now()
        #expect(try idle.ctl(line).code == .success)
        let given = idle.orders.map { order in
            let length = order.until.map { "\(($0 - now + .milliseconds(500)).seconds / 10 * 10)" } ?? "-"
            return "\(order.kind.name) \(order.milliamps) \(length)"
        }
        #expect(given == wanted)
        #expect(try idle.ctl("resume all").output == "no order stands\n")
    }

    @Test("each order is ended by its own word")
    func ends() throws {
        let idle = try IdleGateway()
        for line in ["pause both", "cap charge 1A", "cap discharge 1A", "force-charge --until 23:59"] {
            #expect(try idle.ctl(line).code == .success)
        }
        #expect(idle.orders.count == 5)
        for (line, left) in [
            ("resume discharge", 4), ("uncap charge", 3), ("force-charge off", 2), ("uncap discharge", 1),
            ("acknowledge", 1), ("resume both", 0),
        ] {
            #expect(try idle.ctl(line).code == .success)
            #expect(idle.orders.count == left, "\(line)")
        }
        #expect(try idle.ctl("acknowledge").output == "acknowledged\nno order stands\n")
        let words = idle.gateway.snapshot?.log.events.map { Wording(idle.gateway.snapshot).event($0) } ?? []
        #expect(words.contains { $0.hasPrefix("acknowledged by ") })
        #expect(words.contains { $0.hasPrefix("force charge ended by ") })
    }

    @Test("a script gets JSON")
    func json() throws {
        let idle = try IdleGateway()
        let output = try idle.ctl(["cap", "charge", "12.5 A", "--note", "a \"b\"", "--json"]).output
        let answer = try JSONDecoder().decode(ControlAnswer.self, from: Data(output.utf8))
        #expect(answer.orders.map(\.kind) == ["cap_charge"])
        #expect(answer.orders.first?.amps == 12.5)
        #expect(answer.orders.first?.note == "a \"b\"")
        #expect(answer.orders.first?.remainingSeconds == nil)
    }

    static let refusals = [
        Refusal("", "busbar ctl: WHAT is missing"),
        Refusal("paus", "busbar ctl: WHAT is 'paus'; it must be one of pause, resume,"),
        Refusal("pause", "busbar ctl: pause does not say which; add one of: charge, discharge, both"),
        Refusal("pause all", "busbar ctl: pause has no 'all'; it must be one of: charge, discharge, both"),
        Refusal("cap both 4A", "busbar ctl: cap has no 'both'; it must be one of: charge, discharge"),
        Refusal("cap charge", "busbar ctl: cap has no current; write for example: busbar ctl cap charge 40A"),
        Refusal(
            "cap charge 4V", "busbar ctl: CURRENT is '4V'; it must be a current such as 40, 40A or 40.5A"),
        Refusal("pause charge 4A", "busbar ctl: pause takes no current; leave it out"),
        Refusal(
            "force-charge", "busbar ctl: a force charge must end by itself, or the inverter would charge"),
        Refusal(
            "force-charge --for 32d", "busbar ctl: an order cannot stand for 2764800 s; give at most 31 days"),
        Refusal("pause charge --for 0", "busbar ctl: an order cannot stand for 0 s; "),
        Refusal("pause charge --for 1h --until 12:00", "busbar ctl: --for and --until contradict each other"),
        Refusal(
            "pause charge --until 25:00", "busbar ctl: --until is '25:00'; it must be a time of day such as"),
        Refusal(
            "resume charge --for 1h", "busbar ctl: resume takes no --for, --until or --note; leave it out"),
        Refusal("list all", "busbar ctl: 'all' is one word too many; leave it out"),
        Refusal("pause charge --note fünf", "busbar ctl: --note is 'fünf'; it must be at most 32 letters"),
    ]

    @Test("what cannot be meant is refused before anybody is asked", arguments: refusals)
    func refused(row: Refusal) throws {
        let outcome = try run("ctl --socket /nowhere " + row.line)
        #expect(outcome.code == .usage)
        #expect(outcome.errors.hasPrefix(row.said), "\(outcome.errors)")
    }

    @Test("without a gateway it fails and says so")
    func nobody() throws {
        let outcome = try run("ctl --socket /nowhere/at/all.sock list")
        #expect(outcome.code == .failure)
        #expect(outcome.errors.hasPrefix("busbar ctl: no gateway answers at /nowhere/at/all.sock; "))
    }
}

@Suite("The gateway's socket", .timeLimit(.minutes(2)))
struct ControlSocketTests {
    static let hostile: [String] = [
        "", " ", "statu", "status2", "ctl", "ctl ", "ctl {", "ctl []", "ctl 7", "ctl null",
        "ctl {\"place\":3}",
        "ctl {\"place\":[{}]}", "ctl {\"place\":[{\"kind\":\"open_the_switch\"}]}",
        "ctl {\"end\":[\"\"]}", "ctl {\"place\":[{\"kind\":\"force_charge\"}]}",
        "ctl {\"place\":[{\"kind\":\"pause_charge\",\"forSeconds\":-1}]}",
        "ctl {\"place\":[{\"kind\":\"pause_charge\",\"forSeconds\":9223372036854775807}]}",
        "ctl {\"place\":[{\"kind\":\"pause_charge\",\"forSeconds\":1e400}]}",
        "ctl {\"place\":[{\"kind\":\"pause_charge\",\"milliamps\":1}]}",
        "ctl {\"place\":[{\"kind\":\"cap_charge\"}]}",
        "ctl {\"place\":[{\"kind\":\"cap_charge\",\"milliamps\":-1}]}",
        "ctl {\"place\":[{\"kind\":\"cap_charge\",\"milliamps\":2147483648}]}",
        "ctl {\"place\":[{\"kind\":\"pause_charge\",\"note\":\"\u{1B}[2J\"}]}",
        "ctl {\"place\":[{\"kind\":\"pause_charge\",\"note\":\"\(String(repeating: "x", count: 33))\"}]}",
        "ctl {\"end\":[\(repeatElement("\"pause_charge\"", count: 40).joined(separator: ","))]}",
        "ctl " + String(repeating: "[", count: 4_000), "\u{0}\u{1}\u{FFFD}", "CTL {}",
        "ctl " + String(repeating: "{\"a\":", count: 700),
    ]

    @Test("whatever is sent, the answer is an error and the gateway goes on")
    func hostileInput() throws {
        let idle = try IdleGateway()
        for line in Self.hostile {
            let answer = try LocalClient.request(line, at: idle.path)
            #expect((try? JSONDecoder().decode(ControlRefusal.self, from: Data(answer))) != nil, "\(line)")
        }
        #expect(idle.orders.isEmpty)
        #expect(try run(["status", "--json", "--socket", idle.path]).code == .success)
        #expect(try idle.ctl("pause charge").code == .success)
    }

    @Test("what the gateway refuses ends with 1 and says why")
    func refusal() throws {
        let idle = try IdleGateway()
        idle.gateway.stop()
        while !idle.gateway.hasEnded { sched_yield() }
        let outcome = try idle.ctl("pause charge")
        #expect(outcome.code == .failure)
        #expect(
            outcome.errors
                == "busbar ctl: the gateway did nothing; the gateway is starting or being stopped; "
                + "try again when it runs\n")
    }
}
