import BridgeClient

/// The result for people.
struct LoadTable {
    private let report: LoadReport

    init(_ report: LoadReport) { self.report = report }

    func print() {
        if report.points > 0 { printSlots() }
        for line in (report.points > 0 ? lines : []) + socketLines { Swift.print(line) }
    }

    private func printSlots() {
        Table(
            ["SLOTS", "PACKETS", "MBIT/S", "LOST BEFORE REPAIR", "LOST", "KEYFRAMES"],
            report.slots.map { [report] slots in
                [
                    slots.kind, "\(slots.packets)",
                    Text.fixed(report.seconds > 0 ? Double(slots.bytes) * 8 / report.seconds / 1e6 : 0, 1),
                    "\(slots.missing) (\(Text.fixed(slots.lossBeforeRepairPercent, 3)) %)",
                    "\(slots.lost) (\(Text.fixed(slots.lossPercent, 3)) %)", "\(slots.keyframes)",
                ]
            }
        ).print()
        Swift.print("")
    }

    private var socketLines: [String] {
        let sockets = report.sockets
        guard sockets.count > 0 else { return [] }
        var lines = [
            "sockets: \(sockets.welcomed) of \(sockets.count - sockets.slow) welcomed, \(sockets.openAtEnd) still there at"
                + " the end, \(sockets.losses) lost in between, \(sockets.slow) that never read",
            "time to welcome \(Text.fixed(sockets.welcomeMilliseconds50, 0)) ms (half),"
                + " \(Text.fixed(sockets.welcomeMilliseconds95, 0)) ms (95 %),"
                + " \(Text.fixed(sockets.welcomeMillisecondsLongest, 0)) ms (longest)",
            "over sockets: \(sockets.messages) messages, \(Text.fixed(Double(sockets.bytes) / 1e6, 2)) MB in all,"
                + " \(Text.fixed(sockets.bytesPerSocket / 1e3, 1)) kB each",
        ]
        if report.points == 0 { lines.append("generator \(Text.fixed(report.cpuPercent, 0)) % of a core") }
        lines += sockets.troubles.sorted { $0.value > $1.value }.map { "not welcomed: \($0.value) × \($0.key)" }
        return lines
    }

    private var lines: [String] {
        var lines = [
            "joined \(report.joined) of \(report.points), \(report.connectedAtEnd) still there at the end,"
                + " \(report.losses) lost in between",
            "time to join \(Text.fixed(report.joinMilliseconds50, 0)) ms (half),"
                + " \(Text.fixed(report.joinMilliseconds95, 0)) ms (95 %),"
                + " \(Text.fixed(report.joinMillisecondsLongest, 0)) ms (longest)",
            "measured \(Text.fixed(report.seconds, 0)) s: in \(report.packetsReceived) packets,"
                + " \(Text.fixed(report.megabitsIn, 1)) Mbit/s; out \(report.packetsSent) packets,"
                + " \(Text.fixed(report.megabitsOut, 1)) Mbit/s, \(report.packetsResent) sent again",
            "loss \(Text.fixed(report.lossPercent, 3)) % (mark \(Text.fixed(LoadReport.lossMark, 1)) %)",
            "latency of sound \(Text.fixed(report.latencyMilliseconds50, 1)) ms (half),"
                + " \(Text.fixed(report.latencyMilliseconds95, 1)) ms (95 %),"
                + " \(Text.fixed(report.latencyMilliseconds99, 1)) ms (99 %)",
            "dropped here: \(report.kernelDrops) by the kernel before us, \(report.sendDrops) by us,"
                + " \(report.refused) unreadable",
            "generator \(Text.fixed(report.cpuPercent, 0)) % of a core (mark \(Text.fixed(LoadReport.cpuMark, 0)) %)",
        ]
        lines += report.troubles.sorted { $0.value > $1.value }.map { "not joined: \($0.value) × \($0.key)" }
        return lines
    }
}
