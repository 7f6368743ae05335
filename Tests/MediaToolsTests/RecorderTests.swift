import FoundationEssentials
import LibUV
import Testing
import Units
import Wire

@testable import MediaTools
@testable import Participant

@Suite("Recorder", .serialized)
struct RecorderTests {
    /// Plays the server: what captures deliver goes to the recorder as if it had come on slots.
    private final class Stage {
        let loop: EventLoop
        let recorder: Recorder
        private var numbers: [SlotID: UInt16] = [:]
        private var captures: [Capture] = []
        private(set) var frames: [StreamCodec: Int] = [:]
        /// By how much packets came behind the time that they tell, the least and the most.
        private(set) var lateness: ClosedRange<Double>?
        private let clockBase = NTPTime(rawValue: 0xE000_0000_1234_5678)

        init(_ folder: String, on loop: EventLoop) throws {
            self.loop = loop
            recorder = try Recorder(folder: folder, on: loop)
            recorder.onMessage = { Issue.record("\($0)") }
        }

        /// Sends test picture and tone over slots 0, and the picture over slot 1 as well, until `frameCount` frames have
        /// gone.
        func play(_ codec: StreamCodec, frames frameCount: Int, withReports: Bool = true) throws {
            var settings = CaptureSettings()
            (settings.camera, settings.microphone, settings.codec) = (.test, .tone, codec)
            settings.size = PictureSize(width: 320, height: 180)
            let capture = Capture(settings, on: loop)
            captures.append(capture)
            capture.onReady = { [unowned self, unowned capture] in
                guard withReports else { return }
                let ntp = clockBase.advanced(by: capture.epoch.since(.zero))
                for slot in [SlotID.picture(0), .audio(0)] {
                    recorder.setClock(SlotClock(ntp: ntp, timestamp: offset(slot)), of: slot)
                }
            }
            capture.onFailure = { Issue.record("\($0)") }
            capture.onPacket = { [unowned self, unowned capture] packet, payload in
                guard frames[codec, default: 0] < frameCount else { return }
                noteLateness(packet, since: capture.epoch)
                if packet.track == .microphone {
                    pass(packet, .opus, payload, to: .audio(0))
                    pass(packet, .opus, payload, to: .audio(2))
                } else {
                    pass(packet, codec, payload, to: .picture(0))
                    if packet.marker { frames[codec, default: 0] += 1 }
                    if frames[codec] == frameCount { loop.stop() }
                }
            }
            try capture.start()
            loop.run()
            capture.close()
        }

        private func noteLateness(_ packet: OutgoingPacket, since epoch: Instant) {
            let told = Double(packet.timestamp) / (packet.track == .microphone ? 48_000 : 90_000)
            let late = loop.now.since(epoch).inSeconds - told
            let known = lateness ?? late...late
            lateness = min(known.lowerBound, late)...max(known.upperBound, late)
        }

        /// Slots have timestamps of their own.
        private func offset(_ slot: SlotID) -> UInt32 { slot.isPicture ? 0xFFFF_0000 : 77_777 }

        private func pass(_ packet: OutgoingPacket, _ codec: StreamCodec, _ payload: borrowing RawSpan, to slot: SlotID)
        {
            let number = numbers[slot, default: 65_500]
            numbers[slot] = number &+ 1
            let received = ReceivedPacket(
                slot: slot, codec: codec, payloadType: 100, marker: packet.marker,
                sequenceNumber: SequenceNumber(rawValue: number), timestamp: packet.timestamp &+ offset(slot),
                ssrc: SSRC(rawValue: slot.isPicture ? 11 : 22), payload: 0..<payload.byteCount,
                startsKeyframe: KeyframeJudge.startsKeyframe(payload, codec), isRepaired: false)
            recorder.receive(received, payload: payload, at: loop.now)
        }

        func finish() {
            // As long as it takes: what is given up is a message, and any message is an issue here.
            recorder.finish(within: .seconds(60)) { [loop] in loop.stop() }
            loop.run()
            recorder.close()
        }
    }

    // MARK: What is in a file

