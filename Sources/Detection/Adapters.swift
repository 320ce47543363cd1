import FoundationEssentials

/// A serial port of this machine, and what the kernel knows of it.
public struct SerialAdapter: Sendable, Equatable {
    /// The device, for example `/dev/ttyUSB0`.
    public var path: String
    /// The name under `/dev/serial/by-id`, which stays the same when it is plugged in again; `nil` if it has none.
    public var stablePath: String?
    /// Vendor and product of a USB adapter, for example `0403:6001`; `nil` for another port.
    public var usbID: String?
    /// What the adapter calls itself; `nil` if it does not.
    public var product: String?

    /// Makes an adapter; what is left out is not known.
    public init(path: String, stablePath: String? = nil, usbID: String? = nil, product: String? = nil) {
        self.path = path
        self.stablePath = stablePath
        self.usbID = usbID
        self.product = product
    }

    /// The path to write into settings.
    public var bestPath: String { stablePath ?? path }
}

/// A CAN interface of this machine.
public struct CANInterface: Sendable, Equatable {
    /// The name, for example `can0`.
    public var name: String
    /// Whether it is up; its bit rate is set before that.
    public var isUp: Bool

    /// Makes an interface.
    public init(name: String, isUp: Bool) {
        self.name = name
        self.isUp = isUp
    }
}

/// The places at which a battery can be connected.
public struct Adapters: Sendable, Equatable {
    /// Serial ports that have hardware behind them.
    public var serial: [SerialAdapter] = []
    /// CAN interfaces.
    public var can: [CANInterface] = []

    /// Looks at what the kernel tells.
    ///
    /// - Parameter root: Where `sys` and `dev` are; another folder only in tests.
    public init(root: String = "/") {
        let files = Files(root: root)
        serial = files.names("sys/class/tty").compactMap { files.serial($0) }.sorted { $0.path < $1.path }
        can = files.names("sys/class/net").compactMap { files.can($0) }.sorted { $0.name < $1.name }
    }
}

/// The folders in which the kernel describes itself.
private struct Files {
    let root: String
    private let manager = FileManager.default

    init(root: String) { self.root = root.hasSuffix("/") ? root : root + "/" }

    /// What stands in a folder; nothing if there is none.
    func names(_ folder: String) -> [String] {
        do {
            return try manager.contentsOfDirectory(atPath: root + folder)
        } catch {
            return []
        }
    }

    /// The first line of a file; `nil` if it cannot be read.
    func text(_ path: String) -> String? {
        guard let data = manager.contents(atPath: path) else { return nil }
        let line = String(decoding: data, as: UTF8.self).prefix { $0 != "\n" }
        return line.isEmpty ? nil : String(line)
    }

    func serial(_ name: String) -> SerialAdapter? {
        let folder = root + "sys/class/tty/\(name)"
        guard manager.fileExists(atPath: folder + "/device") else { return nil }
        // The kernel keeps places for four to thirty-two UARTs, whether or not they are there: type 0 is none.
        if let type = text(folder + "/type"), type == "0" { return nil }
        guard name.hasPrefix("tty"), name.dropFirst(3).contains(where: \.isNumber) else { return nil }
        let usb = usbFolder(of: folder)
        let (vendor, product) = (
            usb.flatMap { text($0 + "/idVendor") }, usb.flatMap { text($0 + "/idProduct") }
        )
        let path = "/dev/" + name
        return SerialAdapter(
            path: path, stablePath: stablePath(to: name),
            usbID: vendor.flatMap { vendor in product.map { "\(vendor):\($0)" } },
            product: usb.flatMap { text($0 + "/product") })
    }

    /// The folder of the USB device that a port belongs to: some steps above that of the port.
    private func usbFolder(of port: String) -> String? {
        var folder = resolved(port + "/device")
        for _ in 0..<6 {
            if manager.fileExists(atPath: folder + "/idVendor") { return folder }
            guard let slash = folder.lastIndex(of: "/"), slash > folder.startIndex else { return nil }
            folder = String(folder[..<slash])
        }
        return nil
    }

    private func stablePath(to name: String) -> String? {
        let folder = "dev/serial/by-id"
        let link = names(folder).sorted().first { entry in
            resolved(root + folder + "/" + entry).hasSuffix("/" + name)
        }
        return link.map { "/\(folder)/\($0)" }
    }

    private func resolved(_ path: String) -> String {
        URL(filePath: path).resolvingSymlinksInPath().path
    }

    func can(_ name: String) -> CANInterface? {
        let folder = root + "sys/class/net/\(name)"
        // ARPHRD_CAN of linux/if_arp.h.
        guard text(folder + "/type") == "280" else { return nil }
        return CANInterface(name: name, isUp: text(folder + "/operstate") != "down")
    }
}
