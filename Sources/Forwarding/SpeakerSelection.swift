/// Chooses the loudest microphones of a room, with a little patience: who is heard stays while it is nearly as loud.
package struct SpeakerSelection: Sendable {
    /// How much louder one must be to overtake another that was before it, in score points (about decibels).
    private static let margin: Int32 = 6

    /// The chosen ones, loudest first.
    ///
    /// The order has the same patience, so that the first n of them are a choice too.
    package private(set) var chosen: [SourceID] = []
    private let capacity: Int

    /// - Parameter capacity: How many are chosen at most: one more than the audio slots, since nobody hears itself.
    package init(capacity: Int) {
        self.capacity = capacity
        chosen.reserveCapacity(capacity)
    }

    /// Chooses anew.
    ///
    /// - Parameter scores: Each live source once, with its present score.
    /// - Returns: Whether the choice or its order changed.
    package mutating func update(_ scores: some Collection<(source: SourceID, score: Int32)>) -> Bool {
        var ranked = chosen.compactMap { source in scores.first { $0.source == source } }
        var newcomers = scores.filter { !chosen.contains($0.source) }
        newcomers.sort { $0.score != $1.score ? $0.score > $1.score : $0.source.resource < $1.source.resource }
        ranked += newcomers.prefix(capacity)
        // Insertion: each overtakes those before it that it is clearly louder than. Silence is overtaken by any sound.
        for place in ranked.indices.dropFirst() {
            var place = place
            while place > 0, Self.overtakes(ranked[place].score, ranked[place - 1].score) {
                ranked.swapAt(place, place - 1)
                place -= 1
            }
        }
        let next = ranked.prefix(capacity).map(\.source)
        guard next != chosen else { return false }
        chosen = next
        return true
    }

    private static func overtakes(_ score: Int32, _ other: Int32) -> Bool {
        score > other + (other == 0 ? 0 : margin)
    }
}

/// Gives sources places on a receiver's slots so that nobody who stays is moved.
///
/// - Parameters:
///   - wanted: The sources to be on, in order of importance, each once.
///   - slots: What is on each slot now; changed in place. A source that is no longer wanted leaves, one that is
///     wanted and has a slot keeps it, newcomers take free slots in order.
///   - reserved: A source that must be on slot 0; it pushes out whoever is there, who then takes a free slot.
package func assign<Source: Equatable>(_ wanted: [Source], to slots: inout [Source?], reserved: Source?) {
    for index in slots.indices where slots[index].map({ !wanted.contains($0) && $0 != reserved }) ?? false {
        slots[index] = nil
    }
    guard !slots.isEmpty else { return }
    if let reserved, slots[0] != reserved {
        let displaced = slots[0]
        for index in slots.indices where slots[index] == reserved { slots[index] = nil }
        slots[0] = reserved
        if let displaced, let free = slots.firstIndex(of: nil) { slots[free] = displaced }
    }
    for source in wanted where !slots.contains(source) {
        guard let free = slots.firstIndex(of: nil) else { return }
        slots[free] = source
    }
}
