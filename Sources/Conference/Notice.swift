/// Whom a notice is for: those of them that are in.
package enum NoticeTarget: Hashable, Sendable {
    case all
    /// Chair, operators and technicians.
    case staff
    /// Every device at these points.
    case points(Set<PointCode>)
}

/// Something that people must be told in words.
package enum NoticeKind: Hashable, Sendable {
    case floorGiven
    case floorTaken
    case floorDenied
    case floorReleased
    /// By chair or operator; cannot be lifted by the muted.
    case muted
    case unmuted
    case locked
    case unlocked
    case mode(RoomMode)
    /// A point was put out; for the staff.
    case removed(PointCode)
    case readmitted(PointCode)
    /// The server was started anew.
    case restarted
    /// Programme, floor, mutes, lock and removals were lost with the process.
    case stateLost

    /// Stable, for programs.
    package var code: String {
        switch self {
        case .floorGiven: "floor-given"
        case .floorTaken: "floor-taken"
        case .floorDenied: "floor-denied"
        case .floorReleased: "floor-released"
        case .muted: "muted"
        case .unmuted: "unmuted"
        case .locked: "locked"
        case .unlocked: "unlocked"
        case .mode(.discussion): "mode-discussion"
        case .mode(.lecture): "mode-lecture"
        case .mode(.conference): "mode-conference"
        case .removed: "point-removed"
        case .readmitted: "point-readmitted"
        case .restarted: "restarted"
        case .stateLost: "state-lost"
        }
    }

    package func text(in language: Language) -> String { texts[language] }

    private var texts: Texts {
        switch self {
        case .floorGiven:
            Texts("Chủ tọa mời điểm cầu phát biểu. Xin mời nói.", "The chair gives you the floor. Please speak.")
        case .floorTaken:
            Texts("Chủ tọa đã kết thúc lượt phát biểu của điểm cầu.", "The chair has taken the floor back from you.")
        case .floorDenied:
            Texts(
                "Chủ tọa chưa bố trí được lượt phát biểu cho điểm cầu.",
                "The chair has turned down your request to speak.")
        case .floorReleased:
            Texts("Điểm cầu đã kết thúc lượt phát biểu.", "You have given the floor back.")
        case .muted:
            Texts(
                "Chủ tọa đã tắt tiếng điểm cầu. Muốn phát biểu, xin bấm giơ tay.",
                "The chair has muted you. Raise your hand if you wish to speak.")
        case .unmuted: Texts("Chủ tọa đã bật lại tiếng của điểm cầu.", "The chair has unmuted you.")
        case .locked:
            Texts("Phòng họp đã khóa, không nhận thêm điểm cầu mới.", "The room is locked: nobody new can come in.")
        case .unlocked: Texts("Phòng họp đã mở khóa.", "The room is open again.")
        case .mode(.discussion):
            Texts("Chế độ thảo luận: mọi điểm cầu đều được nghe thấy.", "Discussion: everybody is heard.")
        case .mode(.lecture):
            Texts(
                "Chế độ thuyết trình: chỉ nghe thấy chủ tọa và một điểm cầu được mời phát biểu.",
                "Lecture: only the chair and one point that has the floor are heard.")
        case .mode(.conference):
            Texts(
                "Chế độ hội nghị: chỉ nghe thấy chủ tọa và các điểm cầu được mời phát biểu.",
                "Conference: only the chair and the points that have the floor are heard.")
        case .removed(let point):
            Texts("Điểm cầu \(point) đã bị đưa ra khỏi phòng họp.", "Point \(point) was put out of the room.")
        case .readmitted(let point):
            Texts("Điểm cầu \(point) được phép vào lại phòng họp.", "Point \(point) may come in again.")
        case .restarted: Texts("Máy chủ vừa khởi động lại.", "The server was restarted.")
        case .stateLost:
            Texts(
                "Máy chủ vừa khởi động lại: chương trình hình, lượt phát biểu, tắt tiếng, khóa phòng và các điểm cầu bị "
                    + "đưa ra cần đặt lại.",
                "The server was restarted: set programme, floor, mutes, lock and removals anew.")
        }
    }
}
