package import Units

/// Who has the floor and who waits for it, as everybody may see.
package struct FloorState: Hashable, Sendable {
    package struct Place: Hashable, Sendable {
        package var point: PointCode
        /// When the floor was granted, or asked for.
        package var since: Instant
    }

    /// In order of granting.
    package var holders: [Place]
    /// In order of asking: the position is the index + 1.
    package var queue: [Place]
}
