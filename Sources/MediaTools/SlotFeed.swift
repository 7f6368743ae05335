import LibUV
import Participant
import RTP
import Units
import Wire

/// A child process that reads one slot, or a picture with its sound, as RTP on loopback.
///
/// Packets wait until the child listens, and until the clocks of both streams are known: a child that got packets before
/// the first sender reports would not know how picture and sound belong together.
final class SlotFeed {
    let streams: [FeedStream]
    private let loop: EventLoop
    private let onEnd: (String) -> Void
    private var backlog = FeedBacklog()
    private var states: [StreamState]
    private var tool: ToolProcess?
    private var socket: DatagramSocket?
    private var outbox = Outbox(capacity: 64 << 10, datagrams: 64)
    private var watch: LoopTimer?
    private var isListening = false
    private var held: [HeldPacket] = []
    private var heldBytes = 0
    let began: Instant
    private var isEnding = false
    /// Since when the child has had all there is, and nothing more to read.
    private var endsSince: Instant?
    private var urges = 0

    /// Ties a stream's timestamps to the wall clock of the server, or to ours for want of that.
    private struct FeedClock {
        var ntp: NTPTime
        var timestamp: UInt32
    }

    private struct StreamState {
        var clock: FeedClock?
        var lastPacket: (timestamp: UInt32, arrival: Instant)?
        /// Since when packets wait for the clock.
        var waitingSince: Instant?
    }

    private struct HeldPacket {
        var packet: ReceivedPacket
        var stream: Int
        var payload: [UInt8]
    }

    /// Our choice: a child starts within a second even on a busy machine; 8 MB are 40 s of a picture.
    private static let mostHeldBytes = 8 << 20
    /// The server sends reports each second.
    private static let longestWait = Duration.milliseconds(1_500)
    private static let listeningLimit = Duration.seconds(15)

    /// Starts the child.
    ///
    /// - Parameters:
    ///   - slots: One slot, or a picture and its sound.
    ///   - command: Reads the description of ``FeedDescription`` from its standard input.
    ///   - loop: Where everything happens.
    ///   - onEnd: The child has ended, with its last error line; not called after ``close()``.
    /// - Throws: ``CaptureFailure`` when there is no such program, or no port.
    init(
        _ slots: [(SlotID, StreamCodec)], command: ChildProcess.Command, on loop: EventLoop,
        onEnd: @escaping (String) -> Void
    ) throws(CaptureFailure) {
        var streams: [FeedStream] = []
        for (slot, codec) in slots {
            // Ports of earlier ones are not taken yet, so they could be found again.
            var port = LoopbackPorts.freePair()
            for _ in 0..<10 where streams.contains(where: { abs(Int($0.port) - Int(port ?? 0)) < 2 }) {
                port = LoopbackPorts.freePair()
            }
            guard let port else { throw CaptureFailure("no free ports on 127.0.0.1") }
            streams.append(FeedStream(slot: slot, codec: codec, port: port))
        }
        self.streams = streams
        self.loop = loop
        self.onEnd = onEnd
        states = streams.map { _ in StreamState() }
        began = loop.now
        var command = command
        command.input = .pipe
        command.errors = .pipe
        let description = Array(FeedDescription.text(streams).utf8)
        tool = try ToolProcess(command, input: description, on: loop) { [weak self] _, lastLine in
            self?.ended(lastLine)
        }
        do throws(LoopError) {
            socket = try DatagramSocket(on: loop, address: SocketAddress(.loopback, port: 0)) { _, _, _ in }
            let watch = try LoopTimer(on: loop) { [weak self] in self?.look() }
            try watch.start(after: .milliseconds(50), every: .milliseconds(50))
            self.watch = consume watch
        } catch {
            throw CaptureFailure("\(error)")
        }
    }

    deinit { close() }

    func reads(_ slot: SlotID, as codec: StreamCodec) -> Bool {
        streams.contains { $0.slot == slot && $0.codec == codec }
    }

    var isRunning: Bool { tool?.isRunning ?? false }

    // MARK: Ending

    /// Tells the child that the streams have ended, as soon as it listens; `onEnd` follows.
    func finish() {
        isEnding = true
        if isListening { endStreams() }
    }

    /// Ends the streams once the child has had all that is held.
    private func endStreams() {
        release(at: loop.now, force: true)
        guard held.isEmpty, endsSince == nil else { return }
        for stream in streams { sendGoodbye(to: stream) }
        endsSince = loop.now
    }

    /// A child that has read everything and not understood gets the signal of Ctrl-C, which ffmpeg obeys while it waits
    /// for packets only when it comes twice.
    private func urge(at now: Instant) {
        guard let since = endsSince, urges < 2 else { return }
        if LoopbackPorts.hasUnread(streams.map(\.port)) {
            endsSince = now
        } else if now.since(since) > .milliseconds(500 + 200 * urges) {
            urges += 1
            tool?.interrupt()
        }
    }

    func close() {
        watch = nil
        tool?.close()
        tool = nil
        socket?.close()
        socket = nil
        held = []
    }

    private func ended(_ lastLine: String) {
        watch = nil
        socket?.close()
        onEnd(lastLine)
    }

    // MARK: Packets

