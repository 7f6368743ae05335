"""What befalls a page: tokens pasted anyhow, copied tabs, lost devices and servers, small windows."""

import asyncio
import json
import signal
import urllib.request

from bridge import Bridge
from harness import case, eventually, require
from pages import Pages, Tab

# Keeps every track that a page has opened in `tracks`.
TRACKS = """
const devices = navigator.mediaDevices, open = devices.getUserMedia.bind(devices);
window.tracks = [];
devices.getUserMedia = async (wishes) => {
  const stream = await open(wishes);
  window.tracks.push(...stream.getTracks());
  return stream;
};
"""
LIVE = "tracks.filter((track) => track.readyState === 'live').length"
UNPLUG = """(kind) => {
  const track = tracks.findLast((track) => track.kind === kind && track.readyState === 'live');
  track.stop();
  track.dispatchEvent(new Event('ended'));
}"""
# [what is searched for, a name, whether it is found]
SEARCHES = [
    ["da nang", "Đà Nẵng", True], ["Đa", "Đà Nẵng", True], ["đà", "Da Nang", False], ["dá", "Đà Nẵng", False],
    ["Khánh Hoà", "Khánh Hòa", True], ["Thủy Nguyên", "Thuỷ Nguyên", True], ["hoá", "Khánh Hòa", False],
    ["Ðống Ða", "Đống Đa", True], ["o\u0302\u0301 bê\u0301n", "Phường Bến Thành ố", True], ["ơ", "Hòa", False],
]


async def imports(tab: Tab, module: str, use: str, *arguments):
    """Calls a function with what a script of the pages exports."""
    script = f"async (list) => ({use})(await import('/assets/{module}.js'), ...list)"
    return await tab.tab.evaluate(script, list(arguments))


@case("page-parts")
async def page_parts(bridge: Bridge) -> str:
    """Search by both customs of writing tones; a line without a transport's statistics; who speaks."""
    async with Pages(bridge) as pages:
        home = await pages.open("", await bridge.token("xa-1"))
        found = await imports(
            home, "search", "(search, cases) => cases.map(([asked, name]) => "
            "search.matches(search.query(asked), search.prepare(name)))", SEARCHES)
        wrong = [f"{asked} in {name}" for (asked, name, wanted), is_found in zip(SEARCHES, found) if wanted != is_found]
        require(not wrong, f"the search judges wrongly: {', '.join(wrong)}")
        # Firefox has no `transport`: what comes in must be seen all the same, else the page leaves a good connection.
        heard = await imports(home, "line-report", """({ LineReport }) => {
          const line = new LineReport();
          const pair = (bytesReceived) => new Map([["p", { type: "candidate-pair", state: "succeeded", nominated: true,
            bytesReceived, responsesReceived: 1 }]]);
          return [1000, 2200].map((bytes, index) => {
            line.take(pair(bytes), index * 1000, null);
            return line.heard.packets;
          });
        }""")
        require(heard[1] > heard[0] > 0, f"without a transport's statistics nothing is heard: {heard}")
        speaks = await imports(home, "room", """({ RoomState }) => {
          const room = new RoomState();
          const line = (muted) => ({ type: "roster", whole: true, points: [{ code: "a", state: "present", muted }] });
          room.take({ type: "room", mode: "discussion" });
          room.take(line(false));
          room.take({ type: "speaking", point: "a" });
          const before = room.speaking;
          room.take(line(true));
          return [before, room.speaking];
        }""")
        require(speaks == ["a", None], f"a muted point speaks: {speaks}")
        pages.require_no_complaints()
    return f"{len(SEARCHES)} searches"


