extension Refusal {
    /// What happened and what to do about it, in two sentences.
    package func text(in language: Language) -> String { (doorTexts ?? commandTexts ?? Texts(code, code))[language] }

    package var text: String { text(in: .en) }

    /// Of whoever is not let in.
    private var doorTexts: Texts? {
        switch self {
        case .tokenMissing:
            Texts(
                "Chưa gửi mã truy cập. Hãy gửi mã của phòng họp ở dạng Authorization: Bearer.",
                "No token was sent. Send the room's token as Authorization: Bearer.")
        case .tokenWrong:
            Texts(
                "Mã truy cập không phải của máy chủ này. Hãy sao chép lại mã, hoặc xin người điều hành mã mới.",
                "The token is not one of this server's. Copy it again, or ask the operator for a new one.")
        case .tokenExpired:
            Texts(
                "Mã truy cập đã hết hạn. Hãy xin người điều hành mã mới.",
                "The token has expired. Ask the operator for a new one.")
        case .tokenWrongRoom:
            Texts(
                "Mã truy cập dành cho phòng họp khác. Hãy kiểm tra tên phòng, hoặc xin mã của phòng này.",
                "The token is for another room. Check the room's name, or ask for a token for this room.")
        case .unknownRoom:
            Texts(
                "Ở đây không có phòng họp này. Hãy hỏi lại người điều hành tên phòng.",
                "There is no such room here. Check its name with the operator.")
        case .roomFull:
            Texts(
                "Phòng họp đã đủ số lượng. Hãy thử lại sau ít phút, hoặc đề nghị người điều hành tăng giới hạn của phòng.",
                "The room is full. Try again in a while, or ask the operator to raise the room's limit.")
        case .tokenFull:
            Texts(
                "Mã truy cập này đang được dùng hết số máy cho phép. Hãy đóng bớt một máy, hoặc xin mã khác.",
                "This token is in use by as many receivers as it allows. Close one, or ask for another token.")
        case .roomLocked:
            Texts(
                "Phòng họp đã khóa. Hãy liên hệ chủ tọa hoặc người điều hành để được vào.",
                "The room is locked. Ask the chair or the operator to let you in.")
        case .removed:
            Texts(
                "Điểm cầu đã bị đưa ra khỏi phòng họp. Hãy liên hệ chủ tọa hoặc người điều hành để được vào lại.",
                "This point was put out of the room. Ask the chair or the operator to readmit it.")
        case .pointMissing, .unknownPoint, .pointElsewhere, .roleCannotSend, .nothingToDo, .notAllowed: seatTexts
        case .programTooLong, .badMessage, .unsupported, .tooManyCommands, .messageEmpty, .textTooLong,
            .tooManyDelegates, .delegateNameMissing, .tooManyPoints, .alreadyAsked, .alreadyHolds, .notQueued,
            .notHolding, .nobodyThere, .isChair, .floorFull, .notRemoved:
            nil
        }
    }

    private var seatTexts: Texts? {
        switch self {
        case .pointMissing:
            Texts(
                "Mã truy cập không ghi điểm cầu nào. Hãy xin mã được cấp cho đúng mã số điểm cầu của mình.",
                "The token names no bridge point. Ask for a token made for your point's code.")
        case .unknownPoint(let code):
            Texts(
                "Danh sách của phòng họp không có điểm cầu \(code). Hãy kiểm tra mã số, hoặc đề nghị bổ sung điểm cầu.",
                "The room's roster has no point \(code). Check the code, or have it added.")
        case .pointElsewhere:
            Texts(
                "Một thiết bị khác đang dùng điểm cầu này. Hãy đóng thiết bị đó rồi thử lại, hoặc chọn vào thay thế.",
                "Another device is in the room as this point. Close it and try again, or ask for takeover.")
        case .roleCannotSend:
            Texts(
                "Mã truy cập này chỉ được nhận hình và tiếng. Muốn phát, hãy xin mã của một điểm cầu.",
                "This token may only receive. Ask for a token of a bridge point in order to send.")
        case .nothingToDo:
            Texts(
                "Đề nghị kết nối không gửi và không nhận gì mà phòng họp có. Hãy đề nghị gửi hoặc nhận tiếng, hình.",
                "The offer neither sends nor receives anything that the room has. Offer sound or picture.")
        case .notAllowed:
            Texts(
                "Vai trò của mã truy cập này không được làm việc đó. Hãy đề nghị chủ tọa hoặc người điều hành.",
                "This token's role may not do that. Ask the chair or the operator.")
        default: nil
        }
    }

