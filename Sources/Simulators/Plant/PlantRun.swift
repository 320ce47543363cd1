import BatteryModel

extension Plant {
    /// Plays a scenario to its end, and again under a perfect control, so that the two can be compared.
    ///
    /// - Parameters:
    ///   - scenario: What is played.
    ///   - watch: Sees the plant under the gateway's control, once in each of its minutes.
    /// - Returns: What happened.
    public static func run(
        _ scenario: PlantScenario, watch: (borrowing Plant) -> Void = { _ in }
    ) -> PlantReport {
        var plant = Plant(scenario)
        while !plant.isOver {
            plant.step()
            if plant.elapsed.seconds % 60 == 0 { watch(plant) }
        }
        var perfect = Plant(scenario, under: .perfect)
        perfect.run()
        var report = plant.report
        report.perfectWattHours = perfect.report.total.chargedWattHours
        return report
    }
}
