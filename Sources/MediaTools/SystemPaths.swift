import Glibc

/// What the environment says about where things are.
enum SystemPaths {
    static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Whether a PulseAudio (or PipeWire) server is to be found; else sound devices are ALSA's.
    static var hasPulseServer: Bool {
        if environment("PULSE_SERVER") != nil { return true }
        guard let folder = environment("XDG_RUNTIME_DIR") else { return false }
        return access("\(folder)/pulse/native", R_OK) == 0
    }

    /// What can still be written to the disk of a folder; `nil` where the system does not say.
    static func freeBytes(_ folder: String) -> UInt64? {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return nil }
        return UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue
    }

    static func isInstalled(_ program: String) -> Bool {
        let folders = (environment("PATH") ?? "/usr/bin:/bin").split(separator: ":")
        return folders.contains { access("\($0)/\(program)", X_OK) == 0 }
    }

    /// Makes a folder that is ours alone.
    static func makeTemporaryFolder() -> String? {
        var path = Array("\(environment("TMPDIR") ?? "/tmp")/diemcau-XXXXXX".utf8CString)
        return path.withUnsafeMutableBufferPointer { path in
            path.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
        }
    }
}
