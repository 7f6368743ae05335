"""aiortc to aiortc through the server."""

from bridge import Bridge
from harness import case, eventually, require
from peers import Peer, Refused
from relay import DatagramRelay, redirect

FRAMES = 60


async def one_way(bridge: Bridge, codec: str) -> str:
    """One point sends, an observer sees its pictures and hears its tone."""
    async with Peer(bridge, await bridge.token("xa-1")) as sender, \
            Peer(bridge, await bridge.token("tinh", "observer")) as receiver:
        await sender.publish(source=5, codec=codec, hertz=440)
        await receiver.receive()
        screen, loudspeaker = receiver.screens[0], receiver.loudspeakers[0]
        first = await eventually(lambda: screen.decoded > 0, 10, "no picture")
        await eventually(lambda: screen.by_source.get(5, 0) >= FRAMES, 20, f"not {FRAMES} readable pictures")
        await eventually(lambda: loudspeaker.share(440) > 0.8, 5, "the tone is not heard")
        require(screen.readable >= 0.9 * screen.decoded,
                f"only {screen.readable} of {screen.decoded} pictures can be read")
        require(screen.backwards == 0, f"{screen.backwards} pictures out of order")
        require(loudspeaker.share(1000) < 0.05, "a tone is heard that nobody sends")
        counts = await receiver.received("video")
        return (f"{screen.decoded} pictures, first after {first:.1f} s, "
                f"tone {loudspeaker.share(440):.0%} of the sound, {counts['lost']} of {counts['packets']} packets lost")


@case("aiortc-vp8")
async def vp8(bridge: Bridge) -> str:
    return await one_way(bridge, "VP8")


@case("aiortc-h264")
async def h264(bridge: Bridge) -> str:
    return await one_way(bridge, "H264")


@case("aiortc-across-loops", loops=2)
async def across_loops(bridge: Bridge) -> str:
    """Sender and receiver land on different media loops, as the server fills the emptiest first."""
    return await one_way(bridge, "VP8")


@case("aiortc-receiver-first")
async def receiver_first(bridge: Bridge) -> str:
    """A receiver is let in while nobody sends, and sees whoever comes later."""
    async with Peer(bridge, await bridge.token("tinh", "observer")) as receiver:
        await receiver.receive()
        require(receiver.screens[0].decoded == 0, "a picture came although nobody sends")
        async with Peer(bridge, await bridge.token("xa-2")) as sender:
            await sender.publish(source=2)
            seconds = await eventually(lambda: receiver.screens[0].by_source.get(2, 0) >= 15, 15, "no picture")
        return f"15 pictures {seconds:.1f} s after the sender came"


@case("aiortc-both-ways")
async def both_ways(bridge: Bridge) -> str:
    """Two points see each other and never themselves, on one media resource each."""
    async with Peer(bridge, await bridge.token("xa-1")) as one, Peer(bridge, await bridge.token("xa-2")) as two:
        await one.converse(source=1, hertz=440)
        await two.converse(source=2, hertz=700)
        await eventually(lambda: one.screens[0].by_source.get(2, 0) >= FRAMES, 25, "xa-1 does not see xa-2")
        await eventually(lambda: two.screens[0].by_source.get(1, 0) >= FRAMES, 25, "xa-2 does not see xa-1")
        await eventually(lambda: one.loudspeakers[0].share(700) > 0.8, 10, "xa-1 does not hear xa-2")
        await eventually(lambda: two.loudspeakers[0].share(440) > 0.8, 10, "xa-2 does not hear xa-1")
        require(1 not in one.screens[0].by_source, "xa-1 sees itself")
        require(2 not in two.screens[0].by_source, "xa-2 sees itself")
        require(one.loudspeakers[0].share(440) < 0.05, "xa-1 hears itself")
        return f"{one.screens[0].decoded} and {two.screens[0].decoded} pictures"


@case("aiortc-slots", limit=90)
async def slots(bridge: Bridge) -> str:
    """An answer with three audio and three picture slots; main and small pictures as the chair chose them."""
    async with Peer(bridge, await bridge.token("xa-1")) as one, Peer(bridge, await bridge.token("xa-2")) as two, \
            Peer(bridge, await bridge.token("trung-tam", "chair")) as chair, \
            Peer(bridge, await bridge.token("tinh", "observer")) as receiver:
        await one.publish(source=1, hertz=440)
        await two.publish(source=2, codec="H264", hertz=700)
        await chair.program("xa-2", "xa-1")
        await receiver.receive(video=4, audio=3)
        sections = receiver.answer.count("a=sendonly")
        require(sections >= 6, f"the answer has only {sections} sections that send")
        await eventually(lambda: receiver.screens[0].by_source.get(2, 0) >= FRAMES, 25, "xa-2 is not on the main slot")
        await eventually(lambda: receiver.screens[1].by_source.get(1, 0) >= FRAMES, 25, "xa-1 is not on the small slot")
        require(1 not in receiver.screens[0].by_source, "xa-1 was on the main slot too")

        def heard(hertz: float) -> bool:
            return any(item.share(hertz) > 0.8 for item in receiver.loudspeakers)

        await eventually(lambda: heard(440) and heard(700), 10, "not both are heard")
        return f"{sections} sections send; {receiver.screens[0].decoded} and {receiver.screens[1].decoded} pictures"


@case("aiortc-refusals")
async def refusals(bridge: Bridge) -> str:
    """An observer may not send; a token of another room, or none of ours, does not open this one."""
    statuses = []
    for token in (await bridge.token("tinh", "observer"), await bridge.token("xa-1", "point", "other"), "a.b.c"):
        async with Peer(bridge, token) as peer:
            try:
                await peer.publish(source=1)
                require(False, "somebody was let in")
            except Refused as refusal:
                statuses.append(refusal.status)
    require(statuses[0] == 403 and statuses[1] in (401, 403) and statuses[2] == 401, f"statuses {statuses}")
    return f"statuses {', '.join(map(str, statuses))}"


@case("lossy-relay", limit=90)
async def lossy_relay(bridge: Bridge) -> str:
    """Sender and receiver each behind a relay that drops 3 % both ways: what is lost is sent again."""
    async with DatagramRelay(bridge, loss=0.03, seed=1) as up, DatagramRelay(bridge, loss=0.03, seed=2) as down, \
            Peer(bridge, await bridge.token("xa-1")) as sender, \
            Peer(bridge, await bridge.token("tinh", "observer")) as receiver:
        sender.change_answer = lambda answer: redirect(answer, up)
        receiver.change_answer = lambda answer: redirect(answer, down)
        await sender.publish(source=3)
        await receiver.receive()
        screen = receiver.screens[0]
        await eventually(lambda: screen.by_source.get(3, 0) >= 150, 45, "not 150 readable pictures")
        for relay, name in ((up, "up"), (down, "down")):
            require(relay.dropped[0] + relay.dropped[1] > 10, f"the relay {name} dropped next to nothing")
        repairs = (up.count(to_server=True, payload_types=up.rtx_types(sender.answer)),
                   down.count(to_server=False, payload_types=down.rtx_types(receiver.answer)))
        require(repairs[0] > 0, "the sender repaired nothing by RTX")
        require(repairs[1] > 0, "the server repaired nothing by RTX")
        require(screen.longest_gap < 3, f"the picture stood for {screen.longest_gap:.1f} s")
        return (f"{screen.decoded} pictures, longest gap {screen.longest_gap:.2f} s; dropped {sum(up.dropped)} and "
                f"{sum(down.dropped)}, repaired by RTX {repairs[0]} and {repairs[1]}")
