"""The reference conference: a whole room of load points, led by pages and terminals alone."""

import asyncio
import os
import time
from pathlib import Path

from bridge import Bridge
from harness import Skipped, case, eventually, require
from joined import Joined
from pages import PICTURES, Pages
from reference import CENTRAL, POINTS, ROOM, Crowd, Ears, Gauge, effects, joining, kill, prefer
from terminal import Terminal
from throttled_cases import HERE, LIMIT, MARK, Namespace

COMMUNE, COMMUNE_NAME = "27667", "Xã Bình Khánh"  # on a terminal
NEWCOMER = "27673"  # in a browser, when the room is locked
NARROW = "27676"  # on a line of its own
MEDIA = ("--camera", "test", "--microphone", "tone", "--size", "320x240", "--fps", "10")
MESSAGE = "Đề nghị các điểm cầu giữ trật tự."
SLOW = 30  # seconds that an action may take on a busy machine before the case fails


class Conference:
    """Everybody who takes part, and what they do one after another."""

    def __init__(self, bridge: Bridge, namespace: Namespace, pages: Pages, commune: Terminal, watcher: Terminal,
                 narrow: Joined, ears: Ears):
        self.bridge, self.namespace, self.pages = bridge, namespace, pages
        self.commune, self.watcher, self.narrow, self.ears = commune, watcher, narrow, ears
        self.figures: list[str] = []

    async def note(self, name: str, act, **seen) -> None:
        """Does something and tells when its effects were seen."""
        self.tell(f"{name}: {await effects(act, **seen)}")

    def tell(self, text: str) -> None:
        self.figures.append(text)
        print(f"    {text}", flush=True)

    async def open(self) -> None:
        """The operator, the technician and an observer come in by pages; all the others are there."""
        token = self.bridge.token
        self.host = await self.pages.open("host", await token(CENTRAL, "operator", ROOM), ROOM)
        self.monitor = await self.pages.open("monitor", await token(CENTRAL, "technician", ROOM), ROOM)
        self.browser = await self.pages.open("join", await token(CENTRAL, "observer", ROOM), ROOM)
        await self.browser.tab.set_viewport_size({"width": 1280, "height": 720})
        await self.browser.click("#go", SLOW)
        await self.browser.plays("#main-picture video", SLOW)
        await self.commune.shows("đã kết nối", SLOW)
        await self.watcher.shows("đã kết nối", SLOW)
        await eventually(lambda: self.narrow.state == "connected", SLOW, "the narrow line is not connected")
        await self.present(POINTS + 2)
        await self.host.plays("#main video", SLOW)

    async def present(self, count: int) -> None:
        async def look() -> bool:
            return await self.host.text("#present") == f"{count}/{POINTS + 3}"

        await eventually(look, SLOW, f"/host does not say that {count} points are present")

    async def silence(self) -> None:
        """In a discussion all are heard; the host mutes all, and nothing but the central point's sound goes on."""
        await self.host.click("#modes [data-mode=discussion]")
        await self.host.shows("#modes [data-mode=discussion][aria-checked=true]")
        rates, points = await self.ears.hear(10)
        require(sum(rates) > 200 and len(points - {CENTRAL}) >= 2, f"before muting: {rates} of {points}")
        self.tell(f"before muting, sound packets a second at one point: {rates}, of {len(points)} points")
        await self.note(
            "mute all", self.host.click("#mute-all"), host=self.host.shows(".toast[data-kind=good]", SLOW),
            terminal=self.commune.shows("BỊ CHỦ TỌA TẮT TIẾNG", SLOW), silent=self.silent())
        await self.hear_nobody("muted")

    async def silent(self) -> None:
        """Waits for the first whole second without sound of the communes."""
        await eventually(lambda: self.ears.others() == 0, SLOW, "communes are still heard")

    async def hear_nobody(self, when: str) -> None:
        rates, points = await self.ears.hear(9)
        require(sum(rates) == 0 and points <= {CENTRAL}, f"{when}, still heard: {rates} of {points}")
        self.tell(f"{when}: {rates}" + (f", and {self.ears.heard().get(CENTRAL, 0)} of {CENTRAL}" if points else ""))

    async def floor(self) -> None:
        """The commune asks on its terminal; one click gives, one puts it on the main picture."""
        await self.host.click(f".row:has(.code:text-is('{CENTRAL}'))")
        await self.host.press("p")
        await self.watcher.shows(f"({CENTRAL})", SLOW)  # Else the main picture followed the speaker.
        await self.host.shows(f"#main[data-point='{CENTRAL}'][data-slot=on]", SLOW)
        entry, held = f"#queue li[data-key='{COMMUNE}']", f"#holders li[data-key='{COMMUNE}']"
        await self.note("hand up", self.commune.keys("h"), host=self.host.shows(entry, SLOW),
                        terminal=self.commune.shows("✋ chờ phát biểu, thứ 1", SLOW))
        await self.note(
            "give", self.host.click(f"{entry} button.primary"), host=self.host.shows(held, SLOW),
            terminal=self.commune.shows("ĐANG ĐƯỢC PHÁT BIỂU", SLOW),
            heard=eventually(lambda: self.ears.heard().get(COMMUNE, 0) > 20, SLOW, "who has the floor is not heard"))
        rates, points = await self.ears.hear(4)
        require(sum(rates) > 80 and points <= {CENTRAL, COMMUNE}, f"with the floor: {rates} of {points}")
        await self.host.shows(f"#main[data-point='{CENTRAL}']")
        self.tell(f"with the floor: {rates} of {COMMUNE}")
        await self.note(
            "main picture", self.host.click(f"{held} button.only-icon"),
            host=self.host.shows(f"#main[data-point='{COMMUNE}'][data-slot=on]", SLOW),
            browser=self.browser.shows("#main-picture .caption", SLOW, text=COMMUNE_NAME),
            terminal=self.watcher.shows(f"Hình chính     {COMMUNE_NAME} ({COMMUNE})", SLOW))
        await self.host.plays("#main video")
        await self.browser.plays("#main-picture video")
        await self.peak()
        await self.note(
            "take back", self.host.click(f"{held} button:not(.only-icon)"), host=self.host.shows_no(held, SLOW),
            terminal=self.commune.lacks("ĐANG ĐƯỢC PHÁT BIỂU", SLOW),
            silent=self.silent())
        await self.commune.shows("BỊ CHỦ TỌA TẮT TIẾNG")
        await self.hear_nobody("taken back")

    async def peak(self) -> None:
        """What everybody sees while the commune speaks."""
        await self.host.photograph("reference-host")
        await self.browser.photograph("reference-join")
        for name, terminal in (("commune", self.commune), ("observer", self.watcher)):
            screen = await terminal.screen()
            (PICTURES / f"reference-terminal-{name}.txt").write_text(screen)
            print("\n".join(f"    | {line}" for line in screen.rstrip().split("\n")), flush=True)

    async def message(self) -> None:
        await self.host.tab.fill("#text", MESSAGE)
        await self.note("message", self.host.click("#send"), host=self.host.shows("#messages", SLOW, text=MESSAGE),
                        terminal=self.commune.shows(MESSAGE, SLOW), observer=self.watcher.shows(MESSAGE, SLOW),
                        browser=self.browser.shows("#unread", SLOW, text="1"))

    # MARK: The narrow line

    async def tiles(self) -> list[dict]:
        """The monitor's tiles in the order in which they are seen."""
        return await self.monitor.tab.evaluate("""() => [...document.querySelectorAll("#tiles .tile:not([hidden])")]
            .map((tile) => ({ place: tile.getBoundingClientRect(), code: tile.querySelector(".code").textContent,
              line: tile.dataset.line, up: tile.querySelectorAll(".sign")[0].dataset.state,
              down: tile.querySelectorAll(".sign")[1].dataset.state,
              words: tile.querySelector(".directions").innerText.split(/\\s+/).join(" ") }))
            .sort((one, other) => one.place.top - other.place.top || one.place.left - other.place.left)""")

    async def counts(self) -> str:
        """How many lines the monitor counts in each state."""
        return ", ".join([" ".join((await chip.inner_text()).split())
                          for chip in await self.monitor.tab.query_selector_all("#counts button")])

    async def first_tile(self, up: tuple[str, ...]) -> bool:
        first = (await self.tiles())[0]
        return first["code"] == NARROW and first["up"] in up and first["down"] not in ("poor", "lost")

    async def throttle(self) -> None:
        """The commune's way up gets too narrow: the monitor's first tile says so."""
        await self.monitor.tab.fill("#search", NARROW)
        await eventually(lambda: self.first_tile(("good",)), 40, f"{NARROW} is not good before")
        await self.monitor.tab.fill("#search", "")
        before = await self.counts()
        begin = time.monotonic()
        await self.namespace.throttle(150)
        poor = None
        while poor is None and time.monotonic() - begin < LIMIT:
            found = [tile for tile in await self.tiles() if tile["code"] == NARROW and tile["line"] in ("poor", "lost")]
            poor = time.monotonic() - begin if found and found[0]["up"] in ("poor", "lost") else None
            await asyncio.sleep(0.05)
        require(poor is not None, f"the monitor does not show {NARROW} as poor: {(await self.tiles())[:3]}")
        await eventually(lambda: self.first_tile(("poor", "lost")), LIMIT, "the throttled point is not the first tile")
        first = time.monotonic() - begin
        tile = (await self.tiles())[0]
        self.tell(f"throttled: on the monitor as poor after {poor:.1f} s (mark {MARK:g} s), first tile after "
                  f"{first:.1f} s: {tile['line']}, up {tile['up']}, down {tile['down']} ({tile['words']}); "
                  f"lines before: {before}; then: {await self.counts()}")
        await self.monitor.photograph("reference-monitor")
        await self.monitor.click(f".tile:has(.code:text-is('{NARROW}'))")
        await self.monitor.shows("#detail h2")
        await asyncio.sleep(3)
        await self.monitor.photograph("reference-monitor-detail")
        await self.monitor.press("Escape")
        released = time.monotonic()
        await self.namespace.release()
        await self.monitor.tab.fill("#search", NARROW)
        await eventually(lambda: self.first_tile(("good",)), 60, f"{NARROW} is not good again")
        await self.monitor.tab.fill("#search", "")
        self.tell(f"good again {time.monotonic() - released:.1f} s after the throttle was taken away")

    # MARK: The locked room

    async def lock(self, token: Path) -> None:
        """A newcomer is refused; who was there and dropped comes back, by itself or anew."""
        await self.note("lock", self.host.click("#lock"), host=self.host.shows("#lock[aria-pressed=true]", SLOW),
                        terminal=self.commune.shows("ĐÃ KHÓA PHÒNG", SLOW),
                        browser=self.browser.shows("#locked", SLOW))
        late = await self.pages.open("join", await self.bridge.token(NEWCOMER, room=ROOM), ROOM)
        await self.note("newcomer", late.click("#go", SLOW), refused=late.shows("#end-text", SLOW, text="khóa"))
        await self.unplug()
        await kill(self.bridge, token)
        await self.commune.shows("ENDED", SLOW)
        begin = time.monotonic()
        async with joining(self.bridge, token, "--as", COMMUNE, *MEDIA) as again:
            await again.shows("đã kết nối", 40)
            self.tell(f"join killed and started again: in the locked room {time.monotonic() - begin:.1f} s later")
            await self.note("unlock", self.host.click("#lock"),
                            host=self.host.shows("#lock[aria-pressed=false]", SLOW),
                            terminal=again.lacks("ĐÃ KHÓA PHÒNG", SLOW))
            await late.click("#again", SLOW)
            await late.plays("#main-picture video", SLOW)
            await self.present(POINTS + 3)
            self.tell(f"the newcomer is in: {POINTS + 3}/{POINTS + 3} present")
            await late.click("#leave")
            await again.keys("q")
            await again.ended(0)

    async def unplug(self) -> None:
        """The narrow point's line is cut for a while; it comes back by itself."""
        connections = self.narrow.lines[-1]["connections"]
        await self.namespace.plug(False)
        lost = await eventually(lambda: self.narrow.state != "connected", SLOW, "a cut line goes unnoticed")
        await asyncio.sleep(max(0.0, 12 - lost))
        await self.namespace.plug(True)
        back = await eventually(
            lambda: self.narrow.state == "connected" and self.narrow.lines[-1]["rateIn"] > 50_000, SLOW,
            "it does not come back")
        self.tell(f"line cut for {max(12.0, lost):.0f} s: lost after {lost:.1f} s, back in the locked room {back:.1f} "
                  f"s after it was mended, {self.narrow.lines[-1]['connections'] - connections} new connections")


