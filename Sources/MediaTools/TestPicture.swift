/// The picture that `--camera test` makes: a moving pattern, the point's name, a clock for people and one for machines.
struct TestPicture {
    var size: PictureSize
    var frameRate: Int
    var name: String
    /// Milliseconds that the clocks show at first.
    var start = 0
    /// `nil`: nothing is written, the machine's clock is there all the same.
    var fontFile: String?

    /// The source, as a graph for ffmpeg's `lavfi` input; what it shows depends on its timestamps alone.
    var graph: String {
        let source = "testsrc2=size=\(size):rate=\(frameRate)"
        let filters = ["format=yuv420p"] + texts + BarCodeClock.filters(size: size, start: start)
        return ([source] + filters).joined(separator: ",")
    }

    private var texts: [String] {
        guard let fontFile else { return [] }
        let font = FilterText.escaped(fontFile)
        // Long names are made to fit: a letter is about 0.6 of the font's size wide.
        let letters = max(12, name.count)
        let fontSize = max(10, min(size.height / 8, size.width * 3 / 2 / letters))
        let look = "fontfile=\(font):fontcolor=white:box=1:boxcolor=black@0.6:boxborderw=8:x=(w-tw)/2"
        let title = "drawtext=\(look):fontsize=\(fontSize):y=h*0.30:expansion=none:text=\(FilterText.escaped(name))"
        let offset = "\(start / 1_000).\(String(start % 1_000 + 1_000).dropFirst())"
        let time = FilterText.escaped("%{pts:hms:\(offset)}")
        let clock = "drawtext=\(look):fontsize=\(size.height / 9):y=h*0.55:text=\(time)"
        return name.isEmpty ? [clock] : [title, clock]
    }
}
