import Conference
import Forwarding
import Signalling

extension SlotView {
    /// A loop's report, as the protocol tells it.
    init(_ report: SlotReport, in record: RoomRecord) {
        let source: Source? =
            switch report.kind {
            case .microphone: .microphone
            case .camera: .camera
            case .screen: .screen
            case nil: nil
            }
        let state: State =
            switch report.state {
            case .empty: .empty
            case .on: .on
            case .waiting: .waiting
            case .codec: .codec
            }
        self.init(
            kind: report.isPicture ? .picture : .audio, index: report.index,
            point: report.seat.flatMap { record.point(at: $0) }, source: source, state: state)
    }
}
