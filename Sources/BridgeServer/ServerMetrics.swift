import Bridge
import LibUV
import Telemetry
import Transport
import Units

/// The server's figures in Prometheus' words; made when somebody asks, out of what loops published last.
struct ServerMetrics {
    var rooms: [RoomFigures]
    var refusals: [String: UInt64]
    var media: [MediaSnapshot]
    var control: LoopStatistics
    /// The last second of the certificate in use, since 1970.
    var certificateEnd: Int64
    var connections: Int
    var sockets: Int
    var resynchronisations: UInt64
    var refusedConnections: UInt64
    var timedOutConnections: UInt64
    var listener: TCPListener.Counters
    /// Two of each point that is there; none when they are switched off.
    var lines: [LineSeries] = []

    typealias Sample = MetricsText.Sample

    var text: String {
        var metrics = MetricsText()
        addRooms(to: &metrics)
        addConnections(to: &metrics)
        addPackets(to: &metrics)
        addDrops(to: &metrics)
        addLoops(to: &metrics)
        if !lines.isEmpty { metrics.addLines(lines) }
        return metrics.text
    }

    private func addRooms(to metrics: inout MetricsText) {
        func perRoom(_ value: (RoomFigures) -> Int) -> [Sample] {
            rooms.map { Sample([("room", $0.room)], Double(value($0))) }
        }
        metrics.gauge("diemcau_room_points_expected", "Points on the room's roster.", perRoom(\.expected))
        metrics.gauge("diemcau_room_points_present", "Points with somebody on their seat.", perRoom(\.present))
        metrics.gauge("diemcau_room_observers", "Observers in the room.", perRoom(\.observers))
        metrics.counter(
            "diemcau_refusals_total", "Requests that were turned away, by code.",
            refusals.sorted { $0.key < $1.key }.map { Sample([("code", $0.key)], Double($0.value)) })
    }

    private func addConnections(to metrics: inout MetricsText) {
        metrics.gauge(
            "diemcau_certificate_expiry_timestamp_seconds", "When the certificate in use ends, since 1970.",
            [Sample([], Double(certificateEnd))])
        metrics.gauge("diemcau_connections", "Open signalling connections.", [Sample([], Double(connections))])
        metrics.gauge("diemcau_sockets", "Open WebSockets.", [Sample([], Double(sockets))])
        metrics.counter(
            "diemcau_socket_resynchronisations_total", "Slow readers who had lost events and got the room anew.",
            [Sample([], Double(resynchronisations))])
        metrics.counter(
            "diemcau_connections_accepted_total", "Connections accepted.", [Sample([], Double(listener.accepted))])
        metrics.counter(
            "diemcau_connections_closed_early_total", "Connections turned away or closed by the server.",
            [
                Sample([("reason", "limit")], Double(refusedConnections)),
                Sample([("reason", "timeout")], Double(timedOutConnections)),
                Sample([("reason", "failed")], Double(listener.failed)),
            ])
        metrics.counter(
            "diemcau_accept_pauses_total", "Times that accepting paused for want of file descriptors.",
            [Sample([], Double(listener.pauses))])
    }

    private func perLoop(_ value: (MediaSnapshot) -> Double) -> [Sample] {
        media.enumerated().map { Sample([("loop", "\($0.offset)")], value($0.element)) }
    }

    private func addPackets(to metrics: inout MetricsText) {
        metrics.gauge(
            "diemcau_media_sessions", "Media resources.", perLoop { Double($0.plane.endpoints) })
        metrics.gauge(
            "diemcau_media_sessions_connected", "Media resources whose handshake is done.",
            perLoop { Double($0.plane.connected) })
        metrics.counter(
            "diemcau_media_received_packets_total", "Datagrams received.", perLoop { Double($0.plane.packetsReceived) })
        metrics.counter(
            "diemcau_media_received_bytes_total", "Bytes received.", perLoop { Double($0.plane.bytesReceived) })
        metrics.counter(
            "diemcau_media_forwarded_packets_total", "Packets sent on to receivers.",
            perLoop { Double($0.plane.packetsForwarded) })
        metrics.counter(
            "diemcau_media_forwarded_bytes_total", "Bytes sent on to receivers.",
            perLoop { Double($0.plane.bytesForwarded) })
        metrics.counter(
            "diemcau_media_resent_packets_total", "Packets sent again on request.",
            perLoop { Double($0.plane.packetsResent) })
        metrics.counter(
            "diemcau_media_sent_datagrams_total", "Datagrams that the kernel took.", perLoop { Double($0.socket.sent) })
    }

    private func addDrops(to metrics: inout MetricsText) {
        let reasons: [(String, (MediaSnapshot) -> UInt64)] = [
            ("stranger", { $0.plane.strangers }),
            ("bad-check", { $0.plane.refused.badCheck }),
            ("unchecked-address", { $0.plane.refused.unchecked }),
            ("bad-tag", { $0.plane.refused.badTag }),
            ("replayed", { $0.plane.refused.replayed }),
            ("malformed", { $0.plane.refused.malformed &+ $0.plane.unreadable }),
            ("too-many-sources", { $0.plane.refused.tooManySources }),
            ("above-limit", { $0.plane.aboveLimit }),
            ("unexpected", { $0.plane.refused.unexpected }),
            ("outbox-full", { $0.plane.outboxFull }),
            ("crossing-full", { $0.plane.crossingsDropped &+ $0.mailDropped }),
            ("send-queue-full", { $0.socket.sendDrops }),
            ("send-error", { $0.socket.sendErrors }),
            ("receive-queue-full", { $0.socket.queueOverflows }),
            ("truncated", { $0.socket.truncated }),
        ]
        let samples = media.enumerated().flatMap { loop, snapshot in
            reasons.map { reason, value in
                Sample([("loop", "\(loop)"), ("reason", reason)], Double(value(snapshot)))
            }
        }
        metrics.counter("diemcau_media_dropped_packets_total", "Datagrams that led to nothing, by reason.", samples)
    }

    private func addLoops(to metrics: inout MetricsText) {
        func loops(_ value: (LoopStatistics) -> Double) -> [Sample] {
            [Sample([("loop", "control")], value(control))]
                + media.enumerated().map { Sample([("loop", "\($0.offset)")], value($0.element.turns)) }
        }
        metrics.counter("diemcau_loop_turns_total", "Turns of each loop.", loops { Double($0.turns) })
        metrics.counter("diemcau_loop_busy_seconds_total", "Time that each loop worked.", loops { $0.busy.inSeconds })
        metrics.gauge(
            "diemcau_loop_longest_turn_seconds", "The longest turn of the last second.",
            loops { $0.longestTurn.inSeconds })
    }
}
