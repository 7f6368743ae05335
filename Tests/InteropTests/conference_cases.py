"""A whole short conference held by the server's own pages and the command line."""

import time

import clips
from bridge import Bridge
from harness import case, eventually, require
from joined import Joined
from pages import Pages, Tab
from peers import Peer, Refused

CHAIR, POINTS, LINE = 523, 700, 1000  # what their microphones hear, in hertz
COMMUNES = ("xa-1", "phuong-1")
# Whether any two of a page's elements lie over each other.
OVERLAPS = """(selector) => {
  const boxes = [...document.querySelectorAll(selector)].map((element) => element.getBoundingClientRect());
  return boxes.some((a, index) => boxes.slice(index + 1).some((b) =>
    a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1));
}"""


def heard(receiver: Peer, hertz: float) -> float:
    """The greatest part that a tone has in any of the sounds that a receiver gets."""
    return max(speaker.share(hertz) for speaker in receiver.loudspeakers)


async def listen(receiver: Peer) -> None:
    """Forgets what was heard, after what is still on its way, and hears a second and a half of the room anew."""
    def frames() -> int:
        return sum(speaker.frames for speaker in receiver.loudspeakers)

    for wanted in (40, 75):
        first = frames()
        await eventually(lambda: frames() >= first + wanted, 10, "nobody is heard any more")
        if wanted == 40:
            for speaker in receiver.loudspeakers:
                speaker.samples = speaker.samples[:0]


async def gather(bridge: Bridge, host: Tab, joins: list[Tab], line: Joined) -> None:
    """All come in, and the host sees each of them as present."""
    for tab in joins:
        await tab.click("#go", 20)
        await tab.shows("#room")
    await eventually(lambda: line.state == "connected", 20, "join is not connected")

    async def complete() -> bool:
        return await host.text("#present") == "4/5" and await host.count(".row[data-present]") == 4

    await eventually(complete, 20, "the host does not see four points present")


async def silence(host: Tab, receiver: Peer) -> str:
    """The host mutes all: at the relay only the chair is left."""
    await eventually(lambda: heard(receiver, LINE) > 0.5, 20, "the command line's tone is not heard before")
    await eventually(lambda: heard(receiver, POINTS) > 0.3, 20, "the browsers' tone is not heard before")
    await host.click("#own-microphone")
    await eventually(lambda: heard(receiver, CHAIR) > 0.3, 20, "the chair is not heard")
    await host.click("#mute-all")

    async def muted() -> bool:
        return await host.count(".row .sound[data-kind=muted]") == 4

    await eventually(muted, 10, "the host does not see four points muted")
    await listen(receiver)
    shares = {hertz: heard(receiver, hertz) for hertz in (CHAIR, POINTS, LINE)}
    require(shares[CHAIR] > 0.3, f"the chair is not heard after muting all: {shares}")
    require(max(shares[POINTS], shares[LINE]) < 0.02, f"muted points are heard: {shares}")
    return f"after muting all the chair's tone is {shares[CHAIR]:.0%} of its sound, all others' at most " \
           f"{max(shares[POINTS], shares[LINE]):.1%}"


async def floor(host: Tab, commune: Tab, other: Tab, receiver: Peer) -> str:
    """A muted commune asks, is given the floor, is heard and seen; then the floor is taken back."""
    await commune.press("h")
    asked = await host.shows("#queue li[data-key=xa-1]")
    await commune.shows("#queue", text="1")
    given = time.monotonic()
    await host.click("#queue li[data-key=xa-1] button.primary")
    await host.shows("#holders li[data-key=xa-1]")
    await host.shows_no("#queue li[data-key=xa-1]")
    await eventually(lambda: heard(receiver, POINTS) > 0.3, 20, "who has the floor is not heard")
    spoken = time.monotonic() - given
    await host.click("#holders li[data-key=xa-1] button.only-icon")
    await host.shows("#main[data-point=xa-1][data-slot=on]")
    await host.plays("#main video")
    await other.shows("#main-picture .caption", text="Xã Tân An")
    await other.plays("#main-picture video")
    await host.photograph("host")
    await other.photograph("join")
    await host.click("#holders li[data-key=xa-1] button:not(.only-icon)")
    await host.shows_no("#holders li[data-key=xa-1]")
    await listen(receiver)
    share = heard(receiver, POINTS)
    require(share < 0.02, f"the commune is heard after the floor was taken back: {share:.0%}")
    return f"the hand was seen {asked:.1f} s after the key, the voice was there {spoken:.1f} s after giving"


