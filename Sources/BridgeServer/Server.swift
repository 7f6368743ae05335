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
    private let control: ControlWorker
    private let controlThread: LoopThread
    private let media: [MediaWorker]
    private let mediaThreads: [LoopThread]
    private let log: Logger

    /// Starts everything; when this returns clients can join.
    ///
    /// - Throws: ``ServerError``, whose one line says what to change.
    package init(_ settings: ServerSettings) async throws(ServerError) {
        SignalHandler.ignoreBrokenPipes()
        LoggingSystem.bootstrapOnce()
        log = Logger(label: "diemcau")
        state = StateFolder(settings.state)
        made = try state.prepare(names: Self.hostNames, addresses: settings.announce)
        do {
            _ = try FileLimit.raise()
            let certificate = try Certificate.forMedia()
            let clock = Self.clock
            var threads: [LoopThread] = []
            var workers: [MediaWorker] = []
            var addresses: [SocketAddress] = []
            var mailboxes: [Mailbox<MediaMail>] = []
            for number in 0..<settings.loops {
                let thread = try LoopThread(name: "media-\(number)")
                let worker = try MediaWorker(
                    thread, number: number, of: settings.loops, certificate: certificate, clock: clock)
                let port = settings.media.port == 0 ? 0 : settings.media.port + UInt16(number)
                let wanted = SocketAddress(settings.media.address, port: port)
                let (address, mailbox) = try await Self.naming(wanted) { try await worker.open(wanted) }
                threads.append(thread)
                workers.append(worker)
                addresses.append(address)
                mailboxes.append(mailbox)
            }
            controlThread = try LoopThread(name: "control")
            control = try Self.makeControl(
                controlThread, settings, state, certificate, media: addresses, mailboxes, log)
            (media, mediaThreads, mediaAddresses) = (workers, threads, addresses)
            let control = control
            address = try await Self.naming(settings.listen) { try await control.open() }
            guard let reports = await control.mailbox else { throw ServerError("the control loop has closed") }
            for worker in workers { try await worker.start(control: reports, peers: mailboxes) }
        } catch let error as ServerError {
            throw error
        } catch {
            throw ServerError("\(error)")
        }
    }

    private static func makeControl(
        _ thread: LoopThread, _ settings: ServerSettings, _ state: StateFolder, _ certificate: Certificate,
        media: [SocketAddress], _ mailboxes: [Mailbox<MediaMail>], _ log: Logger
    ) throws -> ControlWorker {
        let context = try TLSServerContext(
            certificateFile: settings.certificate ?? state.certificatePath,
            keyFile: settings.certificateKey ?? state.certificateKeyPath)
        var keys = [try state.tokenKey().verifyingKey]
        for file in settings.tokenKeys { keys.append(try SigningKey(file: file).verifyingKey) }
        let names = hostNames + settings.announce.map(\.description) + [settings.listen.address.description]
        let hosts = Set((["localhost", "127.0.0.1", "::1"] + names).map { $0.lowercased() })
        let plane = ControlSettings(
            candidates: media.map { bound in
                settings.candidates.map { SocketAddress($0, port: bound.port) }
            },
            fingerprint: certificate.sha256Fingerprint,
            verifier: TokenVerifier(keys: keys, audience: settings.tokenAudience),
            hosts: settings.certificate == nil ? hosts : [], allowsOtherOrigins: settings.crossOrigin)
        return ControlWorker(
            thread, plane, settings: settings, state: state, context: context, media: mailboxes, log: log)
    }

    /// Ends all sessions, each client being told, and gives everything back.
    package func stop() async {
        await control.close()
        for worker in media { await worker.close() }
        for thread in mediaThreads + [controlThread] {
            thread.loop.stop()
            do throws(LoopError) { try await thread.finished() } catch { log.error("closing a loop: \(error)") }
        }
    }

    // MARK: The machine

    private static func naming<Value: Sendable>(
        _ address: SocketAddress, _ body: () async throws -> Value
    ) async throws(ServerError) -> Value {
        do { return try await body() } catch let error as LoopError {
            let advice = error.name == "EADDRINUSE" ? "; another program has that port: choose one with --listen" : ""
            throw ServerError("\(address): \(error)\(advice)")
        } catch {
            throw ServerError("\(address): \(error)")
        }
    }

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
        let isPlain = name.utf8.allSatisfy { $0 == 45 || $0 == 46 || (48...57).contains($0) || (65...90).contains($0 & 0xDF) }
        return name.isEmpty || !isPlain ? [] : [name.lowercased()]
    }
}

extension LoggingSystem {
    private static let handler: Void = bootstrap { _ in ConsoleLogHandler() }

    /// May be called by several servers of one process.
    fileprivate static func bootstrapOnce() { handler }
}
