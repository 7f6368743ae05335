package import Conference

/// Who reads a roster line: private fields are for staff and for the point itself.
package enum LineAudience: Hashable, Sendable {
    /// Chair, operator, technician.
    case staff
    /// The point that the line is about.
    case own
    case everyone

    package var seesPrivateFields: Bool { self != .everyone }
}

/// One point of the roster, whole.
package struct RosterLineView: Equatable, Sendable {
    /// What only staff and the point itself see.
    package struct Private: Equatable, Sendable {
        package var contactName: String
        package var contactTelephone: String
        /// How its media reaches the server, such as `udp 192.0.2.7:50000`.
        package var path: String?
        /// `EndReason.code` of the last device, while nobody sits there.
        package var departure: String?
        package var takeovers: Int
        package var delegateList: [Delegate]
        /// Whether chair or operator put it out and have not readmitted it.
        package var removed: Bool

        package init(
            contactName: String = "", contactTelephone: String = "", path: String? = nil, departure: String? = nil,
            takeovers: Int = 0, delegateList: [Delegate] = [], removed: Bool = false
        ) {
            self.contactName = contactName
            self.contactTelephone = contactTelephone
            self.path = path
            self.departure = departure
            self.takeovers = takeovers
            self.delegateList = delegateList
            self.removed = removed
        }
    }

    package var code: PointCode
    package var name: String
    package var kind: PointKind
    package var level: Int
    package var parent: PointCode?
    package var state: PresenceState
    /// When `state` began, in Unix seconds.
    package var since: Int
    package var audio: Bool
    package var video: Bool
    package var screen: Bool
    /// Whether it may not be heard because it is muted.
    package var muted: Bool
    /// Who sits there; `nil` for nobody.
    package var role: Role?
    /// How many are announced.
    package var delegates: Int
    /// `nil` for those who may not see it.
    package var details: Private?

    package init(
        code: PointCode, name: String, kind: PointKind, level: Int, parent: PointCode? = nil,
        state: PresenceState = .expected, since: Int = 0, audio: Bool = false, video: Bool = false,
        screen: Bool = false, muted: Bool = false, role: Role? = nil, delegates: Int = 0, details: Private? = nil
    ) {
        self.code = code
        self.name = name
        self.kind = kind
        self.level = level
        self.parent = parent
        self.state = state
        self.since = since
        self.audio = audio
        self.video = video
        self.screen = screen
        self.muted = muted
        self.role = role
        self.delegates = delegates
        self.details = details
    }

    /// The line without what is not for `audience`.
    package func seen(by audience: LineAudience) -> RosterLineView {
        guard !audience.seesPrivateFields else { return self }
        var line = self
        line.details = nil
        return line
    }
}