    /// Passes a packet of one of the slots on.
    func receive(_ packet: ReceivedPacket, payload: borrowing RawSpan, at now: Instant) {
        guard let index = streams.firstIndex(where: { $0.slot == packet.slot }) else { return }
        states[index].lastPacket = (packet.timestamp, now)
        if held.isEmpty, backlog.hasRoom, isOpen(index, at: now) {
            send(packet, payload, to: streams[index])
        } else if heldBytes + payload.byteCount <= Self.mostHeldBytes {
            states[index].waitingSince = states[index].waitingSince ?? now
            held.append(HeldPacket(packet: packet, stream: index, payload: payload.array))
            heldBytes += payload.byteCount
            release(at: now)
        }
    }

    /// Takes a sender report of the server.
    func setClock(_ clock: SlotClock, of slot: SlotID, at now: Instant) {
        guard streams.count > 1, let index = streams.firstIndex(where: { $0.slot == slot }) else { return }
        let clock = FeedClock(ntp: clock.ntp, timestamp: clock.timestamp)
        states[index].clock = clock
        if isListening { sendReport(clock, to: streams[index]) }
        release(at: now)
    }

    private func isOpen(_ index: Int, at now: Instant) -> Bool {
        isListening && (streams.count == 1 || states[index].clock != nil)
    }

    /// Looks whether the child listens, and whether somebody has waited long enough.
    private func look() {
        let now = loop.now
        urge(at: now)
        if !isListening {
            let taken = LoopbackPorts.areTaken(streams.map(\.port)) ?? (now.since(began) > .seconds(1))
            isListening = taken || now.since(began) > Self.listeningLimit
            guard isListening else { return }
            for (index, stream) in streams.enumerated() {
                if let clock = states[index].clock { sendReport(clock, to: stream) }
            }
        }
        if backlog.isDue(isHolding: !held.isEmpty) { backlog.note(LoopbackPorts.mostUnread(streams.map(\.port))) }
        if isEnding { endStreams() } else { release(at: now) }
    }

    /// Sends what need not wait any more, in order.
    private func release(at now: Instant, force: Bool = false) {
        guard isListening || force, !held.isEmpty, backlog.hasRoom else { return }
        for index in streams.indices where streams.count > 1 && states[index].clock == nil {
            guard let since = states[index].waitingSince, force || now.since(since) > Self.longestWait else { continue }
            makeUpClock(index, at: now)
        }
        let waiting = held
        held = []
        heldBytes = 0
        for entry in waiting {
            if backlog.hasRoom, force || isOpen(entry.stream, at: now) {
                send(entry.packet, entry.payload.span.bytes, to: streams[entry.stream])
            } else {
                held.append(entry)
                heldBytes += entry.payload.count
            }
        }
    }

    /// Where no report comes, arrival has to tell: on the other stream's clock, or else on ours.
    private func makeUpClock(_ index: Int, at now: Instant) {
        guard let last = states[index].lastPacket else { return }
        var ntp = WallClock.ntp.advanced(by: last.arrival.since(now))
        for (other, stream) in streams.enumerated() where other != index {
            guard let clock = states[other].clock, let packet = states[other].lastPacket else { continue }
            let ticks = Int64(Int32(bitPattern: packet.timestamp &- clock.timestamp))
            let captured = clock.ntp.advanced(by: .nanoseconds(ticks * 1_000_000_000 / Int64(stream.codec.clockRate)))
            ntp = captured.advanced(by: last.arrival.since(packet.arrival))
        }
        let clock = FeedClock(ntp: ntp, timestamp: last.timestamp)
        states[index].clock = clock
        sendReport(clock, to: streams[index])
    }

    private func send(_ packet: ReceivedPacket, _ payload: borrowing RawSpan, to stream: FeedStream) {
        let header = RTPHeader(
            marker: packet.marker, payloadType: stream.payloadType, sequenceNumber: packet.sequenceNumber,
            timestamp: packet.timestamp, ssrc: SSRC(rawValue: stream.ssrc))
        let length = RTPHeader.fixedLength + payload.byteCount
        var room = outbox.reserve(length)
        guard (try? header.write(to: &room)) != nil,
            (try? room.copy(payload, at: RTPHeader.fixedLength)) != nil
        else { return }
        backlog.add(length)
        flush(length, to: stream.port)
    }

    private func sendReport(_ clock: FeedClock, to stream: FeedStream) {
        var writer = RTCPWriter()
        var room = outbox.reserve(256)
        let info = SenderInfo(ntp: clock.ntp, rtpTimestamp: clock.timestamp, packetCount: 0, octetCount: 0)
        guard (try? writer.senderReport(ssrc: SSRC(rawValue: stream.ssrc), info: info, to: &room)) != nil else {
            return
        }
        flush(writer.end, to: stream.port + 1)
    }

    private func sendGoodbye(to stream: FeedStream) {
        var writer = RTCPWriter()
        var room = outbox.reserve(256)
        let ssrc = SSRC(rawValue: stream.ssrc)
        guard (try? writer.receiverReport(ssrc: ssrc, to: &room)) != nil,
            (try? writer.goodbye(ssrc: ssrc, to: &room)) != nil
        else { return }
        flush(writer.end, to: stream.port + 1)
    }

    private func flush(_ length: Int, to port: UInt16) {
        let place = SocketAddress(.loopback, port: port)
        outbox.commit(length, to: NetworkPath(remote: place, local: SocketAddress(.anyV4, port: 0)))
        socket?.flush(&outbox)
    }
}
