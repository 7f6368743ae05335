import FoundationEssentials
package import Participant
package import Units

/// What one line of status says: for people on a terminal, else as a JSON object.
package struct StatusLine: Sendable {
    package var status: SessionStatus
    package var rateIn: Bitrate
    package var rateOut: Bitrate
    /// Of the packets that were sent to us lately, how many never came, 0 … 1.
    package var loss: Double

    package init(_ status: SessionStatus, rateIn: Bitrate, rateOut: Bitrate, loss: Double) {
        self.status = status
        self.rateIn = rateIn
        self.rateOut = rateOut
        self.loss = loss
    }

    /// Such as `connected   in 1.6 Mbit/s   out 832 kbit/s   loss 0.0 %   round trip 1.2 ms   main VP8, audio-0`.
    package var text: String {
        let trip = status.roundTrip.map { "\(Self.rounded($0.inMilliseconds, 10)) ms" } ?? "–"
        let parts = [
            status.state.word, "in \(rateIn)", "out \(rateOut)", "loss \(Self.rounded(loss * 100, 10)) %",
            "round trip \(trip)",
        ]
        let slots = status.slots.filter { $0.packets > 0 }
            .map { $0.slot.isPicture ? "\($0.slot.fileName) \($0.codec?.rawValue ?? "")" : $0.slot.fileName }
        return (parts + (slots.isEmpty ? [] : [slots.joined(separator: ", ")])).joined(separator: "   ")
    }

    /// One object without line breaks; rates in bits a second, times in milliseconds.
    package var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data = try? encoder.encode(Object(self))
        return data.map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    private static func rounded(_ value: Double, _ steps: Double) -> Double { (value * steps).rounded() / steps }

    private struct Object: Encodable {
        struct Slot: Encodable {
            var slot: String
            var codec: String?
            var packets: UInt64
            var lost: UInt64
            var repaired: UInt64
        }

        var time: String
        var state: String
        var rateIn: UInt64
        var rateOut: UInt64
        var loss: Double
        var roundTrip: Double?
        var connections: Int
        var slots: [Slot]

        init(_ line: StatusLine) {
            time = WallClock.text
            state = line.status.state.word
            rateIn = line.rateIn.bitsPerSecond
            rateOut = line.rateOut.bitsPerSecond
            loss = StatusLine.rounded(line.loss, 10_000)
            roundTrip = line.status.roundTrip.map { StatusLine.rounded($0.inMilliseconds, 1_000) }
            connections = line.status.connections
            slots = line.status.slots.map {
                Slot(
                    slot: $0.slot.fileName, codec: $0.codec?.rawValue, packets: $0.packets, lost: $0.lost,
                    repaired: $0.repaired)
            }
        }
    }
}
