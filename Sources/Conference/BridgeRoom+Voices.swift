/// Who may speak and who is heard.
extension BridgeRoom {
    package var mode: RoomMode { chosenMode ?? definition.mode }

    /// Who has the floor and who waits for it.
    package var floor: FloorState { floorControl.state }

    /// Who was put out and may not come back yet.
    package var removedPoints: [PointCode: Removal] { removals.byPoint }

    /// Whether a mute by chair or operator is in force: `false` while the point has the floor that it was given
    /// after that.
    package func isMuted(_ point: PointCode) -> Bool { silenced.contains(point) }

    /// Whether what the point sends is passed on.
    package func isHeard(_ point: PointCode) -> Bool { roster[point] != nil && voicePlan.hears(point) }

    /// Whether the seat is heard without having the floor, and not the operator's to mute.
    package func isChairSeat(_ point: PointCode) -> Bool { chairPoints.contains(point) }

    /// Heard is who is not muted, and in lecture and conference only who has the floor or a seat of the chair.
    func makeVoicePlan() -> VoicePlan {
        switch mode {
        case .discussion: .everyone(except: silenced)
        case .lecture, .conference:
            .only(chairPoints.union(floorControl.state.holders.map(\.point)).subtracting(silenced))
        }
    }
}
