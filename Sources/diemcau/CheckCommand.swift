import ArgumentParser
import Configuration
import FoundationEssentials

/// `diemcau check Rooms/demo.yaml …`: says what is wrong with room files, before the bridge has to.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks room files and prints every problem, one a line, as FILE:LINE: KEY: PROBLEM.",
        discussion: "Exits with 0 when all files are sound, 1 when one is not, 64 when called wrongly.")

    @Argument(help: "Room files to check.", completion: .file(extensions: ["yaml"])) var files: [String]
    @Flag(help: "Print a JSON array of problems instead.") var json = false

    func run() throws {
        let problems = files.flatMap(problems)
        if json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            print(String(decoding: try encoder.encode(problems), as: UTF8.self))
        } else {
            for problem in problems { print(problem) }
        }
        guard problems.isEmpty else { throw ExitCode.failure }
    }

    /// The server's own loader: same checks, same words.
    private func problems(of file: String) -> [ConfigurationProblem] {
        do throws(ConfigurationProblems) {
            _ = try RoomFiles.load(file)
            return []
        } catch {
            return error.all
        }
    }
}