@case("page-tokens", limit=90)
async def page_tokens(bridge: Bridge) -> str:
    """A token comes in a link, wrapped, spoiled, or as another link into a tab that is open already."""
    token = await bridge.token("xa-1")
    async with Pages(bridge) as pages:
        home = await pages.open("", "")
        link = f"{bridge.url}/join#token={token}&room=demo"
        texts = [token, f"{token[:70]}\n   {token[70:]}", f"Kính gửi: {link} Trân trọng"]
        for text in texts:
            await home.tab.fill("#token", text)
            await home.shows("#token-says[data-kind=good]", 5)
            kept = await home.tab.evaluate("sessionStorage.getItem('diemcau.token')")
            require(kept == token, f"of {text[:20]!r}… was kept {kept!r}")
            await home.click("#forget")
        await home.tab.fill("#token", "abc.def")
        await home.shows("#token-says[data-kind=bad]", 5)
        pages.require_no_complaints()  # From here on the browser tells of refused connections.
        for spoiled in ("a b", "đ", token[:-1]):
            join = await pages.open("join", spoiled)
            await join.click("#go")
            await join.shows("#end-text", text="không đúng")
            await join.tab.context.close()
        join = await pages.open("join", "")
        await join.shows("#end-text", text="Chưa có mã")
        await join.tab.evaluate(f"location.hash = 'token={token}&room=demo'")
        await join.tab.wait_for_selector("#lobby", state="visible", timeout=20_000)  # Over the page's own reload.
        require("token" not in join.tab.url, "the token stays in the address")
    return f"{len(texts)} ways to paste a token, 3 spoiled ones, and a link into an open tab"


@case("page-comes-and-goes", limit=120)
async def page_comes_and_goes(bridge: Bridge) -> str:
    """Who leaves is not filmed any more and may come back at once; a copied tab does not fight the first."""
    async with Pages(bridge) as pages:
        join = await pages.open("join", await bridge.token("xa-1"))
        await join.tab.add_init_script(TRACKS)
        await join.tab.reload()
        await enter(join)
        require(await join.focus() == "head", f"after going in the keyboard is at {await join.focus()}")
        await join.click("#leave")
        await join.shows("#end")
        require(await join.tab.evaluate("tracks.length") >= 2, "the page opened no devices")
        require(await join.tab.evaluate(LIVE) == 0, "camera or microphone is on after leaving")
        await join.click("#again")
        await asyncio.sleep(1.5)  # The first leave's own limit was a second.
        require(await join.tab.is_visible("#room"), "who comes back at once is out again")
        await join.shows_no("#strip")
        await eventually(lambda: join.tab.evaluate(f"{LIVE} === 2"), 10, "the devices are not on again")
        # Another load of the same page keeps its place in the queue.
        await join.press("h")
        await join.shows("#queue", text="1")
        await join.tab.reload()
        await enter(join)
        await join.shows("#queue", text="1")
        await copy_tab(bridge, join)
        pages.require_no_complaints()
    return "devices off on leaving, on again on coming back; queue kept over a reload; a copied tab waits"


async def enter(join: Tab) -> None:
    await join.click("#go")
    await join.shows("#room")
    await join.shows_no("#strip")


async def copy_tab(bridge: Bridge, join: Tab) -> None:
    """A browser's "duplicate tab" copies the storage too, and with it the secret of the session."""
    storage = await join.tab.evaluate("JSON.stringify({ ...sessionStorage })")
    page = await join.tab.context.new_page()
    await page.goto(bridge.url)
    await page.evaluate("(all) => Object.entries(all).forEach((item) => sessionStorage.setItem(...item))",
                        json.loads(storage))
    await page.goto(f"{bridge.url}/join")
    copy = Tab(page, "join", join.pages)
    await copy.click("#go")
    await copy.shows("#takeover")
    for _ in range(12):
        await asyncio.sleep(0.25)
        require(not await join.tab.is_visible("#strip"), "the copied tab took the first one's connection")
    await copy.click("#takeover")
    await join.shows("#end-text", text="thiết bị khác")
    await copy.shows_no("#strip")


