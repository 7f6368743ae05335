/// One `a=` line: a flag, or a name with a value (RFC 8866 §5.13).
package struct Attribute: Hashable, Sendable {
    package var name: String
    /// What follows the colon; `nil` for a flag.
    package var value: String?

    package init(_ name: String, _ value: String? = nil) {
        self.name = name
        self.value = value
    }
}

/// Whatever has attributes: the whole session, or one media section.
package protocol AttributeCarrying {
    /// In the order of their lines.
    var attributes: [Attribute] { get set }
}

extension AttributeCarrying {
    /// The value of the first attribute of this name; `nil` where there is none or it is a flag.
    package func value(of name: String) -> String? {
        attributes.first { $0.name == name && $0.value != nil }?.value
    }

    /// The values of all attributes of this name, in order.
    package func values(of name: String) -> [String] {
        attributes.compactMap { $0.name == name ? $0.value : nil }
    }

    package func has(_ name: String) -> Bool { attributes.contains { $0.name == name } }

    package mutating func add(_ name: String, _ value: String? = nil) {
        attributes.append(Attribute(name, value))
    }
}
