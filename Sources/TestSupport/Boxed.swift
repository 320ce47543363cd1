/// A large value in a place of its own: whoever hands on what holds it does not copy it, nor does the compiler take it
/// apart at every such place, for which it would need minutes.
///
/// Copies of what holds it share it.
@propertyWrapper
public final class Boxed<Value> {
    /// The value.
    public var wrappedValue: Value

    /// Puts a value into a box.
    public init(wrappedValue: Value) { self.wrappedValue = wrappedValue }
}
