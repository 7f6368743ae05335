/// Why somebody was turned away or a command was not carried out.
///
/// The list is closed: ``code`` is for programs and stays as it is, ``text`` says to people what to do.
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
    // The seat.
    case pointMissing
    case unknownPoint(PointCode)
    case pointElsewhere
    // What was asked.
    case roleCannotSend
    case nothingToDo
    case notAllowed
    case programTooLong

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
        case .pointMissing: "point-missing"
        case .unknownPoint: "unknown-point"
        case .pointElsewhere: "point-elsewhere"
        case .roleCannotSend: "role-cannot-send"
        case .nothingToDo: "nothing-to-do"
        case .notAllowed: "not-allowed"
        case .programTooLong: "program-too-long"
        }
    }

    /// What happened and what to do about it, in one or two sentences.
    package var text: String {
        switch self {
        case .tokenMissing: "No token was sent. Send the room's token as Authorization: Bearer."
        case .tokenWrong: "The token is not one of this server's. Copy it again, or ask the operator for a new one."
        case .tokenExpired: "The token has expired. Ask the operator for a new one."
        case .tokenWrongRoom: "The token is for another room. Check the room's name, or ask for a token for this room."
        case .unknownRoom: "There is no such room here. Check its name with the operator."
        case .roomFull: "The room is full. Try again in a while, or ask the operator to raise the room's limit."
        case .tokenFull: "This token is in use by as many receivers as it allows. Close one, or ask for another token."
        case .pointMissing: "The token names no bridge point. Ask for a token made for your point's code."
        case .unknownPoint(let code): "The room's roster has no point \(code). Check the code, or have it added."
        case .pointElsewhere:
            "Another device is in the room as this point. Close it and try again, or ask for takeover."
        case .roleCannotSend: "This token may only receive. Ask for a token of a bridge point in order to send."
        case .nothingToDo: "The offer neither sends nor receives anything that the room has. Offer sound or picture."
        case .notAllowed: "This token's role may not do that. Ask the chair or the operator."
        case .programTooLong: "Too many points for the programme. Choose at most 16."
        }
    }

    /// The HTTP status that goes with it (RFC 9110 §15, RFC 6750 §3.1).
    package var status: Int {
        switch self {
        case .tokenMissing, .tokenWrong, .tokenExpired: 401
        case .tokenWrongRoom, .pointMissing, .unknownPoint, .roleCannotSend, .notAllowed: 403
        case .unknownRoom: 404
        case .nothingToDo: 406
        case .pointElsewhere: 409
        case .programTooLong: 422
        case .roomFull, .tokenFull: 503
        }
    }

    /// When trying again makes sense (`Retry-After`); `nil` when it makes none without a change.
    package var retryAfter: Duration? {
        switch self {
        case .pointElsewhere: .seconds(6)
        case .roomFull, .tokenFull: .seconds(30)
        case .tokenMissing, .tokenWrong, .tokenExpired, .tokenWrongRoom, .unknownRoom, .pointMissing, .unknownPoint,
            .roleCannotSend, .nothingToDo, .notAllowed, .programTooLong:
            nil
        }
    }
}
