import Commands
import Testing

@Suite("The demo")
struct DemoTests {
    @Test("without a terminal it writes lines and ends by itself")
    func plain() {
        let console = Console(capturing: 0)
        let code = Busbar.run(["demo", "--seconds", "4", "--scenario", "calm"], console)
        #expect(code == .success)
        #expect(console.output.contains("gateway started"))
        #expect(console.output.contains("running: "))
        #expect(console.output.contains("CVL 55.2 V"))
        #expect(console.output.contains("CCL 0.0 A"), "the last word is zero")
        #expect(!console.output.contains("\u{1B}"), "no control codes")
    }

    @Test("an unknown scenario is refused with the choices")
    func unknownScenario() {
        let console = Console(capturing: 0)
        #expect(Busbar.run(["demo", "--scenario", "cell-hihg"], console) == .usage)
        #expect(console.errors.contains("did you mean 'cell-high'"))
    }
}
