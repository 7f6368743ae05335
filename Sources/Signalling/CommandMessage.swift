package import Conference

/// One command as it stands in a message; also the body of its HTTP twin.
package struct CommandMessage: Equatable, Sendable {
    package let command: Command
    /// What `stats` reports; there exactly when `command` says so.
    package let report: ClientReport?

    package init(_ command: Command) {
        self.command = command
        if case .stats(reports: true, _) = command { report = ClientReport() } else { report = nil }
    }

    private init(_ command: Command, _ report: ClientReport?) {
        self.command = command
        self.report = report
    }

    /// Reports the own line's figures, begins or ends watching all lines, or both.
    package static func stats(_ report: ClientReport?, watch: Bool? = nil) -> CommandMessage {
        CommandMessage(.stats(reports: report != nil, watch: watch), report)
    }

    package var verb: Verb { command.verb }
}
