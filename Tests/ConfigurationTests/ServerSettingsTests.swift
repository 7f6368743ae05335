import Configuration
import Foundation
import Testing
import Units

private let host = ServerSettings.Host(cores: 4, home: "/somewhere/u")

private func load(
    _ text: String = "loops: auto", environment: [String: String] = [:], options: [SettingKey: [String]] = [:]
) throws(ConfigurationProblems) -> ServerSettings {
    try ServerSettings.parse(text, file: "s.yaml", environment: environment, options: options, host: host)
}

/// Problems as `PLACE LINE KEY FOUND`, in their order.
private func problems(
    _ text: String = "loops: auto", environment: [String: String] = [:], options: [SettingKey: [String]] = [:]
) -> [String] {
    do throws(ConfigurationProblems) {
        _ = try load(text, environment: environment, options: options)
        return []
    } catch {
        return error.all.map { "\($0.file) \($0.line.map(String.init) ?? "-") \($0.key) \($0.found)" }
    }
}

@Suite("ServerSettings")
struct ServerSettingsTests {
    @Test("the documented file is the defaults and names every key")
    func documented() throws {
        let path = projectFolder.appending(path: "Deploy/diemcau.yaml").path
        #expect(
            try ServerSettings.load(file: path, environment: [:], options: [:], host: host)
                == ServerSettings(host: host))
        let text = try String(contentsOfFile: path, encoding: .utf8)
        for key in SettingKey.allCases {
            #expect(text.contains("\n\(key.rawValue):") || text.contains("\n#\(key.rawValue):"), "\(key)")
        }
        let uncommented = text.replacing("\n#", with: "\n").split(separator: "\n").filter { !$0.hasPrefix(" ") }
        let all = uncommented.filter { $0.first?.isLowercase == true && $0.contains(": ") }.joined(separator: "\n")
        #expect(problems(all) == [], "the commented values are allowed too")
    }

    @Test("without anything the defaults hold; one core is left to signalling")
    func defaults() throws {
        let settings = try ServerSettings.load(file: nil, environment: [:], options: [:], host: host)
        #expect(settings == ServerSettings(host: host))
        #expect(settings.loops == 3 && settings.state == "/somewhere/u/.local/state/diemcau")
        #expect(settings.listen == SocketAddress("127.0.0.1:8443") && settings.media == settings.listen)
        #expect(settings.candidates == [.loopback] && settings.metrics == nil)
        #expect(ServerSettings(host: .init(cores: 1, home: "")).loops == 1)
        #expect(ServerSettings(host: .init(cores: 500, home: "")).loops == 64)
    }

    @Test("options win over variables, variables over the file")
    func order() throws {
        let text = "rooms: file\nloops: 2\ntokenAudience: file"
        let environment = ["DIEMCAU_ROOMS": "variable", "DIEMCAU_LOOPS": "5", "HOME": "/", "DIEMCAU_TOKEN": "x"]
        let settings = try load(text, environment: environment, options: [.rooms: ["option"]])
        #expect(settings.rooms == "option" && settings.loops == 5 && settings.tokenAudience == "file")
    }

    @Test("a setting can be made in each of the three places")
    func places() throws {
        let key = SettingKey.rooms
        #expect(try load("\(key.rawValue): x").rooms == "x")
        #expect(try load(environment: [key.variable: "x"]).rooms == "x")
        #expect(try load(options: [key: ["x"]]).rooms == "x")
    }

    @Test("each key sets its own value")
    func everyKey() throws {
        let settings = try load(
            """
            rooms: r
            state: ~/s
            listen: "[::]:9000"
            media: "[::]"
            announce: [192.0.2.1, "2001:db8::1"]
            metrics: 127.0.0.1:9100
            loops: 2
            certificate: c.pem
            certificateKey: c.key
            tokenKeys: [a.pem, b.pem]
            tokenAudience: aud
            crossOrigin: false
            maximumConnections: 10
            maximumConnectionsPerAddress: 5
            requestTimeoutSeconds: 7
            maximumHeadKibibytes: 8
            maximumBodyKibibytes: 64
            telemetry: false
            metricsPerPoint: false
            """)
        #expect(settings.rooms == "r" && settings.state == "/somewhere/u/s")
        #expect(settings.listen == SocketAddress(.anyV6, port: 9_000) && settings.media == settings.listen)
        #expect(settings.candidates == [IPAddress("192.0.2.1"), IPAddress("2001:db8::1")])
        #expect(settings.metrics == SocketAddress(.loopback, port: 9_100) && settings.loops == 2)
        #expect(settings.certificate == "c.pem" && settings.certificateKey == "c.key")
        #expect(settings.tokenKeys == ["a.pem", "b.pem"] && settings.tokenAudience == "aud" && !settings.crossOrigin)
        #expect(settings.maximumConnections == 10 && settings.maximumConnectionsPerAddress == 5)
        #expect(settings.requestTimeout == .seconds(7))
        #expect(settings.maximumHead == 8_192 && settings.maximumBody == 65_536)
        #expect(!settings.telemetry && !settings.metricsPerPoint)
    }

    @Test("names follow one rule in all three places")
    func names() {
        #expect(SettingKey.requestTimeoutSeconds.option == "request-timeout-seconds")
        #expect(SettingKey.requestTimeoutSeconds.variable == "DIEMCAU_REQUEST_TIMEOUT_SECONDS")
        #expect(Set(SettingKey.allCases.map(\.variable)).count == SettingKey.allCases.count)
    }

    @Test("lists: commas in a variable, an option given twice")
    func lists() throws {
        let addresses = [IPAddress("192.0.2.1"), IPAddress("192.0.2.2")]
        #expect(try load(environment: ["DIEMCAU_ANNOUNCE": "192.0.2.1, 192.0.2.2"]).announce == addresses)
        #expect(try load(options: [.announce: ["192.0.2.1", "192.0.2.2"]]).announce == addresses)
    }

    @Test("media takes the port of listen where it has none")
    func mediaPort() throws {
        #expect(try load("listen: 127.0.0.1:1000\nmedia: 192.0.2.1").media == SocketAddress("192.0.2.1:1000"))
        #expect(try load("listen: 127.0.0.1:1000\nmedia: 192.0.2.1:5").media == SocketAddress("192.0.2.1:5"))
        #expect(try load("listen: 192.0.2.1:1000").candidates == [IPAddress("192.0.2.1")])
    }

    @Test("a bind that no client could reach media at is refused with the flag to add")
    func reachable() throws {
        for text in ["listen: 0.0.0.0:8443", "listen: \"[::]:8443\"", "media: 0.0.0.0"] {
            let found = problems(text)
            #expect(found.count == 1 && found[0].contains(" announce "), "\(text)")
        }
        #expect(problems("listen: 192.0.2.1:8443\nmedia: 127.0.0.1").count == 1)
        #expect(problems("listen: 0.0.0.0:8443\nannounce: [127.0.0.1]").count == 1)
        #expect(problems("listen: 0.0.0.0:8443\nannounce: [\"2001:db8::1\"]").count == 1, "another family")
        #expect(problems("listen: 0.0.0.0:8443\nannounce: [192.0.2.1]").isEmpty, "control")
        #expect(problems("listen: \"[::]:8443\"\nannounce: [192.0.2.1]").isEmpty, "control: :: takes both")
        #expect {
            try load(options: [.listen: ["0.0.0.0:8443"]])
        } throws: { error in
            let problem = (error as? ConfigurationProblems)?.all.first
            return problem?.file == "--listen" && problem?.allowed.contains("--announce") == true
        }
    }

    @Test("all problems come at once, from wherever they are")
    func allAtOnce() {
        let found = problems(
            "loops: 0\nlisten: 8443\nlissten: x\ncrossOrigin: maybe\nannounce: 192.0.2.1",
            environment: ["DIEMCAU_MAXIMUM_CONNECTIONS": "many", "DIEMCAU_LOOP": "1"],
            options: [.requestTimeoutSeconds: ["0"]])
        #expect(
            Set(found) == [
                "s.yaml 1 loops \"0\"", "s.yaml 2 listen \"8443\"", "s.yaml 3 lissten an unknown key",
                "s.yaml 4 crossOrigin \"maybe\"", "s.yaml 5 announce \"192.0.2.1\"",
                "DIEMCAU_MAXIMUM_CONNECTIONS - maximumConnections \"many\"",
                "DIEMCAU_LOOP - DIEMCAU_LOOP an unknown variable",
                "--request-timeout-seconds - requestTimeoutSeconds \"0\"",
            ])
        #expect(found.count == 8)
    }

    @Test("ports for all loops must exist")
    func ports() {
        #expect(problems("media: 127.0.0.1:65533\nloops: 3").isEmpty)
        #expect(problems("media: 127.0.0.1:65534\nloops: 3").count == 1)
        #expect(problems("media: 127.0.0.1:0\nloops: 64").isEmpty)
    }
}
