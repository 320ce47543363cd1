extension Plant {
    /// Plays a scenario to its end, and again under a perfect control, so that the two can be compared.
    ///
    /// - Parameters:
    ///   - scenario: What is played.
    ///   - watch: Sees the plant after each step under the gateway's control.
    /// - Returns: What happened.
    public static func run(
        _ scenario: PlantScenario, watch: (borrowing Plant) -> Void = { _ in }
    ) -> PlantReport {
        var plant = Plant(scenario)
        while !plant.isOver {
            plant.step()
            watch(plant)
        }
        var perfect = Plant(scenario, under: .perfect)
        perfect.run()
        var report = plant.report
        report.perfectWattHours = perfect.report.total.chargedWattHours
        return report
    }
}
