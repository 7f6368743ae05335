import Conference
import Participant
import Signalling

/// The words of `join`'s screen.
struct JoinWords {
    private let isVietnamese: Bool

    init(_ language: Language) { isVietnamese = language == .vi }

    private func text(_ vietnamese: String, _ english: String) -> String { isVietnamese ? vietnamese : english }

    // MARK: The room

    var present: String { text("Có mặt", "Present") }
    var locked: String { text("ĐÃ KHÓA PHÒNG", "LOCKED") }
    var socketLost: String { text("mất tín hiệu điều khiển, đang nối lại", "signalling lost, reconnecting") }
    var mainPicture: String { text("Hình chính", "Main picture") }
    var smallPictures: String { text("Hình nhỏ", "Small pictures") }
    var speaking: String { text("Đang nói", "Speaking") }
    var floor: String { text("Phát biểu", "Floor") }
    var queue: String { text("Chờ phát biểu", "Queue") }
    var nobody: String { text("chưa có", "nobody") }
    var screen: String { text("màn hình", "screen") }
    func observers(_ count: Int) -> String { text("\(count) người theo dõi", "\(count) observers") }
    func waiting(_ count: Int) -> String { text("\(count) điểm", "\(count)") }

    func mode(_ mode: RoomMode) -> String {
        switch mode {
        case .discussion: text("thảo luận", "discussion")
        case .lecture: text("thuyết trình", "lecture")
        case .conference: text("hội nghị", "conference")
        }
    }

    func slot(_ state: SlotView.State) -> String {
        switch state {
        case .empty, .on: ""
        case .waiting: text("đang chờ hình", "on its way")
        case .codec: text("không giải mã được hình", "picture can't be decoded")
        }
    }

    // MARK: Me

    var me: String { text("Điểm cầu này", "This point") }
    var onMainPicture: String { text("TRÊN HÌNH CHÍNH", "ON THE MAIN PICTURE") }
    var haveFloor: String { text("ĐANG ĐƯỢC PHÁT BIỂU", "YOU HAVE THE FLOOR") }
    func myPlace(_ place: Int) -> String { text("✋ chờ phát biểu, thứ \(place)", "✋ hand up, place \(place)") }
    var mutedByChair: String { text("BỊ CHỦ TỌA TẮT TIẾNG", "MUTED BY THE CHAIR") }
    var notHeard: String { text("chưa được phát biểu, không ai nghe", "not heard without the floor") }
    var sending: String { text("Đang gửi", "Sending") }
    var microphone: String { text("micrô", "microphone") }
    var camera: String { text("camera", "camera") }
    var on: String { text("bật", "on") }
    var off: String { text("TẮT", "OFF") }
    var none: String { text("không có", "none") }
    func delegates(_ count: Int) -> String { text("\(count) đại biểu", "\(count) delegates") }
    var up: String { text("Chiều gửi", "Up") }
    var down: String { text("Chiều nhận", "Down") }
    var loss: String { text("mất gói", "loss") }
    var roundTrip: String { text("trễ khứ hồi", "round trip") }
    var jitter: String { text("dao động", "jitter") }

    func connection(_ state: SessionState) -> String {
        switch state {
        case .idle, .joining: text("đang vào phòng…", "joining…")
        case .connecting: text("đang nối hình và tiếng…", "connecting sound and picture…")
        case .connected: text("đã kết nối", "connected")
        case .waiting: text("mất kết nối, sẽ tự nối lại", "lost, will reconnect by itself")
        case .leaving: text("đang rời phòng…", "leaving…")
        case .ended: text("đã kết thúc", "ended")
        }
    }

    // MARK: What was said

    func role(_ role: Role) -> String {
        switch role {
        case .point: ""
        case .chair: text("Chủ tọa", "Chair")
        case .operator: text("Điều hành", "Operator")
        case .observer: text("Người theo dõi", "Observer")
        case .technician: text("Kỹ thuật", "Technician")
        }
    }

    /// Whom a message is for, unless it is for all.
    func target(_ target: MessageTarget, own: PointCode?, name: (PointCode) -> String) -> String {
        switch target {
        case .all: ""
        case .staff: text(" (gửi ban điều hành)", " (to staff)")
        case .point(let point) where point == own: text(" (gửi riêng điểm cầu này)", " (to you)")
        case .point(let point): text(" (gửi \(name(point)))", " (to \(name(point)))")
        }
    }

    // MARK: Keys

    var messagePrompt: String { text("Nhắn ban điều hành:", "Message to staff:") }
    var delegatesPrompt: String {
        text(
            "Đại biểu (họ tên, chức vụ; họ tên, chức vụ):", "Delegates (name, post; name, post):")
    }
    var promptKeys: String { text("Enter gửi   Esc bỏ", "Enter send   Esc cancel") }

    /// Where there is no room for ``keys(holdsFloor:isWaiting:)``.
    var shortKeys: String { text("m mic  v cam  h tay  d đb  t tin  q rời", "m mic  v cam  h hand  d del  t msg  q") }

    func keys(holdsFloor: Bool, isWaiting: Bool) -> String {
        let hand =
            holdsFloor
            ? text("kết thúc phát biểu", "give floor back")
            : isWaiting ? text("hạ tay", "hand down") : text("giơ tay", "hand up")
        return text(
            "m micrô  v camera  h \(hand)  d đại biểu  t nhắn tin  q rời phòng",
            "m microphone  v camera  h \(hand)  d delegates  t message  q leave")
    }
}
