extension BridgeRoom {
    /// Whether the session has anything left in the room.
    package func has(_ session: SessionID) -> Bool { sessions[session] != nil }
}
