import LibUV
import Participant
import Units

/// What one ffmpeg process captures: picture and sound together where they must stay in step.
struct CaptureJob {
    var camera: MediaInput?
    var microphone: MediaInput?
    var settings: CaptureSettings
    /// The voice that `--microphone test` repeats; a tone without one.
    var voiceFile: String?
    var fontFile: String?

    /// Payload types and SSRCs on loopback tell the two streams of the one port apart; our choice.
    enum Stream {
        static let picture: (payloadType: UInt8, ssrc: UInt32) = (96, 1)
        static let sound: (payloadType: UInt8, ssrc: UInt32) = (111, 2)
    }

    /// Payload bytes that ffmpeg may make: with RTP header, extensions and SRTP's tag they fit into 1,200.
    private static let packetSize = 1_140

    /// The processes that `settings` need.
    static func jobs(for settings: CaptureSettings, voiceFile: String?, fontFile: String?) -> [CaptureJob] {
        func job(_ camera: MediaInput?, _ microphone: MediaInput?) -> CaptureJob {
            CaptureJob(
                camera: camera, microphone: microphone, settings: settings, voiceFile: voiceFile, fontFile: fontFile)
        }
        guard let camera = settings.camera else { return settings.microphone.map { [job(nil, $0)] } ?? [] }
        guard let microphone = settings.microphone else { return [job(camera, nil)] }
        if camera.isInStep(with: microphone) { return [job(camera, microphone)] }
        return [job(camera, nil), job(nil, microphone)]
    }

    /// For messages.
    var title: String {
        switch (camera, microphone) {
        case (_?, _?): "camera and microphone"
        case (nil, _): "microphone"
        case (_, nil): "camera"
        }
    }

    /// What is wrong, out of ffmpeg's last line.
    func explanation(_ lastLine: String) -> String {
        switch lastLine {
        case "": "\(title): ffmpeg ended"
        case _ where lastLine.contains(":a:0' matches no streams"): "\(title): there is no sound in the clip"
        case _ where lastLine.contains(":v:0' matches no streams"): "\(title): there is no picture in the clip"
        default: "\(title): \(lastLine)"
        }
    }

    /// The process.
    ///
    /// - Parameters:
    ///   - port: Ours on 127.0.0.1, for both streams and their reports.
    ///   - start: Unix time in microseconds that its sender reports give to timestamp 0 of either stream: without it
    ///     each stream would count from when its own first packet was made.
    ///   - clock: Milliseconds that a test picture's clock begins with.
    /// - Returns: A command whose standard output, if there is sound, is what ``LoudnessMeter`` wants.
    func command(port: UInt16, start: Int64, clock: Int) -> ChildProcess.Command {
        let oneSource = camera != nil && camera == microphone && !isGenerated
        var arguments = ["-hide_banner", "-loglevel", "error", "-nostdin"]
        if let camera { arguments += input(camera: camera, clock: clock) }
        if let microphone, !oneSource { arguments += input(microphone: microphone) }
        if camera != nil { arguments += pictureOutput(port: port, start: start) }
        if microphone != nil { arguments += soundOutput(from: camera == nil || oneSource ? 0 : 1, port, start) }
        var command = ChildProcess.Command("ffmpeg", arguments)
        command.errors = .pipe
        command.output = microphone == nil ? .ignore : .pipe
        return command
    }

    private var isGenerated: Bool { camera == .test }

    private func input(camera: MediaInput, clock: Int) -> [String] {
        let size = settings.size
        switch camera {
        case .clip(let path): return ["-re", "-stream_loop", "-1", "-i", path]
        case .device(let path):
            return ["-f", "v4l2", "-framerate", "\(settings.frameRate)", "-video_size", "\(size)", "-i", path]
        case .test, .tone:
            let picture = TestPicture(
                size: size, frameRate: settings.frameRate, name: settings.name, start: clock, fontFile: fontFile)
            return ["-re", "-f", "lavfi", "-i", picture.graph]
        }
    }

    private func input(microphone: MediaInput) -> [String] {
        switch microphone {
        case .clip(let path): return ["-re", "-stream_loop", "-1", "-i", path]
        case .device(let name): return ["-f", name == "default" && Self.hasPulse ? "pulse" : "alsa", "-i", name]
        case .test:
            guard let voiceFile else { return input(microphone: .tone) }
            return ["-re", "-stream_loop", "-1", "-i", voiceFile]
        case .tone:
            // A quiet hum, and a beep of 100 ms at each whole second.
            let wave = "if(lt(mod(t\\,1)\\,0.1)\\,0.5*sin(880*2*PI*t)\\,0.05*sin(220*2*PI*t))"
            return ["-re", "-f", "lavfi", "-i", "aevalsrc=\(wave):s=48000"]
        }
    }

    private func pictureOutput(port: UInt16, start: Int64) -> [String] {
        let (size, rate) = (settings.size, settings.frameRate)
        let fit = "scale=\(size.width):\(size.height):force_original_aspect_ratio=decrease"
        let pad = "pad=\(size.width):\(size.height):(ow-iw)/2:(oh-ih)/2,setsar=1"
        let filter = isGenerated ? "format=yuv420p" : "fps=\(rate),\(fit),\(pad),format=yuv420p"
        let bits = "\(settings.pictureRate.bitsPerSecond)"
        // A child can't be asked for a keyframe, so there is one each second.
        let groups = ["-g", "\(rate)", "-keyint_min", "\(rate)", "-b:v", bits, "-maxrate", bits, "-bufsize", bits]
        // One thread: libvpx's wait for each other by spinning, which on a busy machine costs ten times the encoding.
        return ["-map", "0:v:0", "-an", "-vf", filter, "-threads", "1"] + encoder + groups
            + rtpOutput(Stream.picture, port: port, start: start)
    }

    private var encoder: [String] {
        switch settings.codec {
        case .vp8, .opus:
            [
                "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-error-resilient", "1",
                "-auto-alt-ref", "0", "-lag-in-frames", "0",
            ]
        case .h264:
            // Constrained baseline; without global headers SPS and PPS go in band before each keyframe.
            ["-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency", "-profile:v", "baseline", "-bf", "0"]
        }
    }

    private func soundOutput(from input: Int, _ port: UInt16, _ start: Int64) -> [String] {
        // Gaps where a clip starts over are filled, so that the stream's time never stands still.
        let source = ["-map", "\(input):a:0", "-vn"]
        let steady = ["-af", "aresample=48000:async=1:first_pts=0"]
        let opus = ["-c:a", "libopus", "-b:a", "\(settings.soundRate.bitsPerSecond)", "-frame_duration", "20"]
        let level = ["-f", "s16le", "-ac", "1", "-ar", "\(LoudnessMeter.sampleRate)", "-flush_packets", "1", "pipe:1"]
        return source + steady + opus + ["-application", "voip", "-ac", "1"]
            + rtpOutput(Stream.sound, port: port, start: start) + source + level
    }

    /// Reports go to the port of the packets, so that they stay in order with them.
    private func rtpOutput(_ stream: (payloadType: UInt8, ssrc: UInt32), port: UInt16, start: Int64) -> [String] {
        [
            "-payload_type", "\(stream.payloadType)", "-ssrc", "\(stream.ssrc)", "-start_time_realtime", "\(start)",
            "-f", "rtp", "rtp://127.0.0.1:\(port)?rtcpport=\(port)&pkt_size=\(Self.packetSize + 12)",
        ]
    }

    private static var hasPulse: Bool { SystemPaths.hasPulseServer }
}
