import BatteryModel
import Glibc

/// A battery, an inverter and the most that may flow, as the command line has them.
struct BridgePlan {
    private let source: (name: ProfileName, dialect: String?, link: LinkArgument)
    private let sink: (name: ProfileName, dialect: String?, link: LinkArgument)
    private let links: (source: String, sink: String)
    private let name: String
    private let address: Int?
    private let cells: Int
    private let capacity: CapacityArgument
    private let charge: CurrentArgument
    private let discharge: CurrentArgument
    private let without: [String]

    init(_ arguments: inout Arguments) throws(UsageError) {
        let from = try arguments.requiredOption("--from", of: ProfileName.self, "what the battery speaks")
        let battery = try arguments.requiredOption(
            "--source", of: LinkArgument.self, "the link that leads to the battery")
        let to = try arguments.requiredOption("--to", of: ProfileName.self, "what the inverter understands")
        let inverter = try arguments.requiredOption(
            "--sink", of: LinkArgument.self, "the link that leads to the inverter")
        cells = try arguments.requiredOption(
            "--cells", of: Int.self, "cells in series; every voltage depends on it")
        guard arguments.isDescribing || (4...32).contains(cells) else {
            throw UsageError("--cells is \(cells)", "it must be 4 to 32")
        }
        capacity = try arguments.requiredOption(
            "--capacity", of: CapacityArgument.self, "the capacity of the battery")
        charge = try arguments.requiredOption(
            "--charge", of: CurrentArgument.self, "the most that may flow into the battery")
        discharge = try arguments.requiredOption(
            "--discharge", of: CurrentArgument.self, "the most that may flow out of the battery")
        let fromDialect = try arguments.option(
            "--from-dialect", of: String.self, as: "NAME",
            "the dialect of the battery; the first one if left out")
        let toDialect = try arguments.option(
            "--to-dialect", of: String.self, as: "NAME",
            "the dialect of the inverter; the first one if left out")
        address = try arguments.option(
            "--address", of: Int.self, "the battery's address on a serial line; the usual one if left out")
        name = try arguments.option(
            "--name", default: "battery", "how the battery is called in status and log")
        without = try arguments.options(
            "--without", of: String.self,
            "what the battery does not tell, as 'without' of a pack in the settings")
        source = (from, fromDialect, battery)
        sink = (to, toDialect, inverter)
        links = (
            try battery.setting(for: from, option: "--source"),
            try inverter.setting(for: to, option: "--sink")
        )
        if let fromDialect { _ = try from.dialect(fromDialect) }
        if let toDialect { _ = try to.dialect(toDialect) }
    }

    /// One link for both would have the battery hear what is meant for the inverter, and the other way round.
    func refuseOneLinkForBoth() throws(UsageError) {
        guard source.link.place == sink.link.place else { return }
        throw UsageError(
            "--source and --sink are both \(UsageError.quoted(source.link.argumentText))",
            "battery and inverter must not share a wire: give each a link of its own")
    }

    /// Two names can stand for one port.
    func refuseOneDeviceForBoth() throws(CommandFailure) {
        guard let battery = source.link.device, let inverter = sink.link.device, battery == inverter else {
            return
        }
        throw CommandFailure(
            "\(source.link.argumentText) and \(sink.link.argumentText) are the same port", "it is \(battery)",
            "give battery and inverter a port each")
    }

    /// The settings.
    var text: String {
        var pack = [
            "name: \(LinkArgument.quoted(name))", "link: battery", "driver: \(source.name.argumentText)",
        ]
        if let dialect = source.dialect { pack.append("dialect: \(LinkArgument.quoted(dialect))") }
        if let address { pack.append("address: \(address)") }
        pack += [
            "cells: \(cells)", "capacity: \(capacity.argumentText)",
            "charge_current: \(Self.amperes(charge))", "discharge_current: \(Self.amperes(discharge))",
        ]
        if !without.isEmpty {
            pack.append("without: [\(without.map(LinkArgument.quoted).joined(separator: ", "))]")
        }
        let dialect = sink.dialect.map { ", dialect: \(LinkArgument.quoted($0))" } ?? ""
        return """
            # Made by 'busbar bridge'; run it with 'busbar run'.
            links:
              battery: \(links.source)
              inverter: \(links.sink)
            packs:
              - \(pack.joined(separator: "\n    "))
            inverter: {link: inverter, profile: \(sink.name.argumentText)\(dialect)}
            limits: {charge_current: \(Self.amperes(charge)), discharge_current: \(Self.amperes(discharge))}

            """
    }

    private static func amperes(_ current: CurrentArgument) -> String {
        let milliamps = current.milliamps
        return milliamps % 1_000 == 0 ? "\(milliamps / 1_000) A" : "\(Double(milliamps) / 1_000) A"
    }
}

extension LinkArgument {
    /// The device behind the path of a port, without symbolic links; `nil` if there is none.
    fileprivate var device: String? {
        guard case .port(let path, _) = place, let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }
}
