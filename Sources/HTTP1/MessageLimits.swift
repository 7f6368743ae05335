/// How much of one message is accepted.
///
/// All values are ours: the standard only says that there should be some (RFC 9112 §3, RFC 9110 §5.4).
package struct MessageLimits: Equatable, Sendable {
    /// Bytes of start line and fields together, line ends included.
    package var head = 16 * 1_024
    /// Bytes of content after the transfer coding has been taken off.
    package var body = 256 * 1_024
    /// Field lines in a head or a trailer section.
    package var fields = 100
    /// Bytes of chunk extensions, and of the trailer section, of one body.
    package var chunkOverhead = 4 * 1_024
    /// Bytes that may wait behind a request that was not answered yet (pipelining, RFC 9112 §9.3.2).
    package var held = 64 * 1_024

    package init() {}
}
