package import Participant

/// Who takes part in a load run, and how.
package struct LoadPlan: Sendable {
    /// What one point sends.
    package enum Sending: Hashable, Sendable {
        /// 720p and 180p, and sound.
        case bridge
        /// 180p, and sound.
        case commune
        case nothing
    }

    package struct Point: Sendable {
        package var code: String
        package var token: String
        package var sending: Sending

        package init(code: String, token: String, sending: Sending) {
            self.code = code
            self.token = token
            self.sending = sending
        }
    }

    package var server: ServerAddress
    package var room: String
    package var points: [Point]
    /// Whether each of ``points`` opens a socket beside its media.
    package var opensSockets = true
    /// Who comes with a socket and without media.
    package var sockets: [Point] = []
    /// Who comes with a socket, greets and never reads.
    package var slowSockets: [Point] = []
    package var audioSlots = 3
    package var pictureSlots = 3
    /// How many speak at a time.
    package var speakers = 3
    package var seed: UInt64 = 1
    /// Points that begin to join each second.
    package var joinsPerSecond = 50

    package init(server: ServerAddress, room: String, points: [Point]) {
        self.server = server
        self.room = room
        self.points = points
    }

    /// Points and sockets together.
    package var count: Int { points.count + sockets.count + slowSockets.count }

    /// How long the same points speak.
    static let turn = Duration.seconds(4)

    /// Which points speak in turn `turn`, by index: by chance, but the same chance for the same seed.
    func speakers(inTurn turn: UInt64) -> [Int] {
        let senders = points.indices.filter { points[$0].sending != .nothing }
        guard !senders.isEmpty else { return [] }
        return (0..<speakers).map { place in
            let chance = Self.mixed(seed &+ turn &* 31 &+ UInt64(place) &* 1_009)
            return senders[Int(chance % UInt64(senders.count))]
        }
    }

    /// SplitMix64's last steps.
    static func mixed(_ word: UInt64) -> UInt64 {
        var word = word &+ 0x9E37_79B9_7F4A_7C15
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}
