/// Why somebody was turned away or a command was not carried out.
///
/// The list is closed: ``code`` is for programs and stays as it is, ``text(in:)`` says to people what to do.
package enum Refusal: Error, Hashable, Sendable {
    // Tokens, judged before the room is asked.
    case tokenMissing
    case tokenWrong
    case tokenExpired
    case tokenWrongRoom
    // The room.
    case unknownRoom
    case roomFull
    case tokenFull
    /// Only who was here before, and those who run the conference, may come in.
    case roomLocked
    /// Put out by chair or operator and not readmitted.
    case removed
    // The seat.
    case pointMissing
    case unknownPoint(PointCode)
    case pointElsewhere
    // What was asked.
    case roleCannotSend
    case nothingToDo
    case notAllowed
    case programTooLong
    // The message that a command came in.
    case badMessage
    case unsupported
    case tooManyCommands(retryAfter: Duration)
    // What a command says.
    case messageEmpty
    /// Longer than so many characters.
    case textTooLong(limit: Int)
    case tooManyDelegates
    case delegateNameMissing
    case tooManyPoints
    // What the room's state does not allow.
    case alreadyAsked
    case alreadyHolds
    case notQueued
    case notHolding
    case nobodyThere
    /// Seats of the chair are not the operator's to silence or to empty, and nobody puts out themselves.
    case isChair
    case floorFull
    case notRemoved

    /// Stable, for programs.
    package var code: String {
        switch self {
        case .tokenMissing: "token-missing"
        case .tokenWrong: "token-wrong"
        case .tokenExpired: "token-expired"
        case .tokenWrongRoom: "token-wrong-room"
        case .unknownRoom: "unknown-room"
        case .roomFull: "room-full"
        case .tokenFull: "token-full"
        case .roomLocked: "room-locked"
        case .removed: "removed"
        case .pointMissing: "point-missing"
        case .unknownPoint: "unknown-point"
        case .pointElsewhere: "point-elsewhere"
        case .roleCannotSend: "role-cannot-send"
        case .nothingToDo: "nothing-to-do"
        case .notAllowed: "not-allowed"
        case .programTooLong: "program-too-long"
        case .tooManyCommands: "too-many-commands"
        case .badMessage, .unsupported, .messageEmpty, .textTooLong, .tooManyDelegates,
            .delegateNameMissing, .tooManyPoints, .alreadyAsked, .alreadyHolds, .notQueued, .notHolding, .nobodyThere,
            .isChair, .floorFull, .notRemoved:
            commandCode
        }
    }

    /// The HTTP status that goes with it (RFC 9110 §15, RFC 6750 §3.1, RFC 4918 §11.3, RFC 6585 §4).
    package var status: Int {
        switch self {
        case .badMessage: 400
        case .tokenMissing, .tokenWrong, .tokenExpired: 401
        case .tokenWrongRoom, .pointMissing, .unknownPoint, .roleCannotSend, .notAllowed, .removed, .isChair: 403
        case .unknownRoom, .unsupported: 404
        case .nothingToDo: 406
        case .pointElsewhere, .alreadyAsked, .alreadyHolds, .notQueued, .notHolding, .nobodyThere, .floorFull,
            .notRemoved:
            409
        case .programTooLong, .messageEmpty, .textTooLong, .tooManyDelegates, .delegateNameMissing, .tooManyPoints:
            422
        case .roomLocked: 423
        case .tooManyCommands: 429
        case .roomFull, .tokenFull: 503
        }
    }

    /// When trying again makes sense (`Retry-After`); `nil` when it makes none without a change.
    package var retryAfter: Duration? {
        switch self {
        case .pointElsewhere: .seconds(6)
        case .roomFull, .tokenFull: .seconds(30)
        case .tooManyCommands(let delay): delay
        case .tokenMissing, .tokenWrong, .tokenExpired, .tokenWrongRoom, .unknownRoom, .pointMissing, .unknownPoint,
            .roleCannotSend, .nothingToDo, .notAllowed, .programTooLong, .roomLocked, .removed, .badMessage,
            .unsupported, .messageEmpty, .textTooLong, .tooManyDelegates, .delegateNameMissing, .tooManyPoints,
            .alreadyAsked, .alreadyHolds, .notQueued, .notHolding, .nobodyThere, .isChair, .floorFull, .notRemoved:
            nil
        }
    }
}

extension Refusal {
    /// Codes that only answers to commands have.
    private var commandCode: String {
        switch self {
        case .badMessage: "bad-message"
        case .unsupported: "unsupported"
        case .messageEmpty: "message-empty"
        case .textTooLong: "text-too-long"
        case .tooManyDelegates: "too-many-delegates"
        case .delegateNameMissing: "delegate-name-missing"
        case .tooManyPoints: "too-many-points"
        case .alreadyAsked: "already-asked"
        case .alreadyHolds: "already-holds"
        case .notQueued: "not-queued"
        case .notHolding: "not-holding"
        case .nobodyThere: "nobody-there"
        case .isChair: "is-chair"
        case .floorFull: "floor-full"
        case .notRemoved: "not-removed"
        case .tokenMissing, .tokenWrong, .tokenExpired, .tokenWrongRoom, .unknownRoom, .roomFull, .tokenFull,
            .roomLocked, .removed, .pointMissing, .unknownPoint, .pointElsewhere, .roleCannotSend, .nothingToDo,
            .notAllowed, .programTooLong, .tooManyCommands:
            code
        }
    }
}
