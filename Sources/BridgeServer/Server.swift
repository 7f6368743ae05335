import Bridge
package import Configuration
import Glibc
import LibUV
import Logging
import OpenSSL
import Tokens
package import Units

/// The whole server: loops, sockets, files and signals around the planes of `Bridge`.
package final class Server: Sendable {
    /// Where HTTPS is served.
    package let address: SocketAddress
    /// Where each media loop receives.
    package let mediaAddresses: [SocketAddress]
    package let state: StateFolder
    /// What was made in the state folder because it was missing.
    package let made: [String]
    /// How many files and sockets the process may have open.
    package let fileLimit: Int
    private let loops: ServerLoops

    /// Starts everything; when this returns clients can join.
    ///
    /// - Throws: ``ServerError``, whose one line says what to change; nothing is left running then.
    package init(_ settings: ServerSettings) async throws(ServerError) {
        SignalHandler.ignoreBrokenPipes()
        LoggingSystem.bootstrapOnce()
        let log = Logger(label: "diemcau")
        state = StateFolder(settings.state)
        let token = try state.prepare()
        let served = try CertificateSource(settings, state, for: Self.subjects(of: settings)).load(at: time(nil))
        for notice in served.notices { log.notice("\(notice)") }
        made = served.made + token
        let loops = ServerLoops(log: log)
        do {
            fileLimit = try FileLimit.raise()
            try await loops.startLogging()
            let certificate = try Certificate.forMedia()
            mediaAddresses = try await loops.openMedia(settings, certificate: certificate, clock: Self.clock)
            let control = try Self.controlSettings(settings, state, certificate, media: mediaAddresses)
            address = try await loops.openControl(control, settings: settings, certificate: served)
        } catch {
            await loops.stop()
            throw error as? ServerError ?? ServerError("\(error)")
        }
        self.loops = loops
    }

    /// Ends all sessions, each client being told, and gives everything back.
    package func stop() async { await loops.stop() }

    /// What a certificate of ours is for: the loopback, where clients are told to come, and where they can.
    private static func subjects(of settings: ServerSettings) -> CertificateSubjects {
        let listen = settings.listen.address
        let isKnown = listen.isUnspecified || ([.loopback, .loopbackV6] + settings.announce).contains(listen)
        return CertificateSubjects(
            names: ["localhost"] + hostNames,
            addresses: [.loopback, .loopbackV6] + settings.announce + (isKnown ? [] : [listen]))
    }

    private static func controlSettings(
        _ settings: ServerSettings, _ state: StateFolder, _ certificate: Certificate, media: [SocketAddress]
    ) throws -> ControlSettings {
        var keys = [try state.tokenKey().verifyingKey]
        for file in settings.tokenKeys { keys.append(try state.verifyingKey(file)) }
        let names = hostNames + settings.announce.map(\.description) + [settings.listen.address.description]
        let hosts = Set((["localhost", "127.0.0.1", "::1"] + names).map { $0.lowercased() })
        return ControlSettings(
            candidates: media.map { bound in settings.candidates.map { SocketAddress($0, port: bound.port) } },
            fingerprint: certificate.sha256Fingerprint,
            verifier: TokenVerifier(keys: keys, audience: settings.tokenAudience),
            // Which names an own certificate is for, its owner knows; ours is for these.
            hosts: settings.certificate == nil ? hosts : [], allowsOtherOrigins: settings.crossOrigin,
            clock: Self.clock, epoch: String(UInt64.random(in: .min ... .max), radix: 36),
            telemetry: settings.telemetry, pages: PageFiles.load())
    }

    // MARK: The machine

    /// Wall-clock time against the loops' clock, once for the life of the process.
    private static var clock: ClockPair {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var monotonic = timespec()
        clock_gettime(CLOCK_MONOTONIC, &monotonic)
        func nanoseconds(_ time: timespec) -> UInt64 { UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec) }
        return ClockPair(
            instant: Instant(nanoseconds: nanoseconds(monotonic)), ntp: NTPTime(unixNanoseconds: nanoseconds(now)))
    }

    private static var hostNames: [String] {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return [] }
        let name = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let isPlain = name.utf8.allSatisfy {
            $0 == 45 || $0 == 46 || (48...57).contains($0) || (65...90).contains($0 & 0xDF)
        }
        return name.isEmpty || !isPlain ? [] : [name.lowercased()]
    }
}

extension LoggingSystem {
    private static let handler: Void = bootstrap { _ in ConsoleLogHandler() }

    /// May be called by several servers of one process.
    fileprivate static func bootstrapOnce() { handler }
}
