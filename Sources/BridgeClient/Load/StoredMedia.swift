package import LibUV

/// What the points of a load run send: two pictures and a sound, coded once.
package struct StoredMedia {
    /// 1280 × 720, 30 a second, 1.5 Mbit/s.
    package var large: StoredStream
    /// 320 × 180, 15 a second, 100 kbit/s.
    package var small: StoredStream
    /// Opus, 32 kbit/s.
    package var sound: StoredStream

    /// Of the right sizes and rates, made without a coder.
    ///
    /// Nobody can look at it, but everything before the decoder works. Keyframes each second have the header that tells
    /// their size (RFC 6386 §9.1).
    package static func synthetic() -> StoredMedia {
        func pictures(width: Int, height: Int, perSecond: Int, bitrate: Int) -> StoredStream {
            let mean = bitrate / 8 / perSecond
            let frames = (0..<10 * perSecond).map { index -> ArraySlice<UInt8> in
                let isKeyframe = index % perSecond == 0
                let size = isKeyframe ? mean * 4 : mean * 9 / 10
                var frame = [UInt8](repeating: UInt8(truncatingIfNeeded: index), count: size)
                frame[0] = isKeyframe ? 0x10 : 0x11
                if isKeyframe {
                    let sizes = [width & 0xFF, width >> 8, height & 0xFF, height >> 8].map { UInt8($0) }
                    frame.replaceSubrange(3..<10, with: [0x9D, 0x01, 0x2A] + sizes)
                }
                return frame[...]
            }
            return StoredStream(vp8: frames, framesPerSecond: perSecond)
        }
        // CELT, full band, 20 ms, mono, one frame (RFC 6716 §3.1).
        let sound = (0..<500).map { index in [0xF8] + [UInt8](repeating: UInt8(index & 0xFF), count: 79) }
        return StoredMedia(
            large: pictures(width: 1_280, height: 720, perSecond: 30, bitrate: 1_500_000),
            small: pictures(width: 320, height: 180, perSecond: 15, bitrate: 100_000),
            sound: StoredStream(opus: sound))
    }

    /// Has `ffmpeg` make ten seconds of each, with a keyframe each second.
    ///
    /// - Parameters:
    ///   - loop: Where the child processes are watched.
    ///   - completion: Called once, on the loop.
    package static func make(on loop: EventLoop, completion: @escaping (Result<StoredMedia, ClientError>) -> Void) {
        CoderRun.start(
            [
                pictures(size: "1280x720", perSecond: 30, kilobits: 1_450),
                pictures(size: "320x180", perSecond: 15, kilobits: 95),
                [
                    "-f", "lavfi", "-i", "sine=frequency=220:sample_rate=48000", "-t", "10", "-c:a", "libopus", "-b:a",
                    "32k", "-vbr", "off", "-frame_duration", "20", "-page_duration", "20000", "-f", "ogg", "pipe:1",
                ],
            ], on: loop
        ) { result in
            completion(
                result.flatMap { files in
                    let large = MediaContainer.ivfFrames(files[0])
                    let small = MediaContainer.ivfFrames(files[1])
                    let sound = MediaContainer.opusPackets(files[2])
                    guard !large.isEmpty, !small.isEmpty, !sound.isEmpty else {
                        return .failure(ClientError("ffmpeg made no media"))
                    }
                    return .success(
                        StoredMedia(
                            large: StoredStream(vp8: large, framesPerSecond: 30),
                            small: StoredStream(vp8: small, framesPerSecond: 15), sound: StoredStream(opus: sound)))
                })
        }
    }

    private static func pictures(size: String, perSecond: Int, kilobits: Int) -> [String] {
        [
            "-f", "lavfi", "-i", "testsrc2=size=\(size):rate=\(perSecond)", "-t", "10", "-c:v", "libvpx", "-deadline",
            "realtime", "-cpu-used", "8", "-b:v", "\(kilobits)k", "-minrate", "\(kilobits)k", "-maxrate",
            "\(kilobits)k", "-bufsize", "\(kilobits)k", "-g", "\(perSecond)", "-keyint_min", "\(perSecond)", "-f",
            "ivf",
            "pipe:1",
        ]
    }
}

/// `ffmpeg`, run once for each list of arguments, one after the other; what each wrote.
private final class CoderRun {
    private let loop: EventLoop
    private var waiting: ArraySlice<[String]>
    private var files: [[UInt8]] = []
    private var output: [UInt8] = []
    private var child: ChildProcess?
    private var openEnds = 0
    private var failure: String?
    private let completion: (Result<[[UInt8]], ClientError>) -> Void

    /// Bytes that one run may write: ten seconds at 20 Mbit/s.
    private static let limit = 25_000_000

    static func start(
        _ arguments: [[String]], on loop: EventLoop, completion: @escaping (Result<[[UInt8]], ClientError>) -> Void
    ) {
        CoderRun(arguments, on: loop, completion: completion).next()
    }

    private init(
        _ arguments: [[String]], on loop: EventLoop, completion: @escaping (Result<[[UInt8]], ClientError>) -> Void
    ) {
        self.loop = loop
        self.completion = completion
        waiting = arguments[...]
    }

    // The child's closures keep this object until it has ended.
    private func next() {
        guard let arguments = waiting.popFirst() else { return completion(.success(files)) }
        var command = ChildProcess.Command("ffmpeg", ["-v", "error", "-nostdin"] + arguments)
        command.output = .pipe
        output = []
        openEnds = 2
        do throws(LoopError) {
            let child = try ChildProcess(command, on: loop) { exit in
                if exit != .status(0) { self.failure = "ffmpeg ended with \(exit)" }
                self.close()
            }
            self.child = child
            try child.output?.startReading(
                onRead: { bytes in
                    if self.output.count < Self.limit { bytes.withUnsafeBytes { self.output.append(contentsOf: $0) } }
                },
                onEnd: { _ in self.close() })
        } catch {
            child?.close()
            completion(.failure(ClientError("ffmpeg can't be run: \(error)")))
        }
    }

    /// One of the child's two ends: its exit, and the end of what it wrote.
    private func close() {
        openEnds -= 1
        guard openEnds == 0 else { return }
        child?.close()
        child = nil
        if let failure { return completion(.failure(ClientError(failure))) }
        files.append(output)
        next()
    }
}
