extension RosterLineChange {
    /// What makes `new` of `old`; `nil` when nothing does.
    ///
    /// - Parameters:
    ///   - old: The line as the reader has it; `nil` when it has none.
    ///   - new: The line as it is, for the same reader.
    package init?(from old: RosterLineView?, to new: RosterLineView) {
        self.init(code: new.code)
        name = changed(old?.name, new.name)
        kind = changed(old?.kind, new.kind)
        level = changed(old?.level, new.level)
        parent = changedOptional(old?.parent, new.parent)
        state = changed(old?.state, new.state)
        since = changed(old?.since, new.since)
        audio = changed(old?.audio, new.audio)
        video = changed(old?.video, new.video)
        screen = changed(old?.screen, new.screen)
        muted = changed(old?.muted, new.muted)
        role = changedOptional(old?.role, new.role)
        delegates = changed(old?.delegates, new.delegates)
        if let details = new.details { note(from: old?.details, to: details) }
        if self == RosterLineChange(code: new.code) { return nil }
    }

    private mutating func note(from old: RosterLineView.Private?, to new: RosterLineView.Private) {
        contactName = changed(old?.contactName, new.contactName)
        contactTelephone = changed(old?.contactTelephone, new.contactTelephone)
        path = changedOptional(old?.path, new.path)
        departure = changedOptional(old?.departure, new.departure)
        takeovers = changed(old?.takeovers, new.takeovers)
        delegateList = changed(old?.delegateList, new.delegateList)
        removed = changed(old?.removed ?? false, new.removed)
    }

    /// The private fields alone: what a point gets besides what everybody gets.
    package var ownPart: RosterLineChange? {
        var part = RosterLineChange(code: code)
        part.contactName = contactName
        part.contactTelephone = contactTelephone
        part.path = path
        part.departure = departure
        part.takeovers = takeovers
        part.delegateList = delegateList
        part.removed = removed
        return part == RosterLineChange(code: code) ? nil : part
    }
}

/// `new` where it differs from what the reader has.
private func changed<Value: Equatable>(_ old: Value?, _ new: Value) -> Value? { old == new ? nil : new }

/// `new` where it differs from what the reader has; for a reader without the line `nil` is no news.
private func changedOptional<Value: Equatable>(_ old: Value?, _ new: Value?) -> Value?? {
    old == new ? nil : .some(new)
}
