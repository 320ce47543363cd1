import BatteryModel
import BusCodec
import InverterProfiles

// What those have in common that are asked, on a line or over a network.

extension GatewayConfiguration.Inverter {
    /// Writes the answer to a question, if it gets one, into `buffer`.
    func answer(
        _ question: SerialFrame, _ talk: SerialTalk, _ offer: borrowing InverterOffer,
        into buffer: inout SerialBuffer
    ) -> SerialOutcome {
        buffer.removeAll()
        return profile.answer(question, talk, bank: offer.bank, options: options, into: &buffer)
    }
}

extension InverterContact {
    /// Counts what became of a question; `isTaken` says whether the link has taken the answer.
    mutating func note(
        _ outcome: SerialOutcome, of question: SerialFrame, _ offer: borrowing InverterOffer,
        isTaken: Bool, log: inout EventLog
    ) {
        let place = UInt32(question.code)
        switch outcome {
        case _ where !isTaken: counts.unsent += 1
        case .answered, .confirmed: said(place)
        case .refused, .notForUs: counts.foreign += 1
        case .withheld(let error):
            counts.withheld += 1
            withheld(place, identifier: place, .signal(error), at: offer.at, log: &log)
        case .noQuestion: break
        }
    }
}
