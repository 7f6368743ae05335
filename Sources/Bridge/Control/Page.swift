/// One file of the pages that the server itself serves.
package struct Page: Sendable {
    /// For `Content-Type`.
    package var type: String
    package var bytes: [UInt8]
    /// Strong entity tag, with its quotes (RFC 9110 §8.8.3).
    package var entityTag: String

    package init(type: String, bytes: [UInt8], entityTag: String) {
        self.type = type
        self.bytes = bytes
        self.entityTag = entityTag
    }
}
