import Commands
import Simulators
import Testing

@Suite("busbar listen")
struct ListenTests {
    @Test(
        "hears who speaks behind an adapter, and never says anything itself",
        arguments: ["listen", "diagnose"])
    func battery(command: String) throws {
        let simulation = try Simulation(.speaker(.init()))
        defer { simulation.stop() }
        let place = try #require(simulation.busPlace)
        let outcome = try run("\(command) slcan:\(place) --for 2500ms --json")
        #expect(outcome.code == .success, "\(outcome.errors)")
        #expect(outcome.output.contains("\"id\" : \"pylontech-lv-can\""))
        let heard = try #require(simulation.snapshot.battery?.statistics)
        #expect(heard.keepAlives + heard.foreign == 0)
    }

    @Test(
        "what cannot be listened to is said",
        arguments: [
            ("listen slcan:/nowhere/tty@250", "No such file or directory"),
            ("listen slcan:/nowhere/tty", "No such file or directory"),
            ("listen x:y", "LINK is 'x:y'"),
            ("listen slcan:/dev/ttyACM0@123", "LINK is 'slcan:/dev/ttyACM0@123'"),
        ])
    func refusals(words: String, sentence: String) throws {
        let outcome = try run(words)
        #expect(outcome.code != .success)
        #expect(outcome.errors.contains(sentence), "\(outcome.errors)")
    }
}
