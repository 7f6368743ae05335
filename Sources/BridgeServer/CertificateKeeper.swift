import Bridge
import Logging
import OpenSSL
import Units

/// The certificate that new connections get; those that stand keep the one that they began with.
///
/// Looks every ten seconds whether the files have changed, or whether it is time for another certificate.
final class CertificateKeeper {
    private(set) var context: TLSServerContext
    private let source: CertificateSource
    private let log: Logger
    /// The state of the files that was read last, whether it was good or not.
    private var seen: CertificateSource.Stamp
    /// A newer one, which is read once it stays for one look: two files are not changed at once.
    private var changing: CertificateSource.Stamp?
    private var nextLook = Instant.zero
    private var nextRenewal = Instant.zero

    init(_ loaded: CertificateSource.Loaded, log: Logger) {
        context = loaded.context
        source = loaded.source
        seen = loaded.stamp
        self.log = log
        if let problem = loaded.problem { report(problem) }
    }

    /// The last second of the certificate in use, since 1970.
    var end: Int64 { context.validity.upperBound - 1 }

    /// Reads the files again, and makes what has to be made anew.
    func reload(at moment: Moment) {
        seen = source.stamp()
        do throws(ServerError) {
            let loaded = try source.load(at: moment.unixTime)
            context = loaded.context
            seen = loaded.stamp
            for notice in loaded.notices { log.notice("\(notice)") }
            if let problem = loaded.problem { report(problem) }
            log.info("certificate reloaded")
        } catch {
            log.error("certificate not reloaded, the old one stays: \(error)")
        }
    }

    /// Call often: it looks only when it is time to.
    func look(at moment: Moment) {
        guard moment.instant >= nextLook else { return }
        nextLook = moment.instant.advanced(by: .seconds(10))
        reloadIfChanged(at: moment)
        renewIfDue(at: moment)
    }

    private func reloadIfChanged(at moment: Moment) {
        let stamp = source.stamp()
        guard stamp != seen else { return changing = nil }
        guard stamp == changing else { return changing = stamp }
        changing = nil
        reload(at: moment)
    }

    /// Once a day as long as it is due: one of the operator's, or where making another one failed.
    private func renewIfDue(at moment: Moment) {
        let now = Int64(moment.unixTime)
        guard moment.instant >= nextRenewal, Certificate.isDue(context.validity, at: now) else { return }
        if source.makesItsOwn { reload(at: moment) }
        guard Certificate.isDue(context.validity, at: now) else { return }
        nextRenewal = moment.instant.advanced(by: .seconds(86_400))
        let days = (end - now) / 86_400
        if days < 15 { log.warning("the certificate ends in \(days) days; replace \(source.certificateFile)") }
    }

    private func report(_ problem: ServerError) {
        log.error("the new certificate is used, but can't be written: \(problem)")
    }
}
