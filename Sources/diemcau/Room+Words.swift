import ArgumentParser
import Conference
import Terminal

/// What is said in writing.
extension Room {
    /// `diemcau room message ROOM TEXT --to all`.
    struct Message: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sends a message to all, to the staff, or to a point.")
        @Argument(help: "The room's id.") var room: String
        @Argument(help: "The text, 1 to 2000 characters.") var text: String
        @Option(help: "all, staff, or a point's code.") var to = "all"
        @OptionGroup var options: VerbOptions

        func validate() throws {
            guard target != nil else { throw ValidationError("--to is all, staff or a point's code, not \(to)") }
            guard (1...RoomMessage.textLimit).contains(text.count) else {
                throw ValidationError("a message has 1 to \(RoomMessage.textLimit) characters")
            }
        }

        private var target: MessageTarget? {
            switch to {
            case "all": .all
            case "staff": .staff
            default: PointCode(to).map { .point($0) }
            }
        }

        func run() async throws {
            guard let target else { return }
            try await options.perform(.message(text, to: target), in: room, "Đã gửi tin nhắn.", "The message is sent.")
        }
    }

    /// `diemcau room delegates ROOM "Name, post; Name, post"`.
    struct Delegates: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says who sits at the token's point, or, for operators, at any.",
            discussion: "The list is whole each time; an empty one takes everybody back.")
        @Argument(help: "The room's id.") var room: String
        @Argument(help: "The delegates: \"Name, post; Name, post\".") var list: String
        @Option(help: "The point's code, for operators.") var point: PointCode?
        @OptionGroup var options: VerbOptions

        func run() async throws {
            let delegates: [Delegate]
            do throws(DelegateText.Problem) {
                delegates = try DelegateText.parse(list)
            } catch {
                try fail(JoinTexts(options.language).delegates(error))
            }
            try await options.perform(
                .delegates(delegates, of: point), in: room, "Đã ghi \(delegates.count) đại biểu.",
                "\(delegates.count) delegates are announced.")
        }
    }
}
