package import Units

/// Which of a camera's simulcast layers live, and which to show where.
package struct LayerSelection: Sendable {
    /// A layer that has sent nothing for so long is left for the next lower one.
    package static let silence = Duration.milliseconds(500)
    /// The last one that was heard stays for so long, because a still screen sends little; our choice, as for presence.
    package static let absence = Duration.seconds(6)
    package static let maximumLayers = 3

    private struct Layer {
        var lastPacket: Instant?
        var bytes: UInt64 = 0
        /// Pixels of its last keyframe, 0 while unknown.
        var pixels = 0
    }

    private var layers: [3 of Layer] = .init(repeating: Layer())

    package init() {}

    /// A packet of `layer` came.
    ///
    /// `pixels` is the picture's area, where the packet begins a keyframe that says.
    package mutating func receive(layer: Int, bytes: Int, pixels: Int?, at now: Instant) {
        guard layers.indices.contains(layer) else { return }
        layers[layer].lastPacket = now
        layers[layer].bytes &+= UInt64(max(0, bytes))
        if let pixels { layers[layer].pixels = pixels }
    }

    package func isLive(_ layer: Int, at now: Instant) -> Bool {
        guard layers.indices.contains(layer), let last = layers[layer].lastPacket else { return false }
        return now.since(last) < Self.silence
    }

    /// The live layers from the lowest to the highest: small slots take the first, the main slot the last.
    ///
    /// When all are silent, the one that was heard last stands for the picture until ``absence`` has passed.
    package func liveLayers(at now: Instant) -> [UInt8] {
        let live = layers.indices.filter { isLive($0, at: now) }
        guard live.isEmpty else { return live.sorted { isHigher($1, than: $0) }.map { UInt8($0) } }
        let latest = layers.indices.max { (layers[$0].lastPacket ?? .zero) < (layers[$1].lastPacket ?? .zero) }
        guard let latest, let last = layers[latest].lastPacket, now.since(last) < Self.absence else { return [] }
        return [UInt8(latest)]
    }

    /// By area where both are known, else by what was sent.
    private func isHigher(_ layer: Int, than other: Int) -> Bool {
        if layers[layer].pixels > 0, layers[other].pixels > 0, layers[layer].pixels != layers[other].pixels {
            return layers[layer].pixels > layers[other].pixels
        }
        return layers[layer].bytes > layers[other].bytes
    }
}
