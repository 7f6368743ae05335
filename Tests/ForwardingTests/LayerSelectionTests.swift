import Forwarding
import Testing
import Units

@Suite("LayerSelection")
struct LayerSelectionTests {
    @Test("layers are ordered by area whatever their order in the offer, else by what they send")
    func order() {
        var layers = LayerSelection()
        layers.receive(layer: 0, bytes: 900, pixels: 1_280 * 720, at: Make.ms(0))
        layers.receive(layer: 1, bytes: 9_000, pixels: 320 * 180, at: Make.ms(0))
        layers.receive(layer: 2, bytes: 90, pixels: 640 * 360, at: Make.ms(0))
        #expect(layers.liveLayers(at: Make.ms(100)) == [1, 2, 0])
        var unknown = LayerSelection()
        unknown.receive(layer: 0, bytes: 9_000, pixels: nil, at: Make.ms(0))
        unknown.receive(layer: 1, bytes: 900, pixels: nil, at: Make.ms(0))
        #expect(unknown.liveLayers(at: Make.ms(100)) == [1, 0])
    }

    @Test("a layer that is silent for 500 ms is not live; the last one stays for 6 s")
    func silence() {
        var layers = LayerSelection()
        #expect(layers.liveLayers(at: .zero) == [])
        layers.receive(layer: 0, bytes: 1, pixels: 1, at: Make.ms(1_000))
        layers.receive(layer: 1, bytes: 1, pixels: 2, at: Make.ms(1_100))
        #expect(layers.liveLayers(at: Make.ms(1_499)) == [0, 1])
        #expect(layers.liveLayers(at: Make.ms(1_500)) == [1])
        #expect(layers.liveLayers(at: Make.ms(1_600)) == [1])
        #expect(layers.liveLayers(at: Make.ms(7_099)) == [1])
        #expect(layers.liveLayers(at: Make.ms(7_100)) == [])
        layers.receive(layer: 0, bytes: 1, pixels: nil, at: Make.ms(9_000))
        #expect(layers.liveLayers(at: Make.ms(9_000)) == [0])
    }

    @Test("a layer that there can't be is ignored", arguments: [-1, 3, Int.max])
    func outside(layer: Int) {
        var layers = LayerSelection()
        layers.receive(layer: layer, bytes: 1, pixels: 1, at: .zero)
        #expect(layers.liveLayers(at: .zero) == [] && !layers.isLive(layer, at: .zero))
    }
}
