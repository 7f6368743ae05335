import ArgumentParser
import FoundationEssentials
import OpenSSL
import Participant

/// Which server a client command talks to, as whom, and whose certificates it believes.
struct ServerOptions: ParsableArguments {
    @Option(name: .customLong("url"), help: "The server, https://HOST:PORT; else DIEMCAU_URL.") var url: String?
    @Option(help: "A file that holds the token; else DIEMCAU_TOKEN.") var tokenFile: String?
    @Option(help: "The token itself: others on this machine can see it.") var token: String?
    @Option(help: "A PEM file of certificates to trust instead of the system's; else DIEMCAU_CA.") var ca: String?
    @Flag(help: "Trust any certificate: whoever is in between can listen.") var insecure = false

    /// A variable; one that is empty is as one that is not set.
    private static func environment(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The server of the option, or of `DIEMCAU_URL`.
    func server() throws -> ServerAddress { try Self.server(url) }

    /// The server of a URL that was given, or of `DIEMCAU_URL`.
    static func server(_ url: String?) throws -> ServerAddress {
        guard let text = url ?? environment("DIEMCAU_URL") else {
            try fail("no server: give its URL, or set DIEMCAU_URL")
        }
        guard let server = ServerAddress(text) else { try fail("\(text) is not https://HOST[:PORT]") }
        return server
    }

    func bearerToken() throws -> String {
        if let token {
            complain("warning: others on this machine can see --token; --token-file and DIEMCAU_TOKEN hide it")
            return token
        }
        if let tokenFile {
            guard let bytes = Machine.contents(of: tokenFile, limit: 65_536) else {
                try fail("--token-file: \(tokenFile) can't be read")
            }
            let words = String(decoding: bytes, as: UTF8.self).split { $0.isWhitespace }
            guard words.count == 1 else { try fail("--token-file: \(tokenFile) must hold one token and nothing else") }
            return String(words[0])
        }
        guard let token = Self.environment("DIEMCAU_TOKEN") else {
            try fail("no token: give --token-file, or set DIEMCAU_TOKEN")
        }
        return token
    }

    func trust() -> TLSClientContext.Trust { Self.trust(ca: ca, insecure: insecure) }

    /// Whose certificates are believed; says aloud when nothing is verified.
    static func trust(ca: String?, insecure: Bool) -> TLSClientContext.Trust {
        if insecure {
            complain("WARNING: --insecure: the server's certificate is not verified; anybody in between can listen")
            return .anything
        }
        return (ca ?? environment("DIEMCAU_CA")).map { .file($0) } ?? .system
    }
}
