import CLibuv
import Glibc
package import Units

/// Looks up the addresses of host names.
package enum Resolver {
    /// Asks the system's resolver, on a thread of libuv's pool, in the order in which it says they are to be tried.
    ///
    /// - Parameters:
    ///   - host: A name, or an address as text.
    ///   - port: What the addresses are given as port.
    ///   - loop: Where `completion` is called.
    ///   - completion: Called once, on the loop; a success holds at least one address.
    /// - Throws: What can be said at once, such as `ENAMETOOLONG`; `completion` is not called then.
    package static func resolve(
        _ host: String, port: UInt16, on loop: EventLoop,
        completion: @escaping (Result<[SocketAddress], LoopError>) -> Void
    ) throws(LoopError) {
        let lookup = Lookup(UV_GETADDRINFO, on: loop)
        lookup.port = port
        lookup.completion = completion
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)  // Else each address comes once a type.
        try lookup.start("uv_getaddrinfo") {
            uv_getaddrinfo(
                loop.handle, lookup.request(as: uv_getaddrinfo_t.self),
                { Lookup.finish($0).finished(status: $1, answers: $2) }, host, nil, &hints)
        }
    }
}

/// `uv_getaddrinfo`, under way.
private final class Lookup: LoopRequest {
    var port: UInt16 = 0
    var completion: ((Result<[SocketAddress], LoopError>) -> Void)?

    func finished(status: Int32, answers: UnsafeMutablePointer<addrinfo>?) {
        defer { uv_freeaddrinfo(answers) }
        guard status >= 0 else {
            completion?(.failure(LoopError(call: "getaddrinfo", code: status)))
            return
        }
        var found: [SocketAddress] = []
        var answer = answers
        while let entry = answer?.pointee {
            if let name = entry.ai_addr, let address = SocketAddress(name) {
                found.append(SocketAddress(address.address, port: port))
            }
            answer = entry.ai_next
        }
        let nothing = LoopError(call: "getaddrinfo", code: UV_EAI_NODATA.rawValue)
        completion?(found.isEmpty ? .failure(nothing) : .success(found))
    }
}
