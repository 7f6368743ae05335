package import LibUV
package import Participant
package import Units

/// Shows the main picture with its sound in ffplay or mpv.
package final class Player {
    /// One line.
    package var onMessage: (String) -> Void = { _ in }

    private let loop: EventLoop
    private let program: String
    private var feed: SlotFeed?
    private var clocks: [SlotID: SlotClock] = [:]
    private var isClosed = false

    private static let picture = SlotID.picture(0)
    private static let sound = SlotID.audio(0)

    /// - Throws: ``CaptureFailure`` when no player is installed.
    package init(on loop: EventLoop) throws(CaptureFailure) {
        guard let program = ["ffplay", "mpv"].first(where: SystemPaths.isInstalled) else {
            throw CaptureFailure("--play needs ffplay or mpv: apt install ffmpeg")
        }
        self.program = program
        self.loop = loop
    }

    package func receive(_ packet: ReceivedPacket, payload: borrowing RawSpan, at now: Instant) {
        guard !isClosed, packet.slot == Self.picture || packet.slot == Self.sound else { return }
        if packet.slot == Self.picture, packet.startsKeyframe, feed?.reads(packet.slot, as: packet.codec) != true {
            begin(packet.codec)
        }
        guard let feed, feed.reads(packet.slot, as: packet.codec) else { return }
        feed.receive(packet, payload: payload, at: now)
    }

    package func setClock(_ clock: SlotClock, of slot: SlotID) {
        clocks[slot] = clock
        feed?.setClock(clock, of: slot, at: loop.now)
    }

    /// A session has begun anew: its streams are others.
    package func beginSession() {
        feed?.close()
        feed = nil
        clocks = [:]
    }

    package func close() {
        isClosed = true
        feed?.close()
        feed = nil
    }

    private func begin(_ codec: StreamCodec) {
        feed?.close()
        feed = nil
        do throws(CaptureFailure) {
            let feed = try SlotFeed(
                [(Self.picture, codec), (Self.sound, .opus)], command: Self.command(program), on: loop
            ) { [weak self] lastLine in
                guard let self else { return }
                isClosed = true  // Whoever closes the window doesn't want another one.
                onMessage("the player has ended" + (lastLine.isEmpty ? "" : ": \(lastLine)"))
            }
            for (slot, clock) in clocks { feed.setClock(clock, of: slot, at: loop.now) }
            self.feed = feed
        } catch {
            isClosed = true
            onMessage("player: \(error)")
        }
    }

    static func command(_ program: String) -> ChildProcess.Command {
        let title = "Diemcau"
        let arguments =
            program == "ffplay"
            ? ["-hide_banner", "-loglevel", "error", "-window_title", title, "-fflags", "nobuffer"]
                + FeedDescription.inputArguments
            : [
                "--really-quiet", "--profile=low-latency", "--title=\(title)", "--demuxer=lavf",
                "--demuxer-lavf-format=sdp", "--demuxer-lavf-o=protocol_whitelist=[pipe,udp,rtp,file]", "-",
            ]
        var command = ChildProcess.Command(program, arguments)
        command.output = .ignore
        return command
    }
}
