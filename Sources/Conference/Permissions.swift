/// Who may do what: the one table that sockets, HTTP and the welcome message go by.
package enum Permissions {
    /// How far a role's right to a verb goes.
    package enum Scope: String, CaseIterable, Sendable {
        case none
        /// For the own seat: `delegates` of one's own point, `stats` as reports of one's own line.
        case own
        /// Messages to the staff alone.
        case staff
        case all
    }

    private struct Row {
        let point, chair, `operator`, observer, technician: Scope

        init(_ point: Scope, _ chair: Scope, _ operator: Scope, _ observer: Scope, _ technician: Scope) {
            self.point = point
            self.chair = chair
            self.operator = `operator`
            self.observer = observer
            self.technician = technician
        }
    }

    private static func row(of verb: Verb) -> Row {
        switch verb {
        // point, chair, operator, observer, technician
        case .ask, .withdraw:
            Row(.own, .own, .none, .none, .none)
        case .give, .take, .mute, .unmute, .program, .mode, .lock, .remove, .readmit:
            Row(.none, .all, .all, .none, .none)
        case .delegates:
            Row(.own, .own, .all, .none, .none)
        case .message:
            Row(.staff, .all, .all, .none, .all)
        case .stats:
            Row(.own, .all, .all, .none, .all)
        }
    }

    package static func scope(of verb: Verb, for role: Role) -> Scope {
        let row = row(of: verb)
        return switch role {
        case .point: row.point
        case .chair: row.chair
        case .operator: row.operator
        case .observer: row.observer
        case .technician: row.technician
        }
    }

    /// Whether `actor` may give `command` at all, whatever the room's state.
    package static func allows(_ command: Command, by actor: Actor) -> Bool {
        let scope = scope(of: command.verb, for: actor.role)
        guard scope != .none else { return false }
        switch command {
        case .delegates(_, let point): return scope == .all || point == nil || point == actor.point
        case .message(_, let target): return scope == .all || target == .staff
        case .stats(let reports, let watch):
            return (!reports || actor.role.holdsSeat) && (watch == nil || scope == .all)
        case .ask, .withdraw, .give, .take, .mute, .unmute, .program, .mode, .lock, .remove, .readmit: return true
        }
    }
}
