package import Conference

extension RosterLineView {
    /// The line with everything that staff see; ``seen(by:)`` takes away what is not for others.
    ///
    /// - Parameters:
    ///   - line: As the room has it.
    ///   - since: `line.since` in Unix seconds.
    package init(_ line: RosterLine, since: Int) {
        let details = Private(
            contactName: line.entry.contactName, contactTelephone: line.entry.contactTelephone, path: line.path,
            departure: line.departure?.code, takeovers: line.takeovers, delegateList: line.delegates,
            removed: line.isRemoved)
        self.init(
            code: line.entry.code, name: line.entry.name, kind: line.entry.kind, level: line.entry.level,
            parent: line.entry.parent, state: line.state, since: since, audio: line.media.audio,
            video: line.media.video, screen: line.media.screen, muted: line.muted, role: line.role,
            delegates: line.delegates.count, details: details)
    }
}
