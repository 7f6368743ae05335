import LibUV
import Testing
import Units
import Wire

@testable import MediaTools
@testable import Participant

@Suite("Recorder in trouble")
struct RecorderTroubleTests {
    @Test("a file that can't begin for want of a keyframe asks for one, one that goes on does not")
    func keyframes() throws {
        let folder = try TestFolder()
        try withLoop { loop in
            let recorder = try Recorder(folder: folder.path, on: loop)
            var wanted: [Int] = []
            recorder.onKeyframeWanted = { wanted.append($0) }
            func receive(_ number: Int, startsKeyframe: Bool) {
                let bytes: [UInt8] = [0]
                recorder.receive(
                    .picture(number, on: 0, startsKeyframe: startsKeyframe), payload: bytes.span.bytes, at: loop.now)
            }
            receive(1, startsKeyframe: false)
            #expect(wanted == [0])
            receive(2, startsKeyframe: true)
            receive(3, startsKeyframe: false)
            #expect(wanted == [0])
            recorder.close()
        }
    }

    @Test("where no file can be written the second try waits, and each is told once")
    func failures() throws {
        let folder = try TestFolder()
        var messages: [String] = []
        try withLoop { loop in
            let path = "\(folder.path)/gone"
            let recorder = try Recorder(folder: path, on: loop)
            recorder.onMessage = { messages.append($0) }
            try run("rm", ["-r", path])
            let bytes: [UInt8] = [0]
            for number in 0..<50 {
                recorder.receive(.picture(number, on: 0), payload: bytes.span.bytes, at: loop.now)
            }
            recorder.close()
        }
        let reason = "recording: \(folder.path)/gone/main.mkv: No such file or directory"
        #expect(messages == ["\(reason); a new file follows", "\(reason); a new file follows in 2 s"])
    }

    @Test("a disk that fills up is told of at each mark, once")
    func disk() {
        var disk = DiskWatch()
        let megabyte: UInt64 = 1 << 20
        #expect(disk.note(free: 5_000 * megabyte) == nil)
        #expect(disk.note(free: 1_000 * megabyte) == "the disk is filling up: 1000 MB are left")
        #expect(disk.note(free: 900 * megabyte) == nil && disk.note(free: 1_100 * megabyte) == nil)
        #expect(disk.note(free: 900 * megabyte) == nil, "around a mark")
        #expect(disk.note(free: 50 * megabyte) == "the disk is filling up: 50 MB are left")
        #expect(disk.note(free: 0) == "the disk is full")
        #expect(disk.note(free: 0) == nil)
        #expect(disk.note(free: 9_000 * megabyte) == nil, "somebody has made room")
        #expect(disk.note(free: 0) == "the disk is full")
    }
}
