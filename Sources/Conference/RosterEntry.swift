/// What kind of bridge point somebody is.
package enum PointKind: String, CaseIterable, Sendable {
    case central, province, commune
}

/// One expected point of a room, as its roster names it.
package struct RosterEntry: Equatable, Sendable {
    package var code: PointCode
    /// As people write it; not unique, not ASCII, at most ``nameLengthRange`` characters.
    package var name: String
    package var kind: PointKind
    /// 1 for the top of the tree, counted downwards.
    package var level: Int
    /// The point above, where there is one.
    package var parent: PointCode?
    /// Whom to call; empty when nobody is named.
    package var contactName: String
    package var contactTelephone: String

    package static let nameLengthRange = 1...200
    package static let levelRange = 1...5
    package static let contactLengthRange = 0...200

    package init(
        code: PointCode, name: String, kind: PointKind, level: Int, parent: PointCode? = nil,
        contactName: String = "", contactTelephone: String = ""
    ) {
        self.code = code
        self.name = name
        self.kind = kind
        self.level = level
        self.parent = parent
        self.contactName = contactName
        self.contactTelephone = contactTelephone
    }
}
