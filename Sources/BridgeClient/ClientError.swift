/// Why clients could not be set up, for people.
package struct ClientError: Error, Sendable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
}