@case("page-troubles", limit=150)
async def page_troubles(bridge: Bridge) -> str:
    """A camera is pulled out, the server stands still, a window is small, a second chair knocks: all is said."""
    async with Pages(bridge) as pages:
        host = await pages.open("host", await bridge.token("trung-tam", "chair"))
        monitor = await pages.open("monitor", await bridge.token("tinh", "technician"))
        join = await pages.open("join", await bridge.token("xa-1"))
        await join.tab.add_init_script(TRACKS)
        await join.tab.reload()
        await enter(join)
        await join.tab.evaluate(UNPLUG, "video")
        await join.shows(".toast", text="Camera đã rút ra")
        await eventually(lambda: join.tab.evaluate(f"{LIVE} === 2"), 10, "no other camera is taken")
        await monitor.shows(".tile[data-line=good]")
        await lead(host, join)
        require(not await host.tab.is_visible("#stale") and not await monitor.tab.is_visible("#stale"),
                "a good connection is said to be old")
        bridge.process.send_signal(signal.SIGSTOP)
        try:
            said = await host.shows("#stale", 15), await monitor.shows("#stale", 15), await join.shows("#strip", 15)
            require(await monitor.count("[data-stale=true] .tile") > 0, "old tiles look like new ones")
        finally:
            bridge.process.send_signal(signal.SIGCONT)
        for tab, strip in ((host, "#stale"), (monitor, "#stale"), (join, "#strip")):
            await tab.shows_no(strip)
        require(await monitor.count("[data-stale=true]") == 0, "new tiles look old")
        await knock(bridge, pages, host)
        pages.require_no_complaints()
    return f"a server that stands still is said after {max(said):.1f} s"


async def lead(host: Tab, join: Tab) -> None:
    """What a leader does in haste: keys after a click in a row, two changes at once, news under a dialog."""
    row = ".row:has(.code:text-is('xa-1'))"
    await host.tab.hover(row)
    await host.click(f"{row} .deed:last-child")
    require(await host.focus() == "rows", f"after a row's button the keyboard is at {await host.focus()}")
    for code in ("phuong-1", "xa-2"):
        await host.click(f".row:has(.code:text-is('{code}'))")
        await host.press("c")
    await eventually(lambda: host.tab.evaluate("document.querySelectorAll('#program li[data-key]').length === 3"), 10,
                     "one of two quick changes of the programme is lost")
    await join.press("d")
    await join.type("Nguyễn Văn Đủ")
    await host.click(row)
    await host.press("g")
    await join.shows("#delegates .toast[data-kind=good]")
    await join.press("Escape")
    await join.shows_no("#delegates")
    await join.press("d")
    require(await join.tab.input_value("#delegates-list input") == "Nguyễn Văn Đủ", "what was written is lost")
    await join.press("Escape")


async def knock(bridge: Bridge, pages: Pages, host: Tab) -> None:
    """A second device of the chair: what lies behind the gate is out of reach, and who is replaced is not filmed."""
    second = await pages.open("host", await bridge.token("trung-tam", "chair"))
    await second.shows("#gate:not([hidden])")
    for _ in range(3):
        await second.press("Tab")
        behind = await second.tab.evaluate("document.activeElement.closest('#gate, main, header, .tools')?.id")
        require(behind in (None, "gate"), f"Tab leads behind the gate: {await second.focus()}")
    await second.click("#gate button")
    await host.shows("#gate:not([hidden])")
    await eventually(lambda: host.tab.evaluate("document.getElementById('own-camera').ariaPressed === 'false'"), 5,
                     "the camera of the replaced chair is on")


