import LibUV
import Participant
import Testing
import Units

@testable import MediaTools

@Suite("CaptureJob")
struct CaptureJobTests {
    private func jobs(
        _ camera: MediaInput?, _ microphone: MediaInput?, codec: StreamCodec = .vp8, voiceFile: String? = nil
    ) -> [CaptureJob] {
        var settings = CaptureSettings()
        (settings.camera, settings.microphone, settings.codec) = (camera, microphone, codec)
        return CaptureJob.jobs(for: settings, voiceFile: voiceFile, fontFile: nil)
    }

    private func arguments(_ job: CaptureJob?) -> [String] {
        job?.command(port: 5_004, start: 1_795_304_443_573_000, clock: 0).arguments ?? []
    }

    /// The value behind each occurrence of `option`.
    private func values(_ option: String, _ arguments: [String]) -> [String] {
        zip(arguments, arguments.dropFirst()).filter { $0.0 == option }.map(\.1)
    }

    @Test("what must stay in step comes out of one process, the rest out of two")
    func processes() {
        let (clip, other) = (MediaInput.clip("a.mp4"), MediaInput.clip("b.mp4"))
        #expect(jobs(clip, clip).map(\.title) == ["camera and microphone"])
        #expect(jobs(.test, .test).map(\.title) == ["camera and microphone"])
        #expect(jobs(.test, .tone).map(\.title) == ["camera and microphone"])
        #expect(jobs(clip, other).map(\.title) == ["camera", "microphone"])
        #expect(jobs(.device("/dev/video0"), .device("default")).map(\.title) == ["camera", "microphone"])
        #expect(jobs(nil, clip).map(\.title) == ["microphone"])
        #expect(jobs(clip, nil).map(\.title) == ["camera"])
        #expect(jobs(nil, nil).isEmpty)
    }

    @Test("a clip is read once for both, in real time, for ever")
    func clip() {
        let clip = MediaInput.clip("a.mp4")
        let found = arguments(jobs(clip, clip).first)
        #expect(values("-i", found) == ["a.mp4"])
        #expect(values("-stream_loop", found) == ["-1"] && found.contains("-re"))
        #expect(values("-map", found) == ["0:v:0", "0:a:0", "0:a:0"])
    }

    @Test("a test picture beside its tone is the first of two inputs")
    func test() {
        let found = arguments(jobs(.test, .tone).first)
        #expect(values("-map", found) == ["0:v:0", "1:a:0", "1:a:0"])
        #expect(values("-i", found).first?.hasPrefix("testsrc2=size=640x360:rate=25,") == true)
        let voice = arguments(jobs(.test, .test, voiceFile: "voice.wav").first)
        #expect(values("-i", voice).last == "voice.wav")
    }

    @Test(
        "a keyframe comes each second, on one thread, and reports have the packets' port and one clock",
        arguments: [(StreamCodec.vp8, "libvpx"), (.h264, "libx264")])
    func picture(codec: StreamCodec, encoder: String) {
        let clip = MediaInput.clip("a.mp4")
        let found = arguments(jobs(clip, clip, codec: codec).first)
        #expect(values("-c:v", found) == [encoder])
        #expect(values("-g", found) == ["25"] && values("-threads", found) == ["1"])
        #expect(values("-b:v", found) == ["800000"])
        #expect(values("-start_time_realtime", found) == ["1795304443573000", "1795304443573000"])
        #expect(values("-payload_type", found) == ["96", "111"] && values("-ssrc", found) == ["1", "2"])
        let places = found.filter { $0.hasPrefix("rtp://") }
        #expect(places == Array(repeating: "rtp://127.0.0.1:5004?rtcpport=5004&pkt_size=1152", count: 2))
        #expect(found.suffix(2) == ["1", "pipe:1"])
    }

    @Test("options name sources as people do")
    func inputs() {
        #expect(MediaInput(camera: "test") == .test && MediaInput(camera: "/dev/video1") == .device("/dev/video1"))
        #expect(MediaInput(camera: "talk.mp4") == .clip("talk.mp4"))
        #expect(MediaInput(microphone: "default") == .device("default") && MediaInput(microphone: "tone") == .tone)
        #expect(MediaInput(microphone: "hw:1,0") == .device("hw:1,0"))
        #expect(MediaInput(microphone: "talk.mp4") == .clip("talk.mp4"))
        #expect(PictureSize("1280x720")?.usualBitrate == .kilobits(1_500))
        #expect(PictureSize("320X180")?.usualBitrate == .kilobits(200))
        for wrong in ["", "640", "641x360", "640x", "x360", "640x360x2", "0x0", "-2x-2", "99999x64", "640×360"] {
            #expect(PictureSize(wrong) == nil, "\(wrong)")
        }
    }

    @Test("ffmpeg's last line is told without what only its makers want to know")
    func errors() {
        var lines = ErrorLines()
        lines.receive(Array("a first line\n[v4l2 @ 0x55f3] Cannot open: Bu".utf8))
        #expect(lines.last == "a first line")
        lines.receive(Array("sy\r\n\n  \nTo ignore this, add a trailing '?' to the map.\n".utf8))
        #expect(lines.last == "Cannot open: Busy")
        lines.receive(Array("the end".utf8))
        lines.closeLine()
        #expect(lines.last == "the end")
        lines.receive(Array(repeating: UInt8(ascii: "x"), count: 100_000))
        lines.closeLine()
        #expect(lines.last.utf8.count == 400)
    }
}
