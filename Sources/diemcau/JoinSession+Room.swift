import BridgeClient
import Conference
import MediaTools
import Participant
import Signalling
import Terminal
import Units

/// What the socket tells, and what is told over it.
extension JoinSession {
    func handle(_ event: SocketEvent) {
        showState()
        switch event {
        case .message(let message):
            let room = console.view.room
            let sender = message.from.point.map { room.name($0) } ?? message.from.role.rawValue
            console.logged("\(sender): \(message.text)")
        case .notice(let notice): console.logged("\(notice.code): \(notice.text)")
        case .answered(let id, let answer): tell(answer, of: id)
        case .complaint(let reply): console.message("\(reply.code): \(reply.text)")
        case .refused(let notice, _): console.message(words.socketRefused("\(notice.code): \(notice.detail)"))
        // Media says the same of the server, and the summary line that the socket is lost.
        case .connecting, .welcomed, .unreachable, .lost, .ended: break
        }
    }

    private func tell(_ answer: CommandAnswer, of id: UInt64) {
        guard askedCommands.remove(id) != nil else { return }
        switch answer {
        case .done: break
        case .refused(let reply): console.message(reply.text.isEmpty ? reply.code : reply.text)
        case .timedOut, .unknown: console.message(words.unanswered)
        }
    }

    func roomChanged(_ aspects: Set<RoomState.Aspect>) {
        guard let room = participation?.socket.room else { return }
        if aspects.contains(.slots) {
            nameSlots(room.slots)
            if !isOnMainPicture(room.slots) { participation?.media.pauseMainPicture() }
        }
        console.update { $0.room = room }
    }

    /// Whether somebody's picture is on the main slot.
    private func isOnMainPicture(_ slots: [SlotView]) -> Bool {
        slots.contains { $0.kind == .picture && $0.index == 0 && $0.state == .on }
    }

    /// Tells the recorder who is on its slots.
    private func nameSlots(_ slots: [SlotView]) {
        for slot in slots {
            let id: SlotID = slot.kind == .picture ? .picture(slot.index) : .audio(slot.index)
            recorder?.setPoint(slot.state == .empty ? nil : slot.point?.rawValue, on: id)
        }
    }

    /// Shows where media and socket stand.
    func showState() {
        guard let participation else { return }
        console.update {
            $0.media = participation.media.state
            $0.socket = participation.socket.state
            $0.figures.isConnected = participation.media.state == .connected
        }
    }

    /// Shows what each track does.
    func showTracks() {
        func track(_ track: SendingTrack, isThere: Bool) -> JoinView.Track {
            isThere ? (silenced.contains(track) ? .off : .on) : .missing
        }
        console.update {
            $0.microphone = track(.microphone, isThere: plan.session.sendsMicrophone)
            $0.camera = track(.camera, isThere: plan.session.camera != nil)
        }
    }

    /// Shows the last second's figures, and reports them to the server.
    func reportLine(_ status: ClientStatus) {
        var line = JoinView.LineFigures()
        line.isConnected = status.session.state == .connected
        line.up = Double(status.rateOut.bitsPerSecond) / 1_000
        line.down = Double(status.rateIn.bitsPerSecond) / 1_000
        line.lossUp = status.session.uplinkLoss
        line.lossDown = status.session.slots.contains { $0.packets > 0 } ? status.loss : nil
        line.roundTrip = status.session.roundTrip?.inMilliseconds
        line.jitter = status.session.slots.filter { $0.packets > 0 }.map(\.jitter.inMilliseconds).max()
        console.update { $0.figures = line }
        guard let socket = participation?.socket, socket.state == .joined, socket.room.may(.stats),
            socket.room.you?.role.holdsSeat ?? false
        else { return }
        let freezes = status.session.mainPicture?.freezes ?? 0
        let isPictureOn = isOnMainPicture(socket.room.slots)
        var report = report(line)
        report.fps = isPictureOn ? status.mainFrameRate.map { ($0 * 10).rounded() / 10 } : nil
        report.freezes = isPictureOn ? Double(freezes - min(freezes, reportedFreezes)) : nil
        if socket.send(.stats(report)) != nil { reportedFreezes = freezes }
    }

    private func report(_ line: JoinView.LineFigures) -> ClientReport {
        ClientReport(
            rtt: line.roundTrip, jitter: line.jitter, lossDown: line.lossDown, lossUp: line.lossUp, kbpsUp: line.up,
            kbpsDown: line.down, limitedBy: ClientReport.Limit.none,
            camera: plan.session.camera != nil && !silenced.contains(.camera),
            microphone: plan.session.sendsMicrophone && !silenced.contains(.microphone))
    }
}
