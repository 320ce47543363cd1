import BatteryModel
import Gateway
import InverterProfiles
import LinuxIO
import Recordings
import Reporting

extension RecordingFiles.Plan {
    /// Files of everything on the buses of a gateway.
    init(_ configuration: GatewayConfiguration, settings: String, run record: RecordOptions) {
        self.init(configuration, settings, .folder(record.folder, stem: "run"))
        rotation = RotationArgument(bytes: record.fileSize)
        keep = record.keep
    }

    /// Files of what was on the buses before an alarm.
    init(_ configuration: GatewayConfiguration, settings: String, alarm folder: String) {
        self.init(configuration, settings, .folder(folder, stem: "alarm"))
        mostFiles = BlackBox.mostFiles
    }

    private init(_ configuration: GatewayConfiguration, _ settings: String, _ place: Place) {
        self.init(place: place, format: RecordingFormat.named("busbar") ?? RecordingFormat.usual)
        head = ["busbar \(Busbar.version)"]
        head += configuration.buses.map { "link \($0.name): \($0.address)" }
        head += configuration.packs.map {
            "pack \($0.name): \($0.protocolID) on \(configuration.buses[$0.bus].name), address \($0.address)"
        }
        head += configuration.inverters.map {
            "inverter: \($0.profile.sheet.id) on \(configuration.buses[$0.bus].name)"
        }
        head.append("settings:")
        head += settings.split(separator: "\n", omittingEmptySubsequences: false).map { "| \($0)" }
    }
}

extension TapeWriter.Progress {
    /// For the status.
    var described: StatusDocument.Recording {
        StatusDocument.Recording(path: path, bytesWritten: bytes, missed: missed)
    }
}

extension TapeItems {
    /// The buses of a gateway that runs now.
    init(_ configuration: GatewayConfiguration) {
        let ahead = WallClock.unixNanoseconds - MonotonicClock.now().nanoseconds
        self.init(configuration.buses.map(\.name), ahead: ahead)
    }
}
