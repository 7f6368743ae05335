import LibUV
import Testing

@testable import MediaTools

@Suite("BarCodeClock")
struct BarCodeClockTests {
    /// The brightness of the pictures that ffmpeg makes of `graph`, one after the other.
    private func pictures(_ graph: String, count: Int, size: PictureSize, scale: String = "null") throws -> [[UInt8]] {
        let result = try run(
            "ffmpeg",
            [
                "-hide_banner", "-loglevel", "error", "-nostdin", "-f", "lavfi", "-i", graph, "-vf", scale,
                "-frames:v", "\(count)", "-pix_fmt", "gray", "-f", "rawvideo", "pipe:1",
            ])
        #expect(result.exit == .status(0), "\(result.errors)")
        let length = size.width * size.height
        return (0..<result.output.count / length).map { Array(result.output[$0 * length..<($0 + 1) * length]) }
    }

    @Test(
        "every picture's clock reads its own time",
        arguments: [
            (PictureSize(width: 640, height: 360), 0), (PictureSize(width: 1_280, height: 720), 99_999),
            (PictureSize(width: 320, height: 180), BarCodeClock.period - 1_000),
        ])
    func reads(size: PictureSize, start: Int) throws {
        let picture = TestPicture(size: size, frameRate: 25, name: "", start: start)
        let times = try pictures(picture.graph, count: 30, size: size).map { BarCodeClock.read(luma: $0, size: size) }
        #expect(times == (0..<30).map { (start + $0 * 40) % BarCodeClock.period })
    }

    @Test("the name's letters don't break the graph, whatever they are, and the clock is there all the same")
    func names() throws {
        let size = PictureSize.small
        for name in ["Phường Bến Thành", "Xã 'Ea:H\\'leo', [A];%{pts}=1,5", ""] {
            let picture = TestPicture(size: size, frameRate: 25, name: name, fontFile: FilterText.fontFile())
            let found = try pictures(picture.graph, count: 2, size: size)
            #expect(found.map { BarCodeClock.read(luma: $0, size: size) } == [0, 40], "\(name)")
        }
    }

    @Test("scaled down to a half it can still be read")
    func scaled() throws {
        let half = PictureSize(width: 320, height: 180)
        let picture = TestPicture(size: .small, frameRate: 25, name: "", start: 123_456_789)
        let found = try pictures(picture.graph, count: 3, size: half, scale: "scale=320:180")
        #expect(found.map { BarCodeClock.read(luma: $0, size: half) } == [123_456_789, 123_456_829, 123_456_869])
    }

    @Test("a picture without a clock has none, and a wrong bit is noticed")
    func wrong() throws {
        let size = PictureSize.small
        let other = try pictures("testsrc2=size=640x360:rate=25", count: 3, size: size)
        #expect(other.count == 3 && other.allSatisfy { BarCodeClock.read(luma: $0, size: size) == nil })

        var picture = try #require(
            try pictures(TestPicture(size: size, frameRate: 25, name: "").graph, count: 1, size: size).first)
        #expect(BarCodeClock.read(luma: picture, size: size) == 0)
        for row in 300..<360 {
            for column in 200..<220 { picture[row * size.width + column] = 255 }
        }
        #expect(BarCodeClock.read(luma: picture, size: size) == nil)
        #expect(BarCodeClock.read(luma: picture.dropLast(), size: size) == nil, "too few bytes")
    }
}
