@main
enum Main {
    static func main() {
        let word = CommandLine.arguments.dropFirst().first
        if word == LinesBench.childWord || word == LinesBench.diagnosedChildWord {
            return LinesBench.serve(
                Array(CommandLine.arguments.dropFirst(2)), isDiagnosed: word == LinesBench.diagnosedChildWord)
        }
        let parts = [
            "core": CoreBench.run, "plant": PlantBench.run, "line": LineBench.run, "drivers": DriverBench.run,
            "inverters": InverterBench.run, "gateway": GatewayBench.run, "lines": LinesBench.run,
            "decode": DecodeBench.run,
        ]
        let order = ["core", "plant", "line", "drivers", "inverters", "gateway", "lines", "decode"]
        let wanted = CommandLine.arguments.dropFirst()
        for word in wanted where parts[word] == nil {
            print("busbar-bench: '\(word)' is none of: \(order.joined(separator: ", "))")
            return
        }
        Table.header()
        for name in order where wanted.isEmpty || wanted.contains(name) { parts[name]?() }
        print("\nload average afterwards \(Machine.load)")
    }
}