    /// Of what a command says.
    private var commandTexts: Texts? {
        switch self {
        case .badMessage:
            Texts(
                "Không đọc được thông điệp. Hãy gửi một đối tượng JSON đúng quy định.",
                "The message can't be read. Send one JSON object as the protocol says.")
        case .unsupported:
            Texts(
                "Máy chủ không biết lệnh này. Hãy tải lại trang hoặc dùng phiên bản phù hợp.",
                "The server doesn't know this command. Reload the page, or use a version that fits.")
        case .tooManyCommands:
            Texts(
                "Gửi lệnh quá nhanh. Hãy chờ giây lát rồi thử lại.",
                "Too many commands at once. Wait a moment and try again.")
        case .messageEmpty:
            Texts(
                "Tin nhắn chưa có nội dung. Hãy nhập nội dung rồi gửi.",
                "The message is empty. Write something first.")
        case .textTooLong(let limit):
            Texts(
                "Nội dung quá dài. Hãy rút gọn còn tối đa \(limit) ký tự.",
                "The text is too long. Use at most \(limit) characters.")
        case .tooManyDelegates:
            Texts(
                "Danh sách đại biểu quá dài. Mỗi điểm cầu khai tối đa \(Delegate.countLimit) người.",
                "Too many delegates. A point announces at most \(Delegate.countLimit).")
        case .delegateNameMissing:
            Texts(
                "Có đại biểu chưa ghi họ tên. Hãy nhập họ tên hoặc xóa dòng đó.",
                "A delegate has no name. Fill it in, or take the line out.")
        case .programTooLong:
            Texts(
                "Chương trình hình có quá nhiều điểm cầu. Hãy chọn tối đa 16 điểm cầu.",
                "Too many points for the programme. Choose at most 16.")
        case .tooManyPoints:
            Texts(
                "Lệnh nêu quá nhiều điểm cầu. Hãy chọn tất cả, hoặc chia thành nhiều lệnh.",
                "Too many points in one command. Choose all, or send several commands.")
        default: stateTexts
        }
    }

    /// Of what the room's state does not allow.
    private var stateTexts: Texts? {
        switch self {
        case .alreadyAsked:
            Texts(
                "Điểm cầu đã đăng ký phát biểu. Hãy chờ chủ tọa mời.",
                "The point has asked already. Wait for the chair.")
        case .alreadyHolds:
            Texts(
                "Điểm cầu đang có quyền phát biểu. Không cần làm gì thêm.",
                "The point has the floor already. There is nothing more to do.")
        case .notQueued:
            Texts(
                "Điểm cầu chưa đăng ký phát biểu. Hãy bấm giơ tay để đăng ký.",
                "The point has not asked for the floor. Ask first.")
        case .notHolding:
            Texts(
                "Điểm cầu không có quyền phát biểu và cũng không chờ phát biểu. Hãy xem lại danh sách phát biểu.",
                "The point neither has the floor nor waits for it. Look at the list of speakers again.")
        case .nobodyThere:
            Texts(
                "Hiện không có ai tại điểm cầu. Hãy chờ điểm cầu kết nối rồi thử lại.",
                "Nobody is in the room as that point. Wait until it has come and try again.")
        case .isChair:
            Texts(
                "Đây là vị trí của chủ tọa. Việc này phải do chính chủ tọa thực hiện tại vị trí khác.",
                "This is a seat of the chair. Only another chair may do that.")
        case .floorFull:
            Texts(
                "Đã có \(Floor.holderLimit) điểm cầu cùng phát biểu. Hãy kết thúc lượt của một điểm cầu trước.",
                "\(Floor.holderLimit) points have the floor at once. Take it from one of them first.")
        case .notRemoved:
            Texts(
                "Điểm cầu này không bị đưa ra khỏi phòng họp. Không cần cho vào lại.",
                "The point was not put out of the room. There is no need to readmit it.")
        default: nil
        }
    }
}
