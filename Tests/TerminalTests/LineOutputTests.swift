import Glibc
import Terminal
import Testing

@Suite("Lines for a reader that may stall")
struct LineOutputTests {
    /// A pipe that holds as little as can be.
    private func pipe() throws -> (reader: Int32, writer: Int32) {
        var ends: [Int32] = [-1, -1]
        try #require(Glibc.pipe(&ends) == 0)
        _ = fcntl(ends[1], 1_031, 4_096)  // F_SETPIPE_SZ (fcntl(2)), which Swift does not see.
        return (ends[0], ends[1])
    }

    /// What lies in the pipe; `fcntl` makes the reader not wait for more.
    private func contents(_ reader: Int32) -> String {
        _ = fcntl(reader, F_SETFL, O_NONBLOCK)
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while case let count = read(reader, &buffer, buffer.count), count > 0 { text += buffer[..<count] }
        return String(decoding: text, as: UTF8.self)
    }

    @Test("a reader that has stalled makes nobody wait, loses whole lines, and gets the newest when it goes on")
    func stalled() throws {
        let (reader, writer) = try pipe()
        defer {
            close(reader)
            close(writer)
        }
        let output = LineOutput(writer)
        let line = String(repeating: "ầ", count: 300)
        // Half a megabyte: as the very test shows that ends, nobody waited.
        for number in 0..<500 { output.write("\(number) \(line)\n") }
        var lines = contents(reader)
        output.write("after\n")
        lines += contents(reader)
        output.write("last\n")
        lines += contents(reader)
        let all = lines.split(separator: "\n")
        #expect(all.count < 500 && all.count > 2, "some were left out")
        #expect(all.dropLast().allSatisfy { $0.hasSuffix(" \(line)") || $0 == "after" }, "each is whole")
        #expect(all.last == "last")
        #expect(fcntl(writer, F_GETFL) & O_NONBLOCK == 0, "others' descriptor stays as it is")
        #expect(!output.isGone)
    }

    @Test("a file gets every line, behind what it has")
    func file() throws {
        let path = "/tmp/diemcau-line-output-\(getpid())"
        let file = open(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
        try #require(file >= 0)
        defer {
            close(file)
            unlink(path)
        }
        _ = Glibc.write(file, "old\n", 4)
        let output = LineOutput(file)
        for number in 0..<1_000 { output.write("\(number)\n") }
        lseek(file, 0, SEEK_SET)
        #expect(contents(file) == "old\n" + (0..<1_000).map { "\($0)\n" }.joined())
    }
}
