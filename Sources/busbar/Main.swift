import Commands

@main
enum Main {
    static func main() {
        Busbar.main()
    }
}
