/// Somebody who sits at a point, as the point announces them.
package struct Delegate: Hashable, Sendable {
    /// 1 … ``textLimit`` characters.
    package var name: String
    /// Their office; at most ``textLimit`` characters, may be empty.
    package var post: String

    package static let textLimit = 100
    /// How many a point may announce.
    package static let countLimit = 40

    package init(name: String, post: String) {
        self.name = name
        self.post = post
    }
}
