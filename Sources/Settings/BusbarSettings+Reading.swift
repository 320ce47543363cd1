import BatteryModel
import ChargeControl
public import YAMLFile

extension BusbarSettings {
    /// Reads the text of a settings file.
    ///
    /// - Parameters:
    ///   - text: The whole file.
    ///   - file: Its name, as problems shall call it.
    ///   - catalogue: The drivers and profiles there are.
    /// - Returns: The settings, with the defaults filled in.
    /// - Throws: Every problem of the file at once.
    public static func read(
        text: String, file: String, knowing catalogue: DeviceCatalogue
    ) throws(SettingsProblems) -> BusbarSettings {
        try read(bytes: Array(text.utf8), file: file, knowing: catalogue)
    }

    /// Reads the bytes of a settings file, whatever they are.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - file: Its name, as problems shall call it.
    ///   - catalogue: The drivers and profiles there are.
    /// - Returns: The settings, with the defaults filled in.
    /// - Throws: Every problem of the file at once.
    public static func read(
        bytes: [UInt8], file: String, knowing catalogue: DeviceCatalogue
    ) throws(SettingsProblems) -> BusbarSettings {
        let problems = ProblemCollector(file: file)
        guard let draft = draft(of: bytes, catalogue, problems) else { throw problems.sorted() }
        let checks = CrossChecks(draft: draft, catalogue: catalogue, problems: problems)
        checks.run()
        let settings = assemble(checks)
        if let settings, problems.isEmpty { return settings }
        if problems.isEmpty {
            problems.add(
                SourceMark(line: 1, column: 1), "the settings are incomplete",
                "a part of them was not understood",
                "compare the file with one in 'examples', and report this message")
        }
        throw problems.sorted()
    }

    private static func draft(
        of bytes: [UInt8], _ catalogue: DeviceCatalogue, _ problems: ProblemCollector
    ) -> SettingsDraft? {
        guard let tree = YAMLText.tree(of: bytes, problems: problems),
            var root = MappingReader(tree, title: "the file", problems: problems)
        else { return nil }
        let draft = SettingsDraft(
            links: LinkSchema.read(&root),
            packs: PackSchema.read(&root, catalogue),
            inverters: InverterSchema.readInverters(&root),
            shunt: ShuntSchema.read(&root),
            limits: LimitsSchema.read(&root),
            gateway: InverterSchema.readGateway(&root))
        root.finish()
        return draft
    }

    /// Puts the parts together; `nil` if one is missing, which has been told.
    private static func assemble(_ checks: CrossChecks) -> BusbarSettings? {
        let draft = checks.draft
        let links = draft.links.compactMap { assemble($0, checks) }
        let packs = draft.packs.compactMap { assemble($0, checks.catalogue) }
        guard links.count == draft.links.count, packs.count == draft.packs.count, !packs.isEmpty,
            let limits = draft.limits
        else { return nil }
        let inverters = draft.inverters.compactMap(assemble)
        guard inverters.count == draft.inverters.count, !inverters.isEmpty else { return nil }
        return BusbarSettings(
            links: links,
            packs: packs,
            inverters: inverters,
            shunt: draft.shunt.flatMap(assemble),
            control: limits.control,
            pollInterval: .milliseconds(draft.gateway.poll?.value ?? 1_000),
            socketPath: draft.gateway.socket ?? defaultSocketPath,
            statePath: draft.gateway.state ?? defaultStatePath,
            journalPath: draft.gateway.journal ?? defaultJournalPath,
            stallLimit: .milliseconds(draft.gateway.stall?.value ?? 2_000))
    }

    private static func assemble(_ pack: PackDraft, _ catalogue: DeviceCatalogue) -> PackEntry? {
        guard let name = pack.name, let link = pack.link, let driver = pack.driver,
            let cells = pack.cells, let capacity = pack.capacity, let charge = pack.chargeCurrent,
            let discharge = pack.dischargeCurrent
        else { return nil }
        let source = catalogue.driver(driver.value)?.source
        guard pack.address != nil || source != nil else { return nil }
        var without = pack.without
        if let absent = source?.dialect(pack.dialect?.value)?.absent { without.insert(absent) }
        return PackEntry(
            name: name.value, linkName: link.value, driver: driver.value, address: pack.address?.value,
            dialect: pack.dialect?.value, listen: pack.listens, readMode: pack.readMode?.value ?? .frames,
            settingsWritable: pack.settingsWritable?.value ?? false,
            control: PackSettings(
                cells: Int32(cells.value), capacityMilliampHours: Int32(capacity.value),
                chargeMilliamps: Int32(charge.value), dischargeMilliamps: Int32(discharge.value),
                sharePermille: pack.share.map { Int32($0.value) }, without: without),
            mark: pack.mark)
    }

    private static func assemble(_ inverter: InverterDraft) -> InverterEntry? {
        guard let link = inverter.link, let profile = inverter.profile else { return nil }
        return InverterEntry(
            linkName: link.value, profile: profile.value, dialect: inverter.dialect?.value,
            padsFrames: inverter.padding ?? true,
            period: inverter.period.map { .milliseconds($0.value) }, keepAlive: inverter.keepAlive,
            address: inverter.address?.value,
            weight: inverter.readsOnly?.value == true ? 0 : inverter.weight?.value ?? 1, mark: inverter.mark)
    }

    private static func assemble(_ shunt: ShuntDraft) -> ShuntEntry? {
        guard let link = shunt.link, let driver = shunt.driver else { return nil }
        return ShuntEntry(linkName: link.value, driver: driver.value, mark: shunt.mark)
    }

    /// The port of Modbus TCP.
    private static let usualModbusPort = 502

    private static func assemble(_ link: LinkDraft, _ checks: CrossChecks) -> LinkSettings? {
        guard let medium = link.medium?.value else { return nil }
        let baud = link.baud?.value ?? checks.defaultBauds(of: link.name).first
        let profile = checks.draft.inverters.first { $0.link?.value == link.name }?.profile
            .flatMap { checks.catalogue.profile($0.value) }
        let driver = checks.draft.packs.first { $0.link?.value == link.name }?.driver
            .flatMap { checks.catalogue.driver($0.value) }
        let ofPacks = driver?.source?.bitrateKbitPerSecond ?? driver?.usualBitrateKbitPerSecond
        let usual = (profile?.bitrateKbitPerSecond ?? ofPacks ?? 500) * 1_000
        let rate = link.bitsPerSecond.map { Int($0.value) } ?? usual
        let transport: Transport =
            switch medium {
            case .serial(let path):
                .serial(SerialPort(path: path, baud: baud ?? 9_600, format: link.format ?? .eightNoneOne))
            case .tcp(let endpoint): .tcp(endpoint)
            case .listener(let listener):
                .listener(listener.endpoint(usualPort: UInt16(profile?.tcpPort ?? usualModbusPort)))
            case .socketCAN(let interface): .socketCAN(interface: interface, bitsPerSecond: rate)
            case .slcan(let path):
                .slcan(
                    SerialPort(path: path, baud: link.baud?.value ?? 115_200, format: .eightNoneOne),
                    bitsPerSecond: rate)
            case .slcanTCP(let endpoint): .slcanTCP(endpoint, bitsPerSecond: rate)
            }
        return LinkSettings(name: link.name, transport: transport, mark: link.mark)
    }
}
