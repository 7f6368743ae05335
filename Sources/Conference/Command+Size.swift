extension Command {
    /// How many points a command may name: as many as a roster may have.
    static let pointLimit = RoomDefinition.rosterCountRange.upperBound

    /// What is too much, or missing, in what the command says; `nil` when nothing is.
    var oversize: Refusal? {
        do throws(Refusal) {
            try checkSize()
            return nil
        } catch {
            return error
        }
    }

    private func checkSize() throws(Refusal) {
        switch self {
        case .mute(.points(let points)), .unmute(.points(let points)):
            guard points.count <= Self.pointLimit else { throw .tooManyPoints }
        case .program(let points):
            guard RoomDefinition.programCountRange.contains(points.count) else { throw .programTooLong }
        case .remove(_, let reason): try CommandText.check(reason, limit: Removal.reasonLimit)
        case .delegates(let delegates, _): try Self.check(delegates)
        case .message(let text, _):
            try CommandText.check(text, limit: RoomMessage.textLimit)
            guard !CommandText.isBlank(text) else { throw .messageEmpty }
        case .ask, .withdraw, .give, .take, .mute(.all), .unmute(.all), .mode, .lock, .readmit, .stats: break
        }
    }

    private static func check(_ delegates: [Delegate]) throws(Refusal) {
        guard delegates.count <= Delegate.countLimit else { throw .tooManyDelegates }
        for delegate in delegates {
            try CommandText.check(delegate.name, limit: Delegate.textLimit)
            try CommandText.check(delegate.post, limit: Delegate.textLimit)
            guard !CommandText.isBlank(delegate.name) else { throw .delegateNameMissing }
        }
    }
}
