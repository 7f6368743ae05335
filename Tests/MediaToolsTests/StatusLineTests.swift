import Testing
import Units

@testable import MediaTools
@testable import Participant

@Suite("StatusLine")
struct StatusLineTests {
    private var line: StatusLine {
        var status = SessionStatus()
        status.state = .connected
        status.roundTrip = .microseconds(1_234)
        status.connections = 2
        var slot = SlotStatus(slot: .picture(0))
        (slot.codec, slot.packets, slot.lost) = (.vp8, 7, 1)
        status.slots = [slot, SlotStatus(slot: .audio(1))]
        return StatusLine(
            status, rateIn: .kilobits(1_650), rateOut: .kilobits(832), loss: 0.0125)
    }

    @Test("people read one line")
    func text() {
        #expect(
            line.text
                == "connected   in 1.6 Mbit/s   out 832 kbit/s   loss 1.3 %   round trip 1.2 ms   main VP8")
    }

    @Test("programs read one object a line")
    func json() {
        let text = line.json
        #expect(!text.contains("\n"))
        for part in [
            "\"state\":\"connected\"", "\"rateIn\":1650000", "\"rateOut\":832000", "\"loss\":0.0125",
            "\"roundTrip\":1.234", "\"connections\":2",
            "{\"codec\":\"VP8\",\"lost\":1,\"packets\":7,\"repaired\":0,\"slot\":\"main\"}", "\"slot\":\"audio-1\"",
        ] {
            #expect(text.contains(part), "\(part) in \(text)")
        }
    }
}
