import BusCodec
import Gateway
import InverterProfiles
import Recordings
import Reporting

/// Says how what a gateway says now differs from what stands in a recording of it.
struct DifferenceWords {
    private let configuration: GatewayConfiguration
    private let tape: TapeItems

    init(_ configuration: GatewayConfiguration, _ tape: TapeItems) {
        self.configuration = configuration
        self.tape = tape
    }

    /// A difference in words.
    func text(_ difference: CoreReplay.Difference) -> String {
        let recorded = difference.recorded.map(text) ?? "nothing"
        let said = difference.said.map(text) ?? "nothing"
        let signals = signals(difference)
        return "recorded \(recorded), now \(said)"
            + (signals.isEmpty ? "" : ": \(signals.joined(separator: ", "))")
    }

    /// What was said on a link.
    func text(_ entry: BusTape.Entry) -> String {
        let item = tape.item(entry)
        return "\(item.link) \(item.content.text)"
    }

    /// The signals of a frame to an inverter that differ, such as `charge_current_limit=54 A, now 50 A`.
    func signals(_ difference: CoreReplay.Difference) -> [String] {
        guard let recorded = difference.recorded, let said = difference.said, recorded.bus == said.bus,
            let before = signals(recorded), let now = signals(said)
        else { return [] }
        return now.compactMap { signal in
            guard let old = before.first(where: { $0.name == signal.name }), old != signal else { return nil }
            return "\(old.text), now \(signal.valueText)"
        }
    }

    private func signals(_ entry: BusTape.Entry) -> [DecodedFrame.Signal]? {
        guard case .frame(let frame) = entry.content,
            let inverter = configuration.inverters.first(where: { $0.bus == entry.bus })
        else { return nil }
        var reader = FrameReader(inverter.profile, dialect: inverter.options.dialect)
        return reader.read(frame).signals
    }
}
