package import BatteryModel
package import BusCodec

/// Puts on a tape all that a core is told and says, so that ``CoreReplay`` can tell it once more.
package struct CoreRecorder {
    /// The tape; `nil` if nothing is recorded.
    package let tape: BusTape?
    /// When the core was last told something: at that instant it is asked what is due as well.
    private var toldAt: Instant?
    private var lost: [UInt64]

    /// Begins with what the core knows from its time before.
    package init(_ tape: BusTape?, _ configuration: GatewayConfiguration, at now: Instant) {
        self.tape = tape
        lost = Array(repeating: 0, count: configuration.buses.count)
        guard tape != nil else { return }
        let remembered = configuration.remembered
        note(.rememberedAt(remembered.wall), at: now)
        if remembered.isDamaged { note(.damaged, at: now) }
        if let memory = remembered.memory {
            let text = StateText(configuration).bytes(memory, words: remembered.words)
            for line in text.split(separator: 0x0A) {
                note(.remembered(String(decoding: line, as: UTF8.self)), at: now)
            }
        }
        note(.began, at: now)
        toldAt = nil
    }

    /// Notes that a bus has brought bytes.
    package mutating func received(_ bytes: Span<UInt8>, bus: Int, caller: Int? = nil, at now: Instant) {
        tape?.add(bytes, .received, bus: bus, caller: caller, at: now)
        toldAt = now
    }

    /// Notes that a bus has brought a frame.
    package mutating func received(_ frame: CANFrame, bus: Int, at now: Instant) {
        tape?.add(frame, .received, bus: bus, at: now)
        toldAt = now
    }

    /// Notes something else that the core is told.
    package mutating func note(_ note: TapeNote, bus: Int? = nil, caller: Int? = nil, at now: Instant) {
        tape?.add(note: note.text, bus: bus, caller: caller, at: now)
        toldAt = now
    }

    /// Notes how many frames to an inverter a bus has lost, if there are more than before.
    package mutating func lost(_ total: UInt64, bus: Int, at now: Instant) {
        guard tape != nil, lost[bus] != total else { return }
        lost[bus] = total
        note(.lost(total), bus: bus, at: now)
    }

    /// Notes that the core is asked what is due.
    package mutating func step(at now: Instant) {
        guard tape != nil, toldAt != now else { return }
        note(.step, at: now)
    }
}
