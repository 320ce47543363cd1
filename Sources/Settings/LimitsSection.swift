package import ChargeControl
package import YAMLFile

/// The section `limits` for files other than the settings: a scenario of a plant has one as well.
package enum LimitsSection {
    /// Reads the section `limits` below `root`, with the defaults filled in; problems go to its collector.
    package static func read(_ root: inout MappingReader) -> ControlSettings? {
        LimitsSchema.read(&root)?.control
    }
}
