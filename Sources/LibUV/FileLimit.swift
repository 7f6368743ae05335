import Glibc

/// How many descriptors the process may have open.
package enum FileLimit {
    /// Raises the soft limit to the hard one.
    ///
    /// - Returns: The limit from now on.
    package static func raise() throws(LoopError) -> Int {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0 else { throw LoopError(call: "getrlimit", code: -errno) }
        if limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = limit.rlim_max
            guard setrlimit(resource, &limit) == 0 else { throw LoopError(call: "setrlimit", code: -errno) }
        }
        return Int(clamping: limit.rlim_cur)
    }
}
