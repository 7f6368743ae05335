package import Conference
import FoundationEssentials

/// Room files: YAML, with the roster inside or in a CSV file beside it.
package enum RoomFiles {
    /// Reads and checks one room.
    ///
    /// - Parameter path: The YAML file; a roster file's name is relative to it.
    /// - Returns: The room, with what the file leaves out filled in.
    /// - Throws: All problems of the file and its roster at once.
    package static func load(_ path: String) throws(ConfigurationProblems) -> RoomDefinition {
        let problems = ProblemList()
        let folder = URL(filePath: path).deletingLastPathComponent()
        let reader = RoomReader(file: path, problems: problems) { name in
            let roster = rosterPath(name, in: folder)
            return (roster, TextFile.read(roster, key: "roster", problems: problems))
        }
        let room = TextFile.read(path, key: "file", problems: problems).flatMap(reader.room)
        if let error = problems.error { throw error }
        guard let room else { preconditionFailure("no room and no problem") }  // Ours: each failure adds a problem.
        return room
    }

    /// Reads and checks a room whose files are not on disk.
    ///
    /// - Parameters:
    ///   - text: The YAML.
    ///   - file: How problems name it.
    ///   - rosters: CSV texts by name.
    /// - Returns: The room.
    /// - Throws: All problems at once.
    package static func parse(
        _ text: String, file: String, rosters: [String: String] = [:]
    ) throws(ConfigurationProblems) -> RoomDefinition {
        let problems = ProblemList()
        let reader = RoomReader(file: file, problems: problems) { name in
            if rosters[name] == nil {
                problems.add(name, nil, "roster", found: "no readable file", allowed: "a file that can be read")
            }
            return (name, rosters[name])
        }
        let room = reader.room(text)
        if let error = problems.error { throw error }
        guard let room else { preconditionFailure("no room and no problem") }  // Ours: each failure adds a problem.
        return room
    }

    /// What a folder of room files holds: rooms by file, and the problems of the files that are not sound.
    package struct Folder: Equatable, Sendable {
        /// Sound rooms in the order of their file names.
        package var rooms: [(file: String, room: RoomDefinition)]
        package var problems: [ConfigurationProblem]

        package static func == (lhs: Folder, rhs: Folder) -> Bool {
            lhs.problems == rhs.problems
                && lhs.rooms.elementsEqual(rhs.rooms) { $0.file == $1.file && $0.room == $1.room }
        }
    }

    /// Reads every `.yaml` and `.yml` file of a folder.
    ///
    /// A bad file does not keep the others from being read. Of two files with one room id the first by name counts; the
    /// other is a problem.
    ///
    /// - Parameter folder: Its path.
    /// - Returns: Rooms and problems.
    package static func loadAll(in folder: String) -> Folder {
        var result = Folder(rooms: [], problems: [])
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            result.problems.append(
                ConfigurationProblem(
                    file: folder, key: "rooms", found: "no readable folder", allowed: "a folder of room files"))
            return result
        }
        for name in names.sorted() where isRoomFile(name) {
            let path = URL(filePath: folder).appending(path: name).path
            do throws(ConfigurationProblems) {
                let room = try load(path)
                if let other = result.rooms.first(where: { $0.room.id == room.id }) {
                    result.problems.append(
                        ConfigurationProblem(
                            file: path, key: "id", found: "\(quoted(room.id.rawValue)), the id of \(other.file)",
                            allowed: "an id of its own"))
                } else {
                    result.rooms.append((path, room))
                }
            } catch {
                result.problems += error.all
            }
        }
        return result
    }

    /// Hidden files are what editors leave while they write.
    private static func isRoomFile(_ name: String) -> Bool {
        !name.hasPrefix(".") && (name.hasSuffix(".yaml") || name.hasSuffix(".yml"))
    }

    private static func rosterPath(_ name: String, in folder: URL) -> String {
        name.hasPrefix("/") ? name : folder.appending(path: name).path
    }
}
