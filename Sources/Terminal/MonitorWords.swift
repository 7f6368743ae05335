import Conference
import Participant
import Signalling

/// The words of `monitor`'s screen.
struct MonitorWords {
    private let isVietnamese: Bool

    init(_ language: Language) { isVietnamese = language == .vi }

    private func text(_ vietnamese: String, _ english: String) -> String { isVietnamese ? vietnamese : english }

    func state(_ state: HealthState) -> String {
        switch state {
        case .good: text("tốt", "good")
        case .fair: text("khá", "fair")
        case .poor: text("kém", "poor")
        case .lost: text("mất", "lost")
        case .none: text("vắng", "none")
        }
    }

    var title: String { text("Giám sát đường truyền", "Line monitor") }
    var point: String { text("ĐIỂM CẦU", "POINT") }
    var up: String { text("CHIỀU GỬI", "UP") }
    var down: String { text("CHIỀU NHẬN", "DOWN") }
    var loss: String { text("mất", "loss") }
    var waiting: String { text("Đang chờ số liệu…", "Waiting for figures…") }
    var nothingFound: String { text("Không có điểm cầu nào khớp.", "No point matches.") }
    var notJoined: String { text("mất kết nối với máy chủ, đang nối lại", "server lost, reconnecting") }
    var filterPrompt: String { text("Lọc", "Filter") }
    var more: String { text("nữa", "more") }
    var path: String { text("Đường đi", "Path") }
    var reconnects: String { text("lần nối lại", "reconnects") }
    var client: String { text("Thiết bị báo", "Device says") }
    var marked: String { text("số liệu vô lý, đã cắt", "absurd, cut to bounds") }
    var rate: String { text("tốc độ", "rate") }
    var lossBefore: String { text("mất gói", "loss") }
    var lossAfter: String { text("sau sửa", "repaired") }
    var jitter: String { text("dao động", "jitter") }
    var delay: String { text("hàng đợi", "queues") }
    var roundTrip: String { text("khứ hồi", "round trip") }
    var frames: String { text("hình/giây", "fps") }
    var keyframe: String { text("hình khóa", "keyframe") }
    var lastMinutes: String { text("5 phút gần nhất", "last 5 minutes") }
    var noHistory: String { text("đang lấy số liệu…", "fetching…") }
    var limitedBy: String { text("giới hạn bởi", "limited by") }
    var freezes: String { text("đứng hình", "freezes") }

    var tableKeys: String {
        text(
            "↑↓ chọn  Enter chi tiết  / lọc  Esc bỏ lọc  q thoát",
            "↑↓ choose  Enter details  / filter  Esc clear  q quit")
    }
    var filterKeys: String { text("Enter giữ lọc  Esc bỏ", "Enter keep  Esc clear") }
    var detailKeys: String { text("↑↓ điểm khác  Esc trở lại  Ctrl-C thoát", "↑↓ other point  Esc back  Ctrl-C quit") }
}

/// How a state looks: colour and shape, so that either is enough.
extension HealthState {
    var symbol: String {
        switch self {
        case .good: "●"
        case .fair: "◐"
        case .poor: "▲"
        case .lost: "✖"
        case .none: "·"
        }
    }

    var style: TextStyle {
        switch self {
        case .good: .good
        case .fair: .warning
        case .poor: TextStyle(color: .red)
        case .lost: .alarm
        case .none: .dim
        }
    }
}
