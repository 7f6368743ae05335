/// Why a media resource or socket ended.
package enum EndReason: Hashable, Sendable {
    /// How a participant goes of its own accord, or its transport under it.
    package enum Departure: String, CaseIterable, Sendable {
        /// DELETE on the resource.
        case deleted
        /// DTLS close_notify.
        case closed
        /// The transport failed: DTLS alert, forged certificate, spent packet indexes.
        case failed
        /// `leave` over the socket.
        case left
    }

    /// A newer resource has the seat. Final: the device does not come back by itself.
    case replaced
    /// No ICE check within 15 s.
    case iceTimeout
    /// No DTLS handshake within 10 s of the first ICE check.
    case dtlsTimeout
    /// Nothing authenticated for 30 s.
    case absent
    case left(Departure)
    /// Put out by chair or operator. Final until readmitted.
    case removed
    /// A newer socket of the same session goes on: nothing that the device must be told.
    case resumed
    /// The server is going down.
    case shutDown

    /// Stable, for programs.
    package var code: String {
        switch self {
        case .replaced: "replaced"
        case .iceTimeout: "ice-timeout"
        case .dtlsTimeout: "dtls-timeout"
        case .absent: "absent"
        case .left(let departure): departure.rawValue
        case .removed: "removed"
        case .resumed: "resumed"
        case .shutDown: "shutdown"
        }
    }

    /// Whether the device should come back by itself.
    package var invitesReturn: Bool {
        switch self {
        case .iceTimeout, .dtlsTimeout, .absent, .shutDown, .left(.failed): true
        case .replaced, .removed, .resumed, .left(.deleted), .left(.closed), .left(.left): false
        }
    }

    /// What to tell the device.
    package func text(in language: Language) -> String { texts[language] }

    private var texts: Texts {
        switch self {
        case .replaced:
            Texts("Một thiết bị khác đã vào thay tại điểm cầu này.", "Another device has taken this point's place.")
        case .iceTimeout, .dtlsTimeout:
            Texts("Không lập được đường truyền hình và tiếng.", "No connection for sound and picture came about.")
        case .absent: Texts("Mất liên lạc quá 30 giây.", "Nothing was heard of this device for 30 seconds.")
        case .left: Texts("Thiết bị đã rời phòng họp.", "This device has left the room.")
        case .removed:
            Texts("Chủ tọa đã đưa điểm cầu này ra khỏi phòng họp.", "The chair has put this point out of the room.")
        case .resumed:
            Texts("Phiên làm việc tiếp tục trên kết nối mới.", "The session goes on over a newer connection.")
        case .shutDown: Texts("Máy chủ đang dừng, sẽ tự kết nối lại.", "The server is going down. Reconnecting.")
        }
    }
}
