import Conference
import Signalling

/// What a client makes of roster events.
extension RosterSnapshot {
    /// Brings the roster up to date at a reader.
    ///
    /// A line that is new stands at the end: a server that puts it elsewhere sends the whole roster.
    ///
    /// - Returns: Whether every change made sense; after a `false` only a whole roster can be trusted.
    @discardableResult
    mutating func apply(_ update: RosterUpdate) -> Bool {
        switch update {
        case .whole(let roster):
            self = roster
            return true
        case .changes(let delta): return apply(delta)
        }
    }

    private mutating func apply(_ delta: RosterDelta) -> Bool {
        version = delta.version
        if !delta.removed.isEmpty {
            let removed = Set(delta.removed)
            points.removeAll { removed.contains($0.code) }
        }
        guard !delta.points.isEmpty else { return true }
        var places = Dictionary(
            zip(points.lazy.map(\.code), points.indices), uniquingKeysWith: { first, _ in first })
        var isWhole = true
        for change in delta.points {
            if let place = places[change.code] {
                points[place].apply(change)
            } else if let line = RosterLineView(change) {
                places[line.code] = points.count
                points.append(line)
            } else {
                isWhole = false
            }
        }
        return isWhole
    }
}

extension RosterLineView {
    /// A line that is all changes; `nil` when a field that every line has is missing.
    init?(_ change: RosterLineChange) {
        guard let name = change.name, let kind = change.kind, let level = change.level, let state = change.state,
            let since = change.since
        else { return nil }
        self.init(code: change.code, name: name, kind: kind, level: level, state: state, since: since)
        apply(change)
    }

    /// Overwrites what `change` names.
    mutating func apply(_ change: RosterLineChange) {
        name = change.name ?? name
        kind = change.kind ?? kind
        level = change.level ?? level
        parent = change.parent ?? parent
        state = change.state ?? state
        since = change.since ?? since
        audio = change.audio ?? audio
        video = change.video ?? video
        screen = change.screen ?? screen
        muted = change.muted ?? muted
        role = change.role ?? role
        delegates = change.delegates ?? delegates
        guard change.ownPart != nil else { return }
        var details = details ?? Private()
        details.contactName = change.contactName ?? details.contactName
        details.contactTelephone = change.contactTelephone ?? details.contactTelephone
        details.path = change.path ?? details.path
        details.departure = change.departure ?? details.departure
        details.takeovers = change.takeovers ?? details.takeovers
        details.delegateList = change.delegateList ?? details.delegateList
        details.removed = change.removed ?? details.removed
        self.details = details
    }
}
