import Glibc
package import LibUV
package import Participant
package import Units

/// Writes what is received to a folder, by ffmpeg: `main.mkv` (main picture and audio slot 0 in step), a file for each
/// other slot, and `slots.jsonl`.
///
/// Each file begins at a keyframe; another codec or another session begins a new one (`main-2.mkv`). Nothing that was
/// there before is written over. Confined to the loop's thread.
package final class Recorder {
    /// Gets one line when something went wrong; the recording goes on as well as it can.
    package var onMessage: (String) -> Void = { _ in }
    /// Called while a file can't begin for want of a keyframe of this picture slot.
    package var onKeyframeWanted: (Int) -> Void = { _ in }

    private let folder: String
    private let loop: EventLoop
    private let journal: SlotJournal
    private var files: [SlotID: SlotFeed] = [:]
    private var finishing: [ObjectIdentifier: SlotFeed] = [:]
    private var activity: [SlotID: Activity] = [:]
    private var clocks: [SlotID: SlotClock] = [:]
    private var points: [SlotID: String] = [:]
    private var troubles: [SlotID: Trouble] = [:]
    private var disk = DiskWatch()
    private var looks = 0
    private var timer: LoopTimer?
    private var whenFinished: (() -> Void)?

    private struct Activity {
        var codec: StreamCodec
        var ssrc: UInt32
        var since: Instant
        var last: Instant
    }

    /// Files of a slot that came to nothing one after the other, and when the next one may begin.
    private struct Trouble {
        var failures = 0
        var nextTry: Instant
    }

    private static let main = SlotID.picture(0)
    private static let mainSound = SlotID.audio(0)
    /// A slot on which nothing has come for so long is empty; longer than any pause between two packets.
    private static let silence = Duration.seconds(1)
    /// How long the main sound waits for its picture before it gets a file of its own.
    private static let patience = Duration.seconds(3)
    /// Ours: a file that went on for so long was none of a row of failures.
    private static let soundTime = Duration.seconds(20)
    private static let longestPause = Duration.seconds(30)
    /// Looks between two at the disk.
    private static let diskLooks = 25

    /// Makes the folder where it is missing.
    ///
    /// - Throws: ``CaptureFailure`` when nothing can be written there, or ffmpeg is missing.
    package init(folder: String, on loop: EventLoop) throws(CaptureFailure) {
        self.folder = folder
        self.loop = loop
        guard SystemPaths.isInstalled("ffmpeg") else {
            throw CaptureFailure("recording needs ffmpeg: apt install ffmpeg")
        }
        var path = ""
        for part in folder.split(separator: "/", omittingEmptySubsequences: false) {
            path += part + "/"
            mkdir(path, 0o777)  // What stands in the way shows when the first file is opened.
        }
        journal = try SlotJournal("\(folder)/slots.jsonl")
        do throws(LoopError) {
            let timer = try LoopTimer(on: loop) { [weak self] in self?.look() }
            try timer.start(after: .milliseconds(200), every: .milliseconds(200))
            self.timer = consume timer
        } catch {
            throw CaptureFailure("\(error)")
        }
    }

    // MARK: What comes

    /// Takes a received packet.
    package func receive(_ packet: ReceivedPacket, payload: borrowing RawSpan, at now: Instant) {
        guard whenFinished == nil else { return }
        note(packet, at: now)
        guard let file = file(for: packet) else { return }
        file.receive(packet, payload: payload, at: now)
    }

    /// Takes a sender report.
    package func setClock(_ clock: SlotClock, of slot: SlotID) {
        clocks[slot] = clock
        for file in files.values { file.setClock(clock, of: slot, at: loop.now) }
    }

    /// A session has begun anew: its streams are others, whatever slots they are on.
    package func beginSession() {
        for (slot, file) in files { finish(file, of: slot) }
        clocks = [:]
    }

    /// Says who is on a slot, where that is known.
    package func setPoint(_ code: String?, on slot: SlotID) {
        guard points[slot] != code else { return }
        points[slot] = code
        if let code { journal.write(slot, .point, point: code) }
    }

    private func note(_ packet: ReceivedPacket, at now: Instant) {
        guard var known = activity[packet.slot] else {
            activity[packet.slot] = Activity(codec: packet.codec, ssrc: packet.ssrc.rawValue, since: now, last: now)
            journal.write(
                packet.slot, .began, codec: packet.codec, ssrc: packet.ssrc.rawValue, point: points[packet.slot])
            return
        }
        if known.codec != packet.codec { journal.write(packet.slot, .codec, codec: packet.codec) }
        (known.codec, known.ssrc, known.last) = (packet.codec, packet.ssrc.rawValue, now)
        activity[packet.slot] = known
    }

    // MARK: Files

    /// The file that the packet belongs to; begins one where it can.
    private func file(for packet: ReceivedPacket) -> SlotFeed? {
        guard packet.slot != Self.mainSound else { return soundFile() }
        if let file = files[packet.slot] {
            if file.reads(packet.slot, as: packet.codec) { return file }
            // The old codec goes on until the new one's keyframe: what comes between is of no use to either.
            guard packet.startsKeyframe else { return nil }
            finish(file, of: packet.slot)
        }
        guard packet.startsKeyframe else {
            // Sources send one only when they are asked.
            if mayBegin(packet.slot) { onKeyframeWanted(packet.slot.index) }
            return nil
        }
        guard packet.slot == Self.main else { return open([(packet.slot, packet.codec)]) }
        if let alone = files[Self.mainSound] { finish(alone, of: Self.mainSound) }
        return open([(packet.slot, packet.codec), (Self.mainSound, .opus)])
    }

    /// Sound of slot 0 goes with the main picture, or, where none comes, into a file of its own.
    private func soundFile() -> SlotFeed? {
        if let file = files[Self.main] ?? files[Self.mainSound] { return file }
        guard let since = activity[Self.mainSound]?.since, loop.now.since(since) > Self.patience,
            activity[Self.main] == nil
        else { return nil }
        return open([(Self.mainSound, .opus)])
    }

    private func open(_ slots: [(SlotID, StreamCodec)]) -> SlotFeed? {
        guard let first = slots.first?.0, mayBegin(first) else { return nil }
        let ending = first.isPicture ? "mkv" : "mka"
        var name = "\(first.fileName).\(ending)"
        var number = 1
        while access("\(folder)/\(name)", F_OK) == 0 {
            number += 1
            name = "\(first.fileName)-\(number).\(ending)"
        }
        do throws(CaptureFailure) {
            // The name is taken at once, since ffmpeg makes the file only when it knows the streams.
            guard let placeholder = fopen("\(folder)/\(name)", "wx") else {
                throw CaptureFailure("\(folder)/\(name): \(String(cString: strerror(errno)))")
            }
            fclose(placeholder)
            let command = Self.command(writing: "\(folder)/\(name)")
            let title = name
            let file = try SlotFeed(slots, command: command, on: loop) { [weak self] lastLine in
                self?.ended(first, title, lastLine)
            }
            for (slot, codec) in slots {
                if let clock = clocks[slot] { file.setClock(clock, of: slot, at: loop.now) }
                journal.write(slot, .file, codec: codec, point: points[slot], file: name)
            }
            files[first] = file
            return file
        } catch {
            report("recording: \(error)" + nextTry(noteTrouble(first)))
            return nil
        }
    }

    private func mayBegin(_ slot: SlotID) -> Bool { troubles[slot].map { $0.nextTry <= loop.now } ?? true }

    /// Another file of the slot has come to nothing.
    ///
    /// - Returns: How long to wait before the next one: a full disk shall not start an ffmpeg each second.
    private func noteTrouble(_ slot: SlotID, lasted: Duration = .zero) -> Duration {
        let failures = lasted > Self.soundTime ? 0 : (troubles[slot]?.failures ?? 0)
        let pause = failures == 0 ? Duration.zero : min(.seconds(1 << min(failures, 5)), Self.longestPause)
        troubles[slot] = Trouble(failures: failures + 1, nextTry: loop.now.advanced(by: pause))
        return pause
    }

    private func nextTry(_ pause: Duration) -> String {
        pause == .zero ? "; a new file follows" : "; a new file follows in \(Int(pause.inSeconds)) s"
    }

    /// Says the same thing once a second at most.
    private var lastReport: (text: String, time: Instant)?
    private func report(_ text: String) {
        if let lastReport, lastReport.text == text, loop.now.since(lastReport.time) < .seconds(1) { return }
        lastReport = (text, loop.now)
        onMessage(text)
    }

    static func command(writing path: String) -> ChildProcess.Command {
        // A path that begins with a dash, or looks like a protocol, stays a path.
        let output = path.hasPrefix("/") ? path : "./\(path)"
        var command = ChildProcess.Command(
            "ffmpeg",
            ["-hide_banner", "-loglevel", "error", "-nostdin"] + FeedDescription.inputArguments + [
                "-map", "0", "-c", "copy", "-f", "matroska", "-cluster_time_limit", "1000", "-y", output,
            ])
        command.output = .ignore
        return command
    }

    // MARK: Ends

    private func finish(_ file: SlotFeed, of slot: SlotID) {
        files[slot] = nil
        finishing[ObjectIdentifier(file)] = file
        file.finish()
    }

    private func ended(_ slot: SlotID, _ name: String, _ lastLine: String) {
        finishing = finishing.filter { $0.value.isRunning }
        if let file = files[slot], !file.isRunning {
            files[slot] = nil
            let pause = noteTrouble(slot, lasted: loop.now.since(file.began))
            if whenFinished == nil { report("recording: \(name) ended: \(lastLine)" + nextTry(pause)) }
        }
        removeEmpty(name)
        completeWhenDone()
    }

    /// A file into which nothing came to be written is none.
    private func removeEmpty(_ name: String) {
        var status = stat()
        guard stat("\(folder)/\(name)", &status) == 0, status.st_size == 0 else { return }
        unlink("\(folder)/\(name)")
    }

    /// Finishes all files.
    ///
    /// - Parameters:
    ///   - limit: How long they are waited for; what is not whole by then is given up, and ``onMessage`` told.
    ///   - completion: Called when all are whole or given up.
    package func finish(within limit: Duration = .seconds(3), _ completion: @escaping () -> Void) {
        guard whenFinished == nil else { return }
        whenFinished = completion
        for (slot, file) in files { finish(file, of: slot) }
        let begun = loop.now
        do throws(LoopError) {
            let timer = try LoopTimer(on: loop) { [weak self] in
                guard let self else { return }
                if loop.now.since(begun) > limit { giveUp() }
                completeWhenDone()
            }
            try timer.start(after: .milliseconds(10), every: .milliseconds(100))
            self.timer = consume timer
        } catch {
            giveUp()
            completeWhenDone()
        }
    }

    private func giveUp() {
        if !finishing.isEmpty { onMessage("recording: not finished in time: \(finishing.count) of the last files") }
        abandon()
    }

    private func abandon() {
        for file in finishing.values { file.close() }
        finishing = [:]
    }

    private func completeWhenDone() {
        guard finishing.isEmpty, files.isEmpty, let whenFinished else { return }
        self.whenFinished = {}
        timer?.stop()
        whenFinished()
    }

    /// Ends at once; files may lack their index.
    package func close() {
        timer = nil
        abandon()
        for file in files.values { file.close() }
        files = [:]
    }

    private func look() {
        let now = loop.now
        looks += 1
        if looks % Self.diskLooks == 1, let text = SystemPaths.freeBytes(folder).flatMap({ disk.note(free: $0) }) {
            report("recording: \(text)")
        }
        for (slot, known) in activity where now.since(known.last) > Self.silence {
            activity[slot] = nil
            journal.write(slot, .ended, codec: known.codec, ssrc: known.ssrc, point: points[slot])
        }
    }
}
