import BatteryModel
import Gateway

extension Wording {
    /// How a pack has come to answer, behind its name.
    static func answers(_ how: GatewayEvent.PackAnswers) -> String {
        switch how {
        case .seldom(let permille):
            "answers too few questions"
                + (permille.map { ": \(quantity($0, .permille)) within the last minute" } ?? "")
        case .often: "answers its questions again"
        case .late(let time): "answers late: after \(time.milliseconds) ms on average"
        case .soon: "answers in good time again"
        }
    }
}
