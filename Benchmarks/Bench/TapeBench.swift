import BatteryModel
import BusCodec
import Gateway
import Recordings

/// What it costs the bus thread to put what it hears and says on the tape.
enum TapeBench {
    static func run() {
        let tape = BusTape()
        let frame = CANFrame(identifier: 0x351, length: 8)
        let answer = [UInt8](repeating: 0x5A, count: 300)
        var ticks: Int64 = 0
        func row(_ what: String, _ add: (Instant) -> Void) {
            let result = Measure.loop(100_000) {
                ticks += 1_000_000
                add(Instant(nanoseconds: ticks))
            }
            Table.row("tape, \(what)", result.nanoseconds / 1_000, "µs", atMost: 2, places: 2)
        }
        row("a frame") { tape.add(frame, .sent, bus: 1, at: $0) }
        row("300 bytes of an answer") { tape.add(answer.span, .received, bus: 0, at: $0) }
        row("a step of the core") { tape.add(note: TapeNote.step.text, bus: nil, at: $0) }
    }
}
