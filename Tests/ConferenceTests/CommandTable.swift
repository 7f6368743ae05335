import Conference
import Testing

/// Who may do what, written down once more for the tests, by role: `yes`, or the code of the refusal.
///
/// A verb has as many rows as it has cases of different right.
enum CommandTable {
    static let text = """
        what            point        chair        operator     observer     technician
        ask             yes          yes          not-allowed  not-allowed  not-allowed
        withdraw        yes          yes          not-allowed  not-allowed  not-allowed
        give            not-allowed  yes          yes          not-allowed  not-allowed
        take            not-allowed  yes          yes          not-allowed  not-allowed
        take-all        not-allowed  yes          yes          not-allowed  not-allowed
        mute            not-allowed  yes          yes          not-allowed  not-allowed
        mute-all        not-allowed  yes          yes          not-allowed  not-allowed
        mute-chair      not-allowed  yes          is-chair     not-allowed  not-allowed
        unmute          not-allowed  yes          yes          not-allowed  not-allowed
        unmute-all      not-allowed  yes          yes          not-allowed  not-allowed
        unmute-chair    not-allowed  yes          yes          not-allowed  not-allowed
        program         not-allowed  yes          yes          not-allowed  not-allowed
        mode-discussion not-allowed  yes          yes          not-allowed  not-allowed
        mode-lecture    not-allowed  yes          yes          not-allowed  not-allowed
        mode-conference not-allowed  yes          yes          not-allowed  not-allowed
        lock            not-allowed  yes          yes          not-allowed  not-allowed
        unlock          not-allowed  yes          yes          not-allowed  not-allowed
        remove          not-allowed  yes          yes          not-allowed  not-allowed
        remove-chair    not-allowed  yes          is-chair     not-allowed  not-allowed
        readmit         not-allowed  not-removed  not-removed  not-allowed  not-allowed
        delegates       yes          yes          point-missing not-allowed not-allowed
        delegates-other not-allowed  not-allowed  yes          not-allowed  not-allowed
        message-all     not-allowed  yes          yes          not-allowed  yes
        message-staff   yes          yes          yes          not-allowed  yes
        message-point   not-allowed  yes          yes          not-allowed  yes
        report          yes          yes          not-allowed  not-allowed  not-allowed
        watch           not-allowed  yes          yes          not-allowed  yes
        """

    /// The command of a row, given by somebody at `own` about `other`; `chair` is a seat of the chair.
    static func command(_ row: String, other: PointCode, chair: PointCode) throws -> Command {
        switch row {
        case "ask": .ask
        case "withdraw": .withdraw
        case "give": .give(other)
        case "take": .take(other)
        case "take-all": .take(nil)
        case "mute": .mute(.points([other]))
        case "mute-all": .mute(.all)
        case "mute-chair": .mute(.points([other, chair]))
        case "unmute": .unmute(.points([other]))
        case "unmute-all": .unmute(.all)
        case "unmute-chair": .unmute(.points([chair]))
        case "program": .program([other])
        case "mode-discussion": .mode(.discussion)
        case "mode-lecture": .mode(.lecture)
        case "mode-conference": .mode(.conference)
        case "lock": .lock(true)
        case "unlock": .lock(false)
        case "remove": .remove(other, reason: "lý do")
        case "remove-chair": .remove(chair, reason: "")
        case "readmit": .readmit(other)
        case "delegates": .delegates([Delegate(name: "Nguyễn Văn An", post: "Chủ tịch")], of: nil)
        case "delegates-other": .delegates([Delegate(name: "Trần Thị Bình", post: "")], of: other)
        case "message-all": .message("Xin chào", to: .all)
        case "message-staff": .message("Mất tiếng", to: .staff)
        case "message-point": .message("Xin bật camera", to: .point(other))
        case "report": .stats(reports: true, watch: nil)
        default: .stats(reports: false, watch: true)
        }
    }

    /// By row and role.
    static let answers: [(row: String, answers: [Role: String])] = {
        let lines = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        let roles = lines[0].dropFirst().compactMap { Role(rawValue: $0) }
        return lines.dropFirst().map { cells in
            (cells[0], Dictionary(zip(roles, cells.dropFirst()), uniquingKeysWith: { first, _ in first }))
        }
    }()
}
