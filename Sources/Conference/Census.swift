/// How many sessions of each kind are in: what limits are held against.
///
/// A session counts once, whether it has a media resource, a socket or both.
package struct Census: Equatable, Sendable {
    /// Seats with somebody on them are counted by the roster; these are those without a seat.
    package private(set) var observers = 0
    package private(set) var operators = 0
    package private(set) var technicians = 0
    /// Points' and chairs' sessions, up to three a seat.
    package private(set) var seated = 0
    private var byToken: [TokenID: Int] = [:]

    mutating func count(_ session: Session, by step: Int) {
        switch session.role {
        case .point, .chair: seated += step
        case .observer: observers += step
        case .operator: operators += step
        case .technician: technicians += step
        }
        guard !session.role.holdsSeat else { return }
        let count = byToken[session.token, default: 0] + step
        byToken[session.token] = count == 0 ? nil : count
    }

    /// How many of a role without a seat are in.
    func count(of role: Role) -> Int {
        switch role {
        case .point, .chair: seated
        case .observer: observers
        case .operator: operators
        case .technician: technicians
        }
    }

    /// How many sessions without a seat use `token`.
    func sessions(with token: TokenID) -> Int { byToken[token, default: 0] }
}
