import Conference
import Participant
import Terminal
import Units

/// What `join` says in lines.
struct JoinTexts {
    private let isVietnamese: Bool

    init(_ language: Language) { isVietnamese = language == .vi }

    private func text(_ vietnamese: String, _ english: String) -> String { isVietnamese ? vietnamese : english }

    func connected(_ settings: SessionSettings) -> String {
        text(
            "đã kết nối: \(settings.server), phòng \(settings.room)",
            "connected to \(settings.server), room \(settings.room)")
    }

    func next(_ pause: Duration?) -> String {
        guard let pause else { return "" }
        let seconds = Figures(isVietnamese ? .vi : .en).number(pause.inSeconds, 1)
        return text("; thử lại sau \(seconds) s", "; next try in \(seconds) s")
    }

    func lost(_ reason: LossReason) -> String { text("mất kết nối: \(why(reason))", "lost: \(why(reason))") }

    /// The system's own words, for those who look for the cause, behind ours.
    func unreachable(_ reason: String) -> String { text("chưa tới được máy chủ: \(reason)", reason) }

    var notBack: String { text("máy chủ chưa trở lại", "the server has not come back") }

    func why(_ reason: LossReason) -> String {
        guard isVietnamese else { return reason.rawValue }
        return switch reason {
        case .closedByServer: "máy chủ đã đóng"
        case .serverSilent: "máy chủ không trả lời"
        case .handshakeFailed: "không thiết lập được mã hóa"
        case .keysExhausted: "đã dùng hết số gói"
        }
    }

    func gaveUp(_ reason: String) -> String { text("thôi không thử nữa: \(reason)", "gave up: \(reason)") }
    func refused(_ reason: String) -> String { text("bị từ chối: \(reason)", "refused: \(reason)") }

    var replaced: String {
        text(
            "bị thay thế: một thiết bị khác đã vào chỗ này, hoặc chủ tọa đã đưa ra",
            "replaced: another device has this seat now, or we were removed")
    }

    func socketRefused(_ reason: String) -> String {
        text("máy chủ không cho điều khiển: \(reason)", "no signalling: \(reason)")
    }

    var unanswered: String { text("máy chủ chưa trả lời lệnh vừa rồi", "the server did not answer the last command") }
    var notPossibleNow: String { text("lúc này chưa làm được", "not possible now") }
    func announced(_ count: Int) -> String { text("đã báo \(count) đại biểu", "\(count) delegates announced") }

    func delegates(_ problem: DelegateText.Problem) -> String {
        switch problem {
        case .tooMany:
            text("tối đa \(Delegate.countLimit) đại biểu", "at most \(Delegate.countLimit) delegates")
        case .tooLong(let words):
            text("quá dài: \(words)", "too long: \(words)")
        }
    }
}
