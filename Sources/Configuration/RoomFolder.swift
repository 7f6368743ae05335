package import Conference
import FoundationEssentials

/// The rooms of a folder of room files, each as it was when its file was last sound.
///
/// A file that has become bad changes nothing, nor does a folder that can't be read for a moment.
package struct RoomFolder: Sendable {
    package let path: String
    private var sound: [String: RoomDefinition] = [:]
    private var reported: [ConfigurationProblem] = []

    package init(_ path: String) { self.path = path }

    /// The rooms that there should be, in the order of their files' names.
    package var rooms: [RoomDefinition] { sound.keys.sorted().compactMap { sound[$0] } }

    /// Reads the folder again.
    ///
    /// - Returns: All problems of all files, when they are not the ones that the last call found; else none.
    package mutating func reload() -> [ConfigurationProblem] {
        let folder = RoomFiles.loadAll(in: path)
        let isReadable = !folder.problems.contains { $0.file == path }
        if isReadable {
            let fresh = Dictionary(folder.rooms.map { ($0.file, $0.room) }, uniquingKeysWith: { first, _ in first })
            let kept = sound.filter { file, _ in
                fresh[file] == nil && FileManager.default.fileExists(atPath: file)
            }
            sound = fresh.merging(kept) { new, _ in new }
        }
        guard folder.problems != reported else { return [] }
        reported = folder.problems
        return reported
    }
}
