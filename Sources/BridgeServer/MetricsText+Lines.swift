import Bridge
import Telemetry

/// The lines of points: two sets of series for each that is there, bounded by the rosters.
extension MetricsText {
    mutating func addLines(_ lines: [LineSeries]) {
        let names = lines.map { line in
            [("room", line.room), ("point", line.point), ("direction", line.direction == .up ? "up" : "down")]
        }
        func samples(_ value: (LineSeries) -> Double?) -> [Sample] {
            zip(names, lines).compactMap { labels, line in value(line).map { Sample(labels, $0) } }
        }
        gauge(
            "diemcau_line_state", "State of a point's line: 0 good, 1 fair, 2 poor, 3 lost; -1 nothing to judge.",
            samples { $0.state == .none ? -1 : Double($0.state.severity) })
        gauge(
            "diemcau_line_bytes_per_second", "Media in the last second.",
            samples { $0.figures.map { ($0.kilobitsPerSecond * 125).rounded() } })
        gauge("diemcau_line_loss_ratio", "Loss before repair, 0 to 1.", samples { $0.figures?.loss })
        gauge("diemcau_line_loss_after_ratio", "Loss after repair, 0 to 1.", samples { $0.figures?.lossAfterRepair })
        gauge(
            "diemcau_line_jitter_seconds", "Interarrival jitter (RFC 3550).",
            samples { $0.figures?.jitter.map { $0 / 1_000 } })
        gauge(
            "diemcau_line_round_trip_seconds", "Round trip by the client's reports.",
            samples { $0.figures?.roundTrip.map { $0 / 1_000 } })
        gauge(
            "diemcau_line_queue_delay_seconds", "What queues add in this direction, above the smallest delay.",
            samples { $0.figures?.delay.map { $0 / 1_000 } })
        gauge(
            "diemcau_line_packets_requested", "Packets asked for again (NACK) in the last second.",
            samples { $0.figures.map { Double($0.packetsRequested) } })
        gauge(
            "diemcau_line_keyframes_requested", "Keyframes asked for (PLI, FIR) in the last second.",
            samples { $0.figures.map { Double($0.keyframesRequested) } })
        gauge(
            "diemcau_line_frames_per_second", "Whole pictures of the main picture.",
            samples { $0.figures?.framesPerSecond })
        gauge(
            "diemcau_line_keyframe_age_seconds", "Since the main picture's last keyframe.",
            samples { $0.figures?.keyframeAge })
        counter(
            "diemcau_line_reconnects_total", "How often the point's media was connected anew.",
            samples { $0.direction == .up ? Double($0.reconnects) : nil })
    }
}
