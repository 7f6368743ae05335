extension BridgeRoom {
    /// Whether the session has anything left in the room.
    package func has(_ session: SessionID) -> Bool { sessions[session] != nil }

    /// How many sessions the room has; each has its secret.
    package var sessionCount: Int { max(sessions.count, sessionsBySecret.count) }
}
