import BMSDrivers

/// Whom a search asks, in which order.
struct ProbePlan: Sendable {
    /// A speed, and the drivers that run at it.
    struct Rate: Sendable {
        var baud: Int32
        /// Those first whose usual speed it is.
        var drivers: [BMSDriver] = []
        /// How many these are.
        var usual = 0
    }

    /// One pack that may be there.
    struct Probe: Sendable, Equatable {
        /// The number of its speed.
        var rate: Int
        /// The number of its driver among those of the speed.
        var driver: Int
        var address: UInt8
        /// Whether a slow pack gets its time.
        var isPatient: Bool
    }

    /// The speeds, that of the likeliest driver first.
    private(set) var rates: [Rate] = []
    /// Whom to ask.
    private(set) var probes: [Probe] = []

    /// So many addresses of a driver are asked: more packs do not hang on one line.
    static let mostAddresses = 16
    /// So many are asked in the first round, except of the likeliest driver.
    static let firstAddresses = 2

    /// Plans a search for `drivers`, the likeliest first; at `baud` only, if it is given.
    ///
    /// The likeliest is asked at all its addresses, the others at their first two, and everybody at the first two of
    /// his other speeds; then, with patience, everybody at each of his speeds, the unusual ones last.
    init(_ drivers: [BMSDriver], baud: Int32?) {
        for driver in drivers {
            let rate = rate(of: baud ?? driver.sheet.baud)
            rates[rate].drivers.append(driver)
            rates[rate].usual += 1
        }
        for driver in drivers where baud == nil {
            let others = driver.sheet.otherBauds
            for index in others.indices where others[index] > 0 {
                let rate = rate(of: others[index])
                rates[rate].drivers.append(driver)
            }
        }
        for (isPatient, isUsual) in [(false, true), (false, false), (true, true), (true, false)] {
            for rate in rates.indices {
                let usual = rates[rate].usual
                for driver in isUsual ? 0..<usual : usual..<rates[rate].drivers.count {
                    let isLikeliest = rate == 0 && driver == 0
                    let count = isPatient || isLikeliest ? Self.mostAddresses : Self.firstAddresses
                    probes += probes(rate, driver, isPatient).prefix(count)
                }
            }
        }
    }

    private mutating func rate(of baud: Int32) -> Int {
        if let index = rates.firstIndex(where: { $0.baud == baud }) { return index }
        rates.append(Rate(baud: baud))
        return rates.count - 1
    }

    /// After the pack of probe `index` has answered: its driver alone goes on, through the addresses behind it.
    mutating func settle(on index: Int) {
        let found = probes[index]
        probes.removeSubrange((index + 1)...)
        probes += probes(found.rate, found.driver, true).drop { $0.address != found.address }
            .dropFirst().prefix(Self.mostAddresses)
    }

    private func probes(_ rate: Int, _ driver: Int, _ isPatient: Bool) -> [Probe] {
        rates[rate].drivers[driver].sheet.likeliestAddresses.prefix(2 * Self.mostAddresses).map {
            Probe(rate: rate, driver: driver, address: $0, isPatient: isPatient)
        }
    }
}

extension DriverSheet {
    /// The addresses a pack can have, the one it comes with from the factory first.
    var likeliestAddresses: [UInt8] {
        guard let factoryAddress else { return Array(addresses) }
        return [factoryAddress] + addresses.filter { $0 != factoryAddress }
    }
}
