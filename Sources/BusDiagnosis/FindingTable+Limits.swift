extension FindingTable {
    /// Findings about limits.
    static let limits = [limitsIgnored]

    static let limitsIgnored = FindingSheet(
        "limits-ignored", .protocol, .fault,
        "The inverter takes or gives more current than the battery allows",
        effect: "The BMS will switch the battery off under load.",
        causes: [
            Cause(
                "this inverter does not follow a limit of 0 A, or of this kind", .protocol,
                test: "let the battery tell 0 A and watch the current",
                tells: "it goes on", fix: "use the enable bits and CVL as well; ask the maker",
                source: "diyBMS issues 175 and 284"),
            Cause(
                "the inverter runs with limits of its own: battery type lead-acid or user", .settings,
                test: "read its battery page", tells: "the type is not lithium with communication",
                fix: "choose the protocol of the battery", source: "diyBMS issue 284"),
        ])
}