    private func probe(_ path: String, _ entries: String, stream: String) throws -> [String] {
        let result = try run(
            "ffprobe",
            ["-v", "error", "-select_streams", stream, "-show_entries", entries, "-of", "csv=p=0", path])
        #expect(result.exit == .status(0) && result.errors.isEmpty, "\(path): \(result.errors)")
        return String(decoding: result.output, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// Presentation times of a stream's packets in milliseconds.
    private func times(_ path: String, stream: String) throws -> [Int] {
        try probe(path, "packet=pts_time", stream: stream).compactMap { Double($0.prefix { $0 != "," }) }
            .map { Int(($0 * 1_000).rounded()) }
    }

    /// What the machine's clock in each of the file's pictures says.
    private func clocks(_ path: String) throws -> [Int?] {
        let size = PictureSize(width: 320, height: 180)
        let result = try run(
            "ffmpeg",
            [
                "-loglevel", "error", "-i", path, "-fps_mode", "passthrough", "-pix_fmt", "gray", "-f", "rawvideo",
                "pipe:1",
            ])
        let length = size.width * size.height
        return (0..<result.output.count / length).map {
            BarCodeClock.read(luma: result.output[$0 * length..<($0 + 1) * length], size: size)
        }
    }

    /// When in the file, in milliseconds, the beeps begin that the tone has at each whole second.
    private func beeps(_ path: String) throws -> [Int] {
        let first = try #require(try times(path, stream: "a:0").first)
        let result = try run(
            "ffmpeg", ["-loglevel", "error", "-i", path, "-vn", "-f", "s16le", "-ac", "1", "-ar", "8000", "pipe:1"])
        // Loudness in windows of 5 ms.
        let windows = (0..<result.output.count / 80).map { window in
            (0..<40).reduce(0) { sum, sample in
                let place = window * 80 + sample * 2
                let value = Int16(bitPattern: UInt16(result.output[place]) | UInt16(result.output[place + 1]) << 8)
                return max(sum, abs(Int(value)))
            }
        }
        return windows.indices.dropFirst().filter { windows[$0] > 6_000 && windows[$0 - 1] <= 6_000 }
            .map { first + $0 * 5 }
    }

    private func journal(_ folder: String) throws -> [[String: String]] {
        struct Line: Decodable {
            var time: String
            var slot: String
            var event: String
            var codec: String?
            var file: String?
        }
        let text = String(decoding: try run("cat", ["\(folder)/slots.jsonl"]).output, as: UTF8.self)
        return try text.split(separator: "\n").map { line in
            let entry = try JSONDecoder().decode(Line.self, from: Data(line.utf8))
            #expect(entry.time.count == 24 && entry.time.hasSuffix("Z"))
            return ["slot": entry.slot, "event": entry.event, "codec": entry.codec ?? "", "file": entry.file ?? ""]
        }
    }

    // MARK: Tests

    @Test("a session with a codec change becomes two watchable files in step, and sound of its own beside them")
    func codecChange() throws {
        let folder = try TestFolder()
        var frames: [StreamCodec: Int] = [:]
        try withLoop { loop in
            let stage = try Stage("\(folder.path)/out/deep", on: loop)
            try stage.play(.vp8, frames: 100)
            try stage.play(.h264, frames: 80)
            stage.finish()
            frames = stage.frames
        }
        let out = "\(folder.path)/out/deep"
        #expect(frames == [.vp8: 100, .h264: 80])
        for (file, codec, count) in [("main.mkv", "vp8", 100), ("main-2.mkv", "h264", 80)] {
            let path = "\(out)/\(file)"
            #expect(try probe(path, "stream=codec_name", stream: "v:0") == [codec])
            #expect(try probe(path, "stream=codec_name", stream: "a:0") == ["opus"])
            #expect(try probe(path, "packet=flags", stream: "v:0").first?.hasPrefix("K") == true)
            let clocks = try clocks(path)
            #expect(count - 3...count ~= clocks.count, "\(file) has \(clocks.count) of \(count) frames")
            #expect(clocks.allSatisfy { $0 != nil })
            #expect(zip(clocks, clocks.dropFirst()).allSatisfy { ($1 ?? 0) - ($0 ?? 0) == 40 })
            try expectInStep(path, clocks: clocks.compactMap(\.self))
        }
        #expect(try probe("\(out)/audio-2.mka", "stream=codec_name", stream: "a:0") == ["opus"])
        #expect(try times("\(out)/audio-2.mka", stream: "a:0").count > 300)
        let lines = try journal(out)
        #expect(lines.contains(["slot": "main", "event": "file", "codec": "VP8", "file": "main.mkv"]))
        // Where the second source is slow to begin, the slot was empty for a while.
        let change = lines.filter { $0["slot"] == "main" && $0["codec"] == "H264" }.compactMap { $0["event"] }
        #expect(change == ["codec", "file"] || change == ["began", "file"])
        #expect(lines.contains(["slot": "main", "event": "file", "codec": "H264", "file": "main-2.mkv"]))
        #expect(lines.contains(["slot": "audio-2", "event": "began", "codec": "opus", "file": ""]))
    }

    /// Beeps sound when the clock in the picture shows a whole second, to `tolerance` milliseconds.
    private func expectInStep(_ path: String, clocks: [Int], within tolerance: Int = 40) throws {
        let pictures = try times(path, stream: "v:0")
        let first = try #require(pictures.first)
        let clock = try #require(clocks.first)
        let beeps = try beeps(path)
        #expect(beeps.count >= 2, "\(path)")
        for beep in beeps {
            let shown = clock + beep - first
            let off = (shown + 500) % 1_000 - 500
            #expect(abs(off) < tolerance, "\(path): the beep at \(beep) ms is \(off) ms off its picture")
        }
    }

    @Test("without sender reports the arrival of packets keeps picture and sound together")
    func withoutReports() throws {
        let folder = try TestFolder()
        var spread = 0.0
        try withLoop { loop in
            let stage = try Stage(folder.path, on: loop)
            try stage.play(.vp8, frames: 100, withReports: false)
            stage.finish()
            spread = stage.lateness.map { $0.upperBound - $0.lowerBound } ?? 0
        }
        let path = "\(folder.path)/main.mkv"
        let clocks = try clocks(path)
        #expect(clocks.count > 95)
        // Arrival can't tell more than its own spread: on a busy machine that is much.
        try expectInStep(path, clocks: clocks.compactMap(\.self), within: 40 + Int(spread * 1_000))
    }

    @Test("an old recording is not written over, and a folder that can't be made is one clear line")
    func folders() throws {
        let folder = try TestFolder()
        try run("sh", ["-c", "echo old > \"$1/main.mkv\"; echo file > \"$1/file\"", "sh", folder.path])
        try withLoop { loop in
            #expect(throws: CaptureFailure("\(folder.path)/file/slots.jsonl: Not a directory")) {
                try Recorder(folder: "\(folder.path)/file", on: loop)
            }
            let stage = try Stage(folder.path, on: loop)
            try stage.play(.vp8, frames: 60)
            stage.finish()
        }
        #expect(try run("cat", ["\(folder.path)/main.mkv"]).output == Array("old\n".utf8))
        #expect(try clocks("\(folder.path)/main-2.mkv").count > 55)
    }
}
