import ArgumentParser
import Conference

/// Who may come in.
extension Room {
    /// `diemcau room lock ROOM`.
    struct Lock: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lets nobody new in.",
            discussion: "Points that were here before may come back; chair, operators and technicians may come.")
        @Argument(help: "The room's id.") var room: String
        @OptionGroup var options: VerbOptions

        func run() async throws {
            try await options.perform(.lock(true), in: room, "Đã khóa phòng.", "The room is locked.")
        }
    }

    /// `diemcau room unlock ROOM`.
    struct Unlock: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lets everybody in again.")
        @Argument(help: "The room's id.") var room: String
        @OptionGroup var options: VerbOptions

        func run() async throws {
            try await options.perform(.lock(false), in: room, "Đã mở khóa phòng.", "The room is open.")
        }
    }

    /// `diemcau room remove ROOM POINT`.
    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Puts a point out, all its devices; it can't come back before it is readmitted.")
        @Argument(help: "The room's id.") var room: String
        @Argument(help: "The point's code.") var point: PointCode
        @Option(help: "Why: the point is told, at most 200 characters.") var reason = ""
        @OptionGroup var options: VerbOptions

        func validate() throws {
            guard reason.count <= 200 else { throw ValidationError("--reason is at most 200 characters") }
        }

        func run() async throws {
            try await options.perform(
                .remove(point, reason: reason), in: room, "Đã đưa điểm cầu \(point) ra khỏi phòng.",
                "Point \(point) is put out.")
        }
    }

    /// `diemcau room readmit ROOM POINT`.
    struct Readmit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lets a point that was put out come in again.")
        @Argument(help: "The room's id.") var room: String
        @Argument(help: "The point's code.") var point: PointCode
        @OptionGroup var options: VerbOptions

        func run() async throws {
            try await options.perform(
                .readmit(point), in: room, "Điểm cầu \(point) được vào lại.", "Point \(point) may come in again.")
        }
    }
}
