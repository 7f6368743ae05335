import Conference
import Participant
import Signalling
import Terminal
import Testing

@Suite("The screen of monitor")
struct MonitorScreenTests {
    private func view(_ language: Language = .vi, lines: Int = 168) -> MonitorView {
        var view = MonitorView(language: language, room: Sample.monitored(lines))
        view.socket = .joined
        return view
    }

    private func press(_ keys: [Key], _ view: inout MonitorView) -> MonitorView.Wish {
        var wish = MonitorView.Wish.nothing
        for key in keys { wish = view.handle(key, rows: 19) }
        return wish
    }

    @Test("The table fits 80 × 24 without a cut line, both directions in it", arguments: Language.allCases)
    func usual(language: Language) {
        let image = MonitorScreen.image(view(language), size: .usual)
        #expect(image.lines.count == 24)
        #expect(image.lines.allSatisfy { $0.columns <= 80 })
        let rows = image.lines[4..<23]
        #expect(rows.count == MonitorScreen.rows(.usual))
        #expect(rows.allSatisfy { $0.text.contains("1450") && $0.text.contains("2100") && $0.text.contains("135") })
        #expect(image.lines[1].text.contains(language == .vi ? "✖ mất 33" : "✖ lost 33"))
    }

    @Test("The worst come first, the more loss the higher, and the absent last")
    func order() {
        let states = view().lines.map(\.state)
        let places = states.map { MonitorView.order.firstIndex(of: $0) ?? -1 }
        #expect(places == places.sorted())
        #expect(states.first == .lost && states.last == HealthState.none)
    }

    @Test(
        "Every size, table and details: no line too long, none too many",
        arguments: [
            ScreenSize.usual, ScreenSize(columns: 200, rows: 60), ScreenSize(columns: 30, rows: 5),
            ScreenSize(columns: 1, rows: 1),
        ])
    func sizes(size: ScreenSize) {
        var view = view()
        for _ in 0..<2 {
            let image = MonitorScreen.image(view, size: size).fitted(to: size)
            #expect(image.lines.count <= size.rows)
            #expect(image.lines.allSatisfy { $0.columns <= size.columns })
            _ = press([.enter], &view)
        }
    }

    @Test("Arrows move, Enter asks for a point's minutes, escape goes back, q ends")
    func keys() {
        var view = view()
        let points = view.lines.map(\.point)
        #expect(press([.down, .down, .enter], &view) == .history(points[1]))
        #expect(view.detail?.point == points[1])
        #expect(press([.down], &view) == .history(points[2]))
        #expect(press([.escape], &view) == .nothing)
        #expect(view.detail == nil && view.selected == points[2])
        _ = press([.end], &view)
        #expect(view.selected == points.last)
        _ = press([.down, .pageUp, .home, .up], &view)
        #expect(view.selected == points.first)
        #expect(press([.character("q")], &view) == .quit)
    }

    @Test("The chosen line stays in sight")
    func inSight() {
        var view = view()
        for key in [Key.end, .up, .pageUp, .home] {
            _ = press([key], &view)
            let selected = view.selected?.rawValue ?? "?"
            #expect(MonitorScreen.image(view, size: .usual).text.contains(selected))
        }
    }

    @Test("The filter finds names without their marks, and codes")
    func filter() {
        var view = view()
        _ = press([.character("/")] + "hiep dong 16".map { .character($0) }, &view)
        #expect(view.lines.count == 9)  // 16 and 160 … 167.
        #expect(MonitorScreen.image(view, size: .usual).cursor?.row == 23)
        _ = press([.enter], &view)
        #expect(view.filter.text == "hiep dong 16" && view.lines.count == 9)
        _ = press([.escape], &view)
        #expect(view.lines.count == 168)
        _ = press([.character("/"), .pasted("25907"), .enter], &view)
        #expect(view.lines.map(\.point.rawValue) == ["25907"])
        _ = press([.character("/"), .pasted("không có"), .enter], &view)
        #expect(view.lines.isEmpty && press([.enter, .down], &view) == .nothing)
        #expect(MonitorScreen.image(view, size: .usual).text.contains("Không có điểm cầu nào khớp"))
    }

    @Test("Marks that are typed are heeded")
    func marks() {
        #expect(TextFilter("xa").matches("Xã Đông") && TextFilter("dong").matches("Xã Đông"))
        #expect(TextFilter("xã đ").matches("XÃ ĐÔNG") && !TextFilter("xã").matches("Xa Đông"))
    }

    @Test("Details show both directions and their last minutes")
    func details() throws {
        var view = view()
        _ = press([.enter], &view)
        let values = (0..<300).map { Double?(Double($0)) }
        let history = DirectionHistory(kbps: values, loss: [nil, 0.5], rtt: [])
        view.detail?.history = HealthHistory(up: history, down: DirectionHistory())
        let image = MonitorScreen.image(view, size: .usual)
        for text in [
            "CHIỀU GỬI", "CHIỀU NHẬN", "udp 192.0.2.7:50000", "1450 kbit/s", "khứ hồi", "hàng đợi", "NACK 3", "█",
        ] {
            #expect(image.text.contains(text), "\(text)")
        }
        #expect(image.lines.count == 24 && image.lines.allSatisfy { $0.columns <= 80 })
    }

    @Test("A graph is as wide as asked, newest at the right, a gap for nothing", arguments: [0, 1, 5, 52, 300, 500])
    func graph(width: Int) {
        let values: [Double?] = (0..<300).map { $0 == 299 ? 10 : $0 % 2 == 0 ? nil : 1 }
        let text = Sparkline.text(values, width: width, top: 1)
        #expect(text.columns == width)
        #expect(width == 0 || text.last == "█")
        #expect(Sparkline.text([nil, .nan, .infinity], width: 3, top: 1).count == 3)
        #expect(Sparkline.text([], width: 4, top: 1) == "    ")
        #expect(Sparkline.text([nil, 0, -5, 3], width: 4, top: 0) == " ▁▁█")
    }
}
