public import YAMLFile

extension BusbarSettings {
    /// Reads the settings file at `path`.
    ///
    /// - Parameters:
    ///   - path: The path of the file; problems call the file by it.
    ///   - catalogue: The drivers and profiles there are.
    /// - Returns: The settings, with the defaults filled in.
    /// - Throws: Every problem of the file at once; one that cannot be opened is a problem of its first line.
    public static func read(
        path: String, knowing catalogue: DeviceCatalogue
    ) throws(SettingsProblems) -> BusbarSettings {
        try read(bytes: try YAMLText.contents(of: path), file: path, knowing: catalogue)
    }
}