async def messages(host: Tab, commune: Tab, other: Tab) -> None:
    """One message to all, one from a point to the staff."""
    await host.tab.fill("#text", "Đề nghị các điểm cầu giữ trật tự.")
    await host.press("Enter") if await host.focus() == "text" else await host.click("#send")
    for tab in (commune, other):
        await tab.shows("#unread", text="1")
    await commune.press("t")
    await commune.shows("#messages-list", text="giữ trật tự")
    await commune.tab.fill("#messages-text", "Điểm cầu Tân An đã rõ.")
    await commune.click("#messages-form button[type=submit]")
    await host.shows("#messages .incoming", text="Điểm cầu Tân An đã rõ.")
    await commune.click("#messages-close")


async def lock(bridge: Bridge, host: Tab, points: Pages) -> None:
    """A locked room takes no newcomer, by neither door."""
    await host.click("#lock")
    await host.shows("#lock[aria-pressed=true]")
    token = await bridge.token("tinh")
    async with Peer(bridge, token) as newcomer:
        try:
            await newcomer.publish(source=3)
            require(False, "the locked room took a newcomer")
        except Refused as refusal:
            require("room-locked" in refusal.text, f"refused for another reason: {refusal}")
    late = await points.open("join", token)
    await late.click("#go", 20)
    await late.shows("#end-text", text="khóa")
    await late.tab.context.close()
    await host.click("#lock")
    await host.shows("#lock[aria-pressed=false]")


async def watch(monitor: Tab) -> str:
    """The technician sees every line, and one of them in detail."""
    require(await monitor.count(".tile:not([hidden])") == 5, f"{await monitor.count('.tile:not([hidden])')} tiles")

    async def lines() -> bool:
        return await monitor.count(".tile:not([hidden]):not([data-line=none])") >= 4

    await eventually(lines, 10, "the monitor does not show four lines")
    await monitor.photograph("monitor")
    await monitor.click(".tile:has(.code:text-is('xa-1'))")
    await monitor.shows("#detail h2", text="Xã Tân An")
    drawn = "(all) => all.filter((path) => path.getAttribute('d')?.length > 60).length"

    async def graphs() -> bool:
        return await monitor.tab.eval_on_selector_all("#detail .graph .line", drawn) >= 4

    await eventually(graphs, 15, "the graphs have no lines")
    require(not await monitor.text("#detail [role=status]"), "the last five minutes could not be loaded")
    await monitor.photograph("monitor-detail")
    require(not await monitor.tab.evaluate(OVERLAPS, "#detail .graph"), "graphs lie over each other")
    rate = await monitor.text("#detail .graph[data-figure=kbps] strong")
    await monitor.press("Escape")
    await monitor.shows_no("#detail")
    return f"the monitor shows the commune sending {rate}"


async def put_out(host: Tab, line: Joined) -> None:
    """The host puts the command line's point out, with a reason, and admits it again."""
    await host.click(".row:has(.code:text-is('xa-2'))")
    await host.click("#chosen [aria-keyshortcuts=x]")
    await host.tab.fill("#reason", "Sai điểm cầu")
    await host.click("#remove-confirm")
    await eventually(lambda: line.process.returncode is not None, 10, "the point that was put out goes on")
    await host.shows("#chosen .state", text="Đã bị mời ra khỏi phòng")
    await host.click("#chosen [aria-keyshortcuts=x]")
    await host.shows("#chosen [aria-keyshortcuts=x].danger")


@case("conference-by-pages", limit=240)
async def conference_by_pages(bridge: Bridge) -> str:
    """A host, two browser points, one command line and a technician hold a conference from beginning to end."""
    clip = bridge.folder / "clip.mp4"
    await clips.make(clip, source=9, hertz=LINE)
    async with Pages(bridge, CHAIR) as office, Pages(bridge, POINTS) as points, \
            Joined(bridge, "xa-2", "--camera", str(clip), "--microphone", str(clip), "--size", "320x240", "--fps",
                   "10") as line, \
            Peer(bridge, await bridge.token("tinh", "observer")) as receiver:
        host = await office.open("host", await bridge.token("trung-tam", "chair"))
        monitor = await office.open("monitor", await bridge.token("tinh", "technician"))
        joins = [await points.open("join", await bridge.token(code)) for code in COMMUNES]
        await gather(bridge, host, joins, line)
        await receiver.receive(video=1, audio=3)
        figures = [await silence(host, receiver), await floor(host, *joins, receiver)]
        await messages(host, *joins)
        figures.append(await watch(monitor))
        await lock(bridge, host, points)
        await put_out(host, line)
        for pages in (office, points):
            pages.require_no_complaints()
        return "; ".join(figures)


