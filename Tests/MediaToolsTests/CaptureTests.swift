import LibUV
import Participant
import Testing
import Units
import Wire

@testable import MediaTools

@Suite("Capture", .serialized)
struct CaptureTests {
    /// What a capture delivered.
    final class Gathered {
        var packets: [OutgoingPacket] = []
        var sizes: [Int] = []
        var failure: String?
        var isReady = false

        func of(_ track: SendingTrack) -> [OutgoingPacket] { packets.filter { $0.track == track } }
    }

    private func capture(
        camera: MediaInput?, microphone: MediaInput?, codec: StreamCodec = .vp8,
        until isEnough: @escaping (Gathered) -> Bool
    ) throws -> Gathered {
        let gathered = Gathered()
        try withLoop { loop in
            var settings = CaptureSettings()
            (settings.camera, settings.microphone, settings.codec) = (camera, microphone, codec)
            (settings.size, settings.name) = (PictureSize(width: 320, height: 180), "Xã Bình Chánh")
            let capture = Capture(settings, on: loop)
            capture.onPacket = { packet, payload in
                gathered.packets.append(packet)
                gathered.sizes.append(payload.byteCount)
                if isEnough(gathered) { loop.stop() }
            }
            capture.onReady = { gathered.isReady = true }
            capture.onFailure = {
                gathered.failure = $0.description
                loop.stop()
            }
            // A machine may be so busy that ffmpeg takes its time to begin.
            capture.onMessage = { if !$0.contains("nothing has come") { Issue.record("\($0)") } }
            try capture.start()
            loop.run()
            capture.close()
        }
        return gathered
    }

    @Test(
        "picture and sound come, sized for datagrams of 1,200 bytes, on one clock", arguments: [StreamCodec.vp8, .h264])
    func testSources(codec: StreamCodec) throws {
        // The level is measured beside the coder and may lag behind the packets: the beep is waited for.
        let isBeep = { (packet: OutgoingPacket) in (packet.level ?? 127) < 15 && packet.isVoice }
        let gathered = try capture(camera: .test, microphone: .tone, codec: codec) {
            $0.of(.microphone).count >= 80 && $0.of(.camera).filter(\.marker).count >= 40
                && $0.of(.microphone).dropFirst(25).contains(where: isBeep)
        }
        #expect(gathered.isReady && gathered.failure == nil)
        #expect((gathered.sizes.max() ?? 0) <= 1_150)
        let sound = gathered.of(.microphone)
        let frames = gathered.of(.camera).filter(\.marker)
        #expect(zip(sound, sound.dropFirst()).allSatisfy { $1.timestamp &- $0.timestamp == 960 })
        #expect(zip(frames, frames.dropFirst()).allSatisfy { $1.timestamp &- $0.timestamp == 3_600 })
        // Both sources begin at 0: their first timestamps mean the same moment.
        let first = try #require(frames.first.flatMap { picture in sound.first.map { (picture, $0) } })
        let difference = Double(first.0.timestamp) / 90_000 - Double(first.1.timestamp) / 48_000
        #expect(abs(difference) < 0.02)
        #expect(sound.contains { ($0.level ?? 0) > 20 }, "the hum")
    }

    @Test("a clip's picture and sound come out of one process, again and again")
    func clip() throws {
        let folder = try TestFolder()
        let file = "\(folder.path)/clip – của tôi.mp4"
        try run(
            "ffmpeg",
            [
                "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=size=320x180:rate=30:duration=1", "-f", "lavfi",
                "-i",
                "sine=frequency=440:duration=1", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", file,
            ])
        let gathered = try capture(camera: .clip(file), microphone: .clip(file)) { $0.of(.microphone).count >= 125 }
        #expect(gathered.isReady)
        let sound = gathered.of(.microphone)
        #expect(zip(sound, sound.dropFirst()).allSatisfy { $1.timestamp &- $0.timestamp == 960 }, "no gap at the loop")
        #expect(gathered.of(.camera).filter(\.marker).count > 40, "the loop's second round is there")
    }

    @Test("a file that is not there, and one that is no media, are each one clear line")
    func failures() throws {
        let folder = try TestFolder()
        let missing = "\(folder.path)/no such.mp4"
        #expect(throws: CaptureFailure("\(missing): No such file or directory")) {
            try capture(camera: .clip(missing), microphone: nil) { _ in false }
        }
        #expect(throws: CaptureFailure("/dev/video99: No such file or directory")) {
            try capture(camera: .device("/dev/video99"), microphone: nil) { _ in false }
        }
        let text = "\(folder.path)/notes.mp4"
        try run("sh", ["-c", "echo hello > \"$1\"", "sh", text])
        let gathered = try capture(camera: .clip(text), microphone: nil) { _ in false }
        #expect(gathered.failure == "camera: \(text): Invalid data found when processing input")
        #expect(!gathered.isReady && gathered.packets.isEmpty)

        let silent = "\(folder.path)/silent.mp4"
        try run("ffmpeg", ["-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=duration=1", silent])
        let mute = try capture(camera: .clip(silent), microphone: .clip(silent)) { _ in false }
        #expect(mute.failure == "camera and microphone: there is no sound in the clip")
    }
}
