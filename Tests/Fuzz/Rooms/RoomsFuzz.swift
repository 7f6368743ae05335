import Conference
import Configuration
import FuzzSupport

/// A room file, and the roster beside it as the rest.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var input = FuzzInput(start, count)
    let room = String(decoding: input.piece(), as: UTF8.self)
    let roster = String(decoding: input.rest(), as: UTF8.self)
    do throws(ConfigurationProblems) {
        let room = try RoomFiles.parse(room, file: "room.yaml", rosters: ["r": roster])
        expect(room.roster.contains { $0.code == room.central }, "the centre is in the roster")
    } catch {
        expect(!error.all.isEmpty, "a reason")
        for problem in error.all { _ = problem.description }
    }
    return 0
}
