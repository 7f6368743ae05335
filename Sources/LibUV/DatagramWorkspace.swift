import CDatagrams
import Wire

/// What all datagram sockets of a loop receive into and send from: one socket uses it at a time.
final class DatagramWorkspace {
    /// Datagrams to a system call.
    static let batchSize = Int(CD_BATCH)
    /// Bytes for one datagram: more than an Ethernet frame holds, and what we send is at most 1,200 bytes.
    static let slotSize = 2_048

    var buffer = PacketBuffer(capacity: batchSize * slotSize)
    let receiving: OpaquePointer
    /// Apart from `receiving`, because receivers may send while a batch is being handed out.
    let sending: OpaquePointer

    init() {
        guard let receiving = cd_batch_create(), let sending = cd_batch_create() else {
            // Made once a loop, before its first packet, and out of no peer's reach: without memory, Swift itself ends too.
            fatalError("no memory for a loop's datagram batches")
        }
        self.receiving = receiving
        self.sending = sending
    }

    deinit {
        cd_batch_free(receiving)
        cd_batch_free(sending)
    }
}