async def choose_by_keys(host: Tab, words: str, code: str) -> None:
    """Search, arrow down: the point is the chosen one."""
    await host.tab_to("search")
    await host.press("Control+a")
    await host.type(words)
    await host.press("ArrowDown")
    require(await host.focus() == "rows", "the arrow does not lead from the search into the roster")
    await host.shows(".row[data-active] .code", text=code)


@case("conference-by-keyboard", limit=120)
async def conference_by_keyboard(bridge: Bridge) -> str:
    """The operator's and the technician's main deeds without a pointer."""
    async with Pages(bridge) as pages, Peer(bridge, await bridge.token("phuong-1")) as one, \
            Peer(bridge, await bridge.token("xa-1")) as two:
        await one.publish(source=1)
        await two.publish(source=2)
        host = await pages.open("host", await bridge.token("tinh", "operator"))
        await host.shows(".row[data-present]")
        # "ben thanh" finds "Phường Bến Thành": main picture, the floor given and taken, muted and heard again.
        await choose_by_keys(host, "ben thanh", "phuong-1")
        await host.press("p")
        await host.shows("#program li[data-key=phuong-1]")
        await host.shows("#main[data-point=phuong-1]")
        await host.press("g")
        await host.shows("#holders li[data-key=phuong-1]")
        await host.press("g")
        await host.shows_no("#holders li[data-key=phuong-1]")
        await host.press("m")
        await host.shows(".row[data-active] .sound[data-kind=muted]")
        await host.press("m")
        await host.shows_no(".row[data-active] .sound[data-kind=muted]")
        # Enter leads to the buttons of the chosen point, Escape back.
        await host.press("Enter")
        require(await host.focus() == "BUTTON", "Enter does not lead to the buttons of the chosen point")
        await host.press("Escape")
        require(await host.focus() == "rows", "Escape does not lead back to the roster")
        # A second point into the programme, a message to it, then out with a reason.
        await choose_by_keys(host, "xa-1", "xa-1")
        await host.press("c")
        await host.shows("#program li[data-key=xa-1]")
        await host.press("n")
        await host.type("Xin chào Tân An")
        await host.press("Enter")
        await host.shows("#messages .message[data-to=xa-1]", text="Xin chào Tân An")
        await choose_by_keys(host, "xa-1", "xa-1")
        await host.press("x")
        await host.shows("#remove[open]")
        await host.type("Sai điểm cầu")
        await host.press("Enter")
        await host.shows(".row[data-active] svg[data-state=absent]")
        # Mode, lock and muting all, from the tools.
        await host.tab.evaluate("document.activeElement.blur()")
        await host.tab_to("lock")
        await host.press("Enter")
        await host.shows("#lock[aria-pressed=true]")
        await host.tab_to("mute-all")
        await host.press("Enter")
        await host.shows(".toast[data-kind=good]")
        await modes_by_keys(host)
        technician = await pages.open("monitor", await bridge.token("tinh", "technician"))
        await technician.shows(".tile[data-line=none]")
        await technician.tab_to("search")
        await technician.type("BEN THANH")
        await technician.press("ArrowDown", "Enter")
        await technician.shows("#detail h2", text="Phường Bến Thành")
        require(await technician.focus() == "detail", "Enter does not lead into the detail")
        await technician.press("Escape")
        require(await technician.focus() == "tiles", "Escape does not lead back to the tiles")
        await two.connection.close()
        two.location = None
        pages.require_no_complaints()
        return "programme, floor, mute, message, put out, lock, mode and monitor by keys alone"


async def modes_by_keys(host: Tab) -> None:
    """The three modes are one stop of the Tab key; arrows go from one to the next."""
    await host.press("Shift+Tab", "Shift+Tab")
    mode = await host.tab.evaluate("document.activeElement.dataset.mode")
    require(mode == "discussion", f"the keyboard is not at the mode but at {mode}")
    await host.press("ArrowRight", "Enter")
    await host.shows("#modes [data-mode=lecture][aria-checked=true]")
