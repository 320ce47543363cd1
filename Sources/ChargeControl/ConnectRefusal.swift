import BatteryModel

/// Keeps packs whose voltages lie too far apart from being used together.
struct ConnectRefusal: Sendable {
    /// Whether no current may flow for now.
    private(set) var isRefusing = false
    private var agreeingSince: Instant?
    private var isAcknowledged = false

    /// Takes the present difference; while a pack is lost nobody knows whether it would agree.
    mutating func step(
        _ spreadMillivolts: Int64, isIncomplete: Bool, at now: Instant, _ settings: ControlSettings
    ) {
        let mayEnd = isAcknowledged
        isAcknowledged = false
        if spreadMillivolts > Int64(settings.connectDifferenceMillivolts) {
            isRefusing = true
            agreeingSince = nil
        } else if isRefusing, isIncomplete {
            agreeingSince = nil
        } else if isRefusing {
            let since = agreeingSince ?? now
            agreeingSince = since
            if mayEnd || now - since >= settings.connectSettle { isRefusing = false }
        }
    }

    /// The operator says that packs which agree now need not be waited for.
    mutating func acknowledge() { isAcknowledged = true }

    /// Goes on refusing after a restart.
    mutating func restore(_ wasRefusing: Bool) { isRefusing = wasRefusing }
}
