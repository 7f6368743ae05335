import Glibc
import Testing
import Units

@testable import LibUV

@Suite("Files, signals, names")
struct SystemTests {
    private func makeDirectory() throws -> String {
        var template = Array("/tmp/libuv-tests-XXXXXX".utf8CString)
        return String(cString: try #require(mkdtemp(&template)))
    }

    private func write(_ text: String, to path: String) throws {
        let file = try #require(fopen(path, "w"))
        fputs(text, file)
        fclose(file)
    }

    @Test("files that are added, changed and removed are noticed, a burst of changes once")
    func fileWatcher() throws {
        let directory = try makeDirectory()
        defer { rmdir(directory) }
        try withLoop { loop in
            var noticed = 0
            let watcher = try FileWatcher(
                directory: directory, on: loop, settling: .milliseconds(20), interval: .seconds(600)
            ) {
                noticed += 1
                loop.stop()
            }
            #expect(watcher.isNotified)
            let path = directory + "/room.yaml"
            for step in 1...3 {
                switch step {
                case 1: for version in 0..<10 { try write("\(version)", to: path) }
                case 2: try write("changed", to: path)
                default: #expect(unlink(path) == 0)
                }
                loop.run()
                #expect(noticed == step)
            }
        }
    }

    @Test("where nothing notifies, the interval does; a directory that is not there is an error")
    func fileWatcherFallback() throws {
        let directory = try makeDirectory()
        defer { rmdir(directory) }
        try withLoop { loop in
            var noticed = 0
            let watcher = try FileWatcher(directory: directory, on: loop, interval: .milliseconds(2)) {
                noticed += 1
                if noticed == 3 { loop.stop() }
            }
            loop.run()
            #expect(noticed == 3)
            watcher.close()
            #expect(throws: LoopError(call: "", code: -ENOENT)) {
                try FileWatcher(directory: directory + "/none", on: loop) {}
            }
        }
    }

    @Test("a signal is handed to the loop")
    func signal() throws {
        try withLoop { loop in
            var caught = 0
            let handler = try SignalHandler(.hangUp, on: loop) {
                caught += 1
                loop.stop()
            }
            kill(getpid(), SIGHUP)
            loop.run()
            #expect(caught == 1)
            _ = consume handler
        }
    }

    @Test("names and addresses are looked up", arguments: [("127.0.0.1", "127.0.0.1:80"), ("::1", "[::1]:80")])
    func resolver(host: String, expected: String) throws {
        try withLoop { loop in
            var found: Result<[SocketAddress], LoopError>?
            try Resolver.resolve(host, port: 80, on: loop) {
                found = $0
                loop.stop()
            }
            loop.run()
            #expect(try found?.get().map(\.description) == [expected])
        }
    }

    @Test("a name that is none is an error")
    func resolverFailure() throws {
        try withLoop { loop in
            var found: Result<[SocketAddress], LoopError>?
            try Resolver.resolve("no such host", port: 80, on: loop) {
                found = $0
                loop.stop()
            }
            loop.run()
            #expect(throws: LoopError.self) { try found?.get() }
        }
    }

    @Test("the file limit is raised to the hard one")
    func fileLimit() throws {
        let limit = try FileLimit.raise()
        var now = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &now)
        #expect(now.rlim_cur == now.rlim_max)
        #expect(limit == Int(clamping: now.rlim_max))
    }
}