@case("page-windows", limit=90, rooms=("hcmc-168",))
async def page_windows(bridge: Bridge) -> str:
    """Whatever the window, no page is wider than it, and of long lists only what is seen is in the document."""
    token = bridge.token
    async with Pages(bridge) as pages:
        tabs = [
            await pages.open("host", await token("79", "operator", "hcmc-168"), "hcmc-168"),
            await pages.open("monitor", await token("79", "technician", "hcmc-168"), "hcmc-168"),
            await pages.open("join", await token("27673", "point", "hcmc-168"), "hcmc-168"),
            await pages.open("", await token("27673", "point", "hcmc-168"), "hcmc-168")]
        await tabs[0].shows(".row")
        await tabs[1].shows(".tile")
        # 683 × 384 is 1366 × 768 at twice the size.
        for width, height in ((1920, 1080), (1366, 768), (683, 384), (400, 800)):
            for tab in tabs:
                await tab.tab.set_viewport_size({"width": width, "height": height})
                await asyncio.sleep(0.3)
                wide = await tab.tab.evaluate("document.documentElement.scrollWidth")
                require(wide <= width, f"/{tab.page} is {wide} wide in a window of {width}")
                seen = await tab.count(".virtual-entry:not([hidden])")
                require(seen < 160, f"/{tab.page} has {seen} entries in the document at {width} × {height}")
        pages.require_no_complaints()
    return "4 pages in 4 windows"


@case("page-unanswered")
async def page_unanswered(bridge: Bridge) -> str:
    """A chair who has not yet told the browser whether it may use the camera leads the room all the same."""
    async with Pages(bridge) as pages:
        host = await pages.open("host", await bridge.token("trung-tam", "chair"))
        await host.tab.add_init_script("navigator.mediaDevices.getUserMedia = () => new Promise(() => {});")
        await host.tab.reload()
        seconds = await host.shows("#connection[data-state=good]", 10)
        await host.shows("#media", text="đang hỏi")
        await host.click("#lock")
        await host.shows("#lock[aria-pressed=true]")
        pages.require_no_complaints()
    return f"connected after {seconds:.1f} s"


class Thoroughfare:
    """A way to the server that can be cut: what goes over TCP breaks off, datagrams know nothing of it."""

    def __init__(self, bridge: Bridge):
        self.bridge = bridge
        self.ends: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> "Thoroughfare":
        self.server = await asyncio.start_server(self.pass_on, "127.0.0.1", 0)
        self.url = f"https://127.0.0.1:{self.server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_) -> None:
        self.server.close()
        self.cut()

    def cut(self) -> None:
        for end in self.ends:
            end.transport.abort()
        self.ends = []

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(self.bridge.address, self.bridge.port)
        self.ends += [writer, back]

        async def copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
            try:
                while data := await source.read(65_536):
                    target.write(data)
                    await target.drain()
            except OSError:
                pass
            target.close()

        await asyncio.gather(copy(reader, back), copy(there, writer))


@case("page-token-runs-out", limit=120)
async def page_token_runs_out(bridge: Bridge) -> str:
    """Whose token runs out in the middle loses neither sound nor picture with the socket, is told, and can leave."""
    technician = await bridge.token("tinh", "technician")

    async def up() -> dict:
        """What came from the point in the last second."""
        line = await asyncio.to_thread(health, bridge, technician, "xa-1")
        return line["up"]

    async with Pages(bridge) as pages, Thoroughfare(bridge) as way:
        loop = asyncio.get_running_loop()
        end = loop.time() + 30
        join = await pages.open("join", await bridge.token("xa-1", "point", "demo", "--for", "30s"), url=way.url)
        await enter(join)
        await asyncio.sleep(max(0, end + 2 - loop.time()))
        way.cut()
        await join.shows("#strip-words", text="hết hạn")
        await asyncio.sleep(8)  # Who has nothing left in the room is silent after 6 s.
        packets = (await up()).get("packets", 0)
        require(packets > 20, f"sound and picture went with the socket: {packets} packets a second")
        require(await join.tab.is_visible("#room"), "the page ended with the socket")
        await join.click("#leave")
        await join.shows("#end")
        for _ in range(40):
            if (await up()).get("packets", 0) == 0:
                break
            await asyncio.sleep(0.25)
        else:
            require(False, "who left sends on")
        pages.require_no_complaints()
    return f"{packets} packets a second without a socket"


def health(bridge: Bridge, token: str, point: str) -> dict:
    request = urllib.request.Request(
        f"{bridge.url}/v1/rooms/demo/health?point={point}", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, context=bridge.tls(), timeout=10) as answer:
        return json.load(answer)
