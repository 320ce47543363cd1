@main
enum Main {
    static func main() {
        CoreBench.run()
    }
}
