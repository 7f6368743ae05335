import Conference
import Participant
import Signalling
import Terminal
import Testing

@Suite("The screen of join")
struct JoinScreenTests {
    private static let sizes = [
        ScreenSize.usual, ScreenSize(columns: 200, rows: 60), ScreenSize(columns: 40, rows: 10),
        ScreenSize(columns: 3, rows: 2), ScreenSize(columns: 1, rows: 1),
    ]

    private func view(_ language: Language = .vi, _ room: RoomState = Sample.room()) -> JoinView {
        var view = JoinView(language: language, room: room)
        (view.socket, view.media) = (.joined, .connected)
        (view.microphone, view.camera) = (.on, .off)
        view.figures.up = 832
        view.figures.down = 12_345
        view.figures.lossUp = 0.004
        view.figures.lossDown = 0.12
        view.figures.roundTrip = 35
        return view
    }

    @Test("80 × 24 hold all that must be seen, uncut", arguments: Language.allCases)
    func usual(language: Language) {
        let image = JoinScreen.image(view(language), size: .usual)
        #expect(image.lines.count == 24)
        #expect(image.lines.allSatisfy { $0.columns <= 80 || $0.text.contains("Phường") })
        let wanted =
            language == .vi
            ? [
                "Có mặt 12/168", "hội nghị", "ĐÃ KHÓA PHÒNG", "Phường Tân Thới Hiệp Đông 0 (25740)",
                "màn hình – đang chờ hình", "chờ phát biểu, thứ 1", "micrô: bật", "camera: TẮT", "832 kbit/s",
                "12,3 Mbit/s", "mất gói 0,4 %", "35 ms", "h hạ tay", "q rời phòng",
            ]
            : ["Present 12/168", "LOCKED", "place 1", "microphone: on", "camera: OFF", "loss 12.0 %", "h hand down"]
        for text in wanted { #expect(image.text.contains(text), "\(text)") }
    }

    @Test("Every size: no line too long, none too many", arguments: sizes, Language.allCases)
    func everySize(size: ScreenSize, language: Language) {
        var view = view(language, Sample.room(events: (0..<80).map { Sample.message("tin \($0)") }))
        for prompt in [nil, JoinView.Prompt(.message, text: "Xin chào"), JoinView.Prompt(.delegates)] {
            view.prompt = prompt
            let image = JoinScreen.image(view, size: size).fitted(to: size)
            #expect(image.lines.count <= size.rows)
            #expect(image.lines.allSatisfy { $0.columns <= size.columns })
        }
    }

    @Test("a small screen leaves out what matters least, never what is typed, the keys, or whose point it is")
    func small() {
        var view = view(.vi, Sample.room(events: (0..<80).map { Sample.message("tin \($0)") }))
        let size = ScreenSize(columns: 40, rows: 10)
        let quiet = JoinScreen.image(view, size: size)
        #expect(quiet.lines.count == 10)
        for text in ["Điểm cầu này", "Hình chính", "tin 79", "q rời", "Phường Tân"] {
            #expect(quiet.text.contains(text), "\(text)")
        }
        view.prompt = JoinView.Prompt(.message, text: "có đây")
        let typing = JoinScreen.image(view, size: size)
        #expect(typing.lines.count == 10 && typing.text.contains("> có đây") && typing.text.contains("Esc bỏ"))
        #expect(typing.text.contains("tin 79") && typing.text.contains("Điểm cầu này"))
        #expect(typing.fitted(to: size).cursor?.row == 8)
    }

    @Test("Being on the main picture is said, and only then")
    func onMainPicture() {
        let others = Sample.room(events: [.program(ProgramView(program: [], seen: []))])
        #expect(!JoinScreen.image(view(.vi, others), size: .usual).text.contains("TRÊN HÌNH CHÍNH"))
        let mine = Sample.room(events: [.program(ProgramView(program: [], seen: [Sample.me]))])
        #expect(JoinScreen.image(view(.vi, mine), size: .usual).text.contains("TRÊN HÌNH CHÍNH"))
    }

    @Test("Having the floor, and being muted by the chair, are said")
    func states() {
        let floor = FloorView(holders: [FloorView.Holder(point: Sample.me, since: 0)])
        let image = JoinScreen.image(view(.vi, Sample.room(muted: true, events: [.floor(floor)])), size: .usual)
        #expect(image.text.contains("ĐANG ĐƯỢC PHÁT BIỂU") && image.text.contains("BỊ CHỦ TỌA TẮT TIẾNG"))
        #expect(image.text.contains("kết thúc phát biểu") && !image.text.contains("thứ 1"))
    }

    @Test("The newest words are seen, in the order in which they came, and long ones leave room for others")
    func log() {
        var view = view(.vi, Sample.room(events: [Sample.message("tin đầu")]))
        view.remark("nhận xét")
        var room = view.room
        _ = room.apply(Sample.message(String(repeating: "dài ", count: 490)), seq: 50)
        _ = room.apply(.notice(NoticeView(code: "muted", text: "thông báo")), seq: 51)
        view.room = room
        let text = JoinScreen.image(view, size: ScreenSize(columns: 80, rows: 30)).text
        let lines = text.split(separator: "\n")
        let places = ["tin đầu", "nhận xét", "dài dài", "• thông báo"].map { word in
            lines.firstIndex { $0.contains(word) } ?? -1
        }
        #expect(places.allSatisfy { $0 >= 0 } && places == places.sorted())
    }

    @Test("Without a room, or while the server is lost, that is said")
    func lost() {
        var view = view(.vi, RoomState())
        view.media = .waiting
        #expect(JoinScreen.image(view, size: .usual).text.contains("mất kết nối, sẽ tự nối lại"))
        view.room = Sample.room()
        view.socket = .waiting
        #expect(JoinScreen.image(view, size: .usual).text.contains("mất tín hiệu điều khiển"))
    }

    @Test("The cursor stands where text is typed")
    func cursor() {
        var view = view()
        view.prompt = JoinView.Prompt(.message, text: "Xin chào")
        let image = JoinScreen.image(view, size: .usual)
        #expect(image.cursor?.row == 22 && image.cursor?.column == 11)
        #expect(image.lines[22].text == " > Xin chào")
        #expect(image.lines[23].text.contains("Enter gửi"))
    }

    @Test("Names and messages of others bring no control character to the screen")
    func injection() {
        let evil = "\u{1B}]0;x\u{07}\u{1B}[2J\u{9B}31m\u{202E}\r\nNam"
        let notice = ServerEvent.notice(NoticeView(code: evil, text: evil))
        let room = Sample.room(names: { _ in evil }, events: [Sample.message(evil), notice])
        var view = view(.vi, room)
        view.remark(evil)
        for scalar in JoinScreen.image(view, size: .usual).lines.flatMap(\.text.unicodeScalars) {
            #expect(scalar.properties.generalCategory != .control && scalar.value != 0x202E)
        }
    }

    @Test("A time of day is Vietnam's, whatever the clock of the sender")
    func time() {
        let figures = Figures(.vi)
        #expect(figures.time(1_790_000_000) == "21:13")
        #expect(figures.time(0) == "07:00")
        #expect(figures.time(-1) == "06:59")
        #expect(figures.time(.max).count == 5 && figures.time(.min).count == 5)
    }

    @Test("Figures that are none, or absurd, are a dash")
    func figures() {
        for value in [nil, Double.nan, .infinity, 1e300] { #expect(Figures(.vi).number(value, 1) == "–") }
        #expect(Figures(.en).number(-0.04, 1) == "0.0")
        #expect(Figures(.vi).number(-1.25, 1) == "-1,3")
    }
}

@Suite("Delegates as a line of text")
struct DelegateTextTests {
    @Test("Names and posts are read, and written as they were")
    func round() throws {
        let line = "Nguyễn Văn A, Chủ tịch; Trần Thị B; Lê C, Phó Chủ tịch, Trưởng ban"
        let delegates = try DelegateText.parse(line)
        #expect(delegates.map(\.name) == ["Nguyễn Văn A", "Trần Thị B", "Lê C"])
        #expect(delegates.map(\.post) == ["Chủ tịch", "", "Phó Chủ tịch, Trưởng ban"])
        #expect(DelegateText.line(delegates) == line)
    }

    @Test("Empty parts are left out", arguments: ["", " ; ;", ";,;", ", Chủ tịch"])
    func empty(line: String) throws { #expect(try DelegateText.parse(line).isEmpty) }

    @Test("Too many and too long are said")
    func limits() {
        let many = Array(repeating: "A", count: 41).joined(separator: ";")
        #expect(throws: DelegateText.Problem.tooMany) { try DelegateText.parse(many) }
        let long = String(repeating: "ă", count: 101)
        #expect(throws: DelegateText.Problem.tooLong(long)) { try DelegateText.parse(long) }
    }
}
