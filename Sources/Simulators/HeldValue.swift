/// A measured value that somebody holds somewhere, moving there no faster than a real one would.
///
/// A step would be taken for a fault of the measurement; a climb is what a real cell does.
struct HeldValue: Sendable {
    /// Where it is.
    private(set) var value: Double
    /// Where it shall go; `nil` back to where it would be by itself.
    var target: Double?

    init(from value: Double, to target: Double) {
        self.value = value
        self.target = target
    }

    /// Moves on; returns `false` once it is back where it would be by itself.
    mutating func advance(seconds: Double, perSecond: Double, natural: Double) -> Bool {
        let goal = target ?? natural
        let step = perSecond * seconds
        guard abs(goal - value) > step else {
            value = goal
            return target != nil
        }
        value += goal > value ? step : -step
        return true
    }
}