async def hold(bridge: Bridge, namespace: Namespace) -> str:
    """The conference from beginning to end; its figures."""
    journal = bridge.folder / "out"
    tokens = {}
    for name, role in ((COMMUNE, "point"), (CENTRAL, "observer")):
        tokens[role] = bridge.folder / f"token-{role}"
        tokens[role].write_text(await bridge.token(name, role, ROOM))
    async with Gauge(bridge) as gauge, Crowd(bridge) as crowd:
        await eventually(lambda: crowd.joined == POINTS, 90, f"not {POINTS} load points have joined")
        async with Joined(bridge, NARROW, *MEDIA, "--bitrate", "600", "--record", str(journal),
                          within=namespace.prefix, room=ROOM) as narrow, \
                joining(bridge, tokens["point"], "--as", COMMUNE, *MEDIA) as commune, \
                joining(bridge, tokens["observer"], "--observe") as watcher, Pages(bridge) as pages:
            ears = Ears(narrow, journal / "slots.jsonl")
            conference = Conference(bridge, namespace, pages, commune, watcher, narrow, ears)
            await conference.open()
            await conference.silence()
            await conference.floor()
            await conference.message()
            await conference.throttle()
            await conference.lock(tokens["point"])
            await narrow.leave()
            await watcher.keys("q")
            await watcher.ended(0)
            pages.require_no_complaints()
        conference.tell(await crowd.finish())
        conference.tell(gauge.text())
    return "; ".join(conference.figures)


@case("conference-hcmc-168", limit=480)
async def reference(outer: Bridge) -> str:
    """A conference of 171 points from beginning to end: voices, floor, main picture, message, lock, a narrow line."""
    if not os.environ.get("DIEMCAU_REFERENCE"):
        raise Skipped("set DIEMCAU_REFERENCE=1")
    folder = outer.folder / "reference"
    folder.mkdir()
    async with Namespace() as namespace:
        bridge = Bridge(outer.program, folder, address=HERE, rooms=(ROOM,), options=("--announce", HERE))
        try:
            await bridge.start()
            prefer(bridge.process)
            return await hold(bridge, namespace)
        finally:
            ended = await bridge.stop()
            require(ended is None, ended)
