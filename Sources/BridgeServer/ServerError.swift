/// Why a server can't start or go on, in one line for whoever started it.
package struct ServerError: Error, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
}
