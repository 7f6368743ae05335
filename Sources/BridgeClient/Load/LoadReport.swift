import Units

/// What a load run measured.
package struct LoadReport: Codable, Sendable {
    /// What came on the slots of one kind, over all points.
    package struct Slots: Codable, Sendable {
        package var kind: String
        package var packets: UInt64 = 0
        package var bytes: UInt64 = 0
        package var expected: UInt64 = 0
        /// Packets that did not come by themselves, and those that never came.
        package var missing: UInt64 = 0
        package var lost: UInt64 = 0
        package var keyframes: UInt64 = 0

        package var lossPercent: Double { expected == 0 ? 0 : 100 * Double(lost) / Double(expected) }
        package var lossBeforeRepairPercent: Double { expected == 0 ? 0 : 100 * Double(missing) / Double(expected) }
    }

    /// What the signalling sockets did, with media and without.
    package struct Sockets: Codable, Sendable {
        package var count = 0
        package var welcomed = 0
        package var openAtEnd = 0
        /// Sockets that were lost after they stood.
        package var losses = 0
        /// That greeted and never read.
        package var slow = 0
        /// From the first try to the `welcome`.
        package var welcomeMilliseconds50 = 0.0
        package var welcomeMilliseconds95 = 0.0
        package var welcomeMillisecondsLongest = 0.0
        /// Of all of them, what is in the frames.
        package var messages: UInt64 = 0
        package var bytes: UInt64 = 0
        /// What was in the way of those that were not welcomed, with how many each.
        package var troubles: [String: Int] = [:]

        package var bytesPerSocket: Double { welcomed == 0 ? 0 : Double(bytes) / Double(welcomed) }
    }

    package var points = 0
    package var joined = 0
    package var connectedAtEnd = 0
    /// Sessions that were lost after they stood.
    package var losses = 0
    package var seconds = 0.0
    package var joinMilliseconds50 = 0.0
    package var joinMilliseconds95 = 0.0
    package var joinMillisecondsLongest = 0.0
    package var slots: [Slots] = []
    package var packetsReceived: UInt64 = 0
    package var packetsSent: UInt64 = 0
    package var megabitsIn = 0.0
    package var megabitsOut = 0.0
    package var packetsResent: UInt64 = 0
    /// Sound, from one point's sending to another's receiving, in the same process and by the same clock.
    package var latencyMilliseconds50 = 0.0
    package var latencyMilliseconds95 = 0.0
    package var latencyMilliseconds99 = 0.0
    package var latencySamples: UInt64 = 0
    /// Dropped here: by the kernel before us (`SO_RXQ_OVFL`), and by us before the kernel.
    package var kernelDrops: UInt64 = 0
    package var sendDrops: UInt64 = 0
    /// Datagrams that led to nothing: bad tag, replayed, malformed.
    package var refused: UInt64 = 0
    /// The process's own CPU time in hundredths of one core.
    package var cpuPercent = 0.0
    /// What was in the way of points that did not join, with how many each.
    package var troubles: [String: Int] = [:]
    package var sockets = Sockets()

    package init() {}

    /// Whether all came that were to come; whoever never reads can't know.
    package var isComplete: Bool { joined == points && sockets.welcomed + sockets.slow == sockets.count }

    /// Over all slots, after repair.
    package var lossPercent: Double {
        let expected = slots.reduce(0) { $0 + $1.expected }
        return expected == 0 ? 0 : 100 * Double(slots.reduce(0) { $0 + $1.lost }) / Double(expected)
    }

    /// Beyond these a run says more of the machine than of the server; ours.
    package static let lossMark = 0.5
    package static let cpuMark = 80.0
}

extension LoadReport.Sockets {
    init(_ sockets: [LoadSocket]) {
        count = sockets.count
        slow = sockets.count { $0.isSlow }
        openAtEnd = sockets.count { $0.isJoined }
        losses = sockets.reduce(0) { $0 + $1.losses }
        let times = sockets.compactMap(\.timeToWelcome).map(\.inMilliseconds).sorted()
        welcomed = times.count
        welcomeMilliseconds50 = LoadGenerator.percentile(times, 0.5)
        welcomeMilliseconds95 = LoadGenerator.percentile(times, 0.95)
        welcomeMillisecondsLongest = times.last ?? 0
        for socket in sockets {
            messages &+= socket.received.messages
            bytes &+= socket.received.bytes
            if socket.timeToWelcome == nil, !socket.isSlow {
                troubles[socket.lastTrouble ?? "no answer yet", default: 0] += 1
            }
        }
    }
}
