public import BMSDrivers

extension DriverSheet {
    /// The speeds at which packs of this protocol are met, in baud, the usual one first.
    public var bauds: [Int] {
        var bauds: [Int] = []
        visitBauds { bauds.append(Int($0)) }
        return bauds
    }

    /// The same in words: `115200 baud, or 9600`.
    var speeds: String {
        let others = bauds.dropFirst().map { "\($0)" }.joined(separator: " or ")
        return "\(baud) baud" + (others.isEmpty ? "" : ", or \(others)")
    }
}
