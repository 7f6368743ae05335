"""The server is killed and started again: who comes back by itself, and what they are told."""

import asyncio
import json
import re
import signal
import time

from bridge import Bridge, environment
from harness import case, eventually, require
from joined import Joined
from pages import Pages, Tab
from sockets import Mint, Socket

MARK = 5.0  # seconds: what each way back is printed beside
LIMIT = 30.0


class Load:
    """One `diemcau load` as a child process, and what it says of itself each second."""

    def __init__(self, bridge: Bridge, points: int):
        self.bridge = bridge
        self.points = points
        self.lines: list[str] = []
        self.output = b""

    async def __aenter__(self) -> "Load":
        self.process = await asyncio.create_subprocess_exec(
            self.bridge.program.path, "load", self.bridge.url, "--room", "hcmc-168", "--points", str(self.points),
            "--synthetic", "--for", "10m", "--state", str(self.bridge.state), "--rooms", str(self.bridge.rooms),
            "--json", stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            env=environment())
        self.readers = [asyncio.create_task(self.hear()), asyncio.create_task(self.listen())]
        return self

    async def __aexit__(self, *_) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()
        await asyncio.gather(*self.readers)

    async def hear(self) -> None:
        async for line in self.process.stderr:
            self.lines.append(line.decode(errors="replace").strip())

    async def listen(self) -> None:
        self.output = await self.process.stdout.read()

    def count(self, what: str) -> int:
        """How many have joined, or how many sockets are open, by the last line."""
        found = re.search(rf"(\d+)/\d+ {what}", self.lines[-1]) if self.lines else None
        return int(found[1]) if found else -1

    @property
    def is_whole(self) -> bool:
        return self.count("joined") == self.points and self.count("sockets") == self.points

    async def finish(self) -> dict:
        """Ctrl-C, and the result."""
        self.process.send_signal(signal.SIGINT)
        await asyncio.wait_for(self.process.wait(), 15)
        await asyncio.gather(*self.readers)
        return json.loads(self.output)


async def is_connected(page: Tab) -> bool:
    """Whether the page shows the room, without the strip that says what is missing."""
    return await page.tab.is_visible("#room") and not await page.tab.is_visible("#strip")


async def frames(page: Tab) -> int:
    """How many frames the main picture has shown since it last began."""
    return await page.tab.evaluate(
        "document.querySelector('#main-picture video').getVideoPlaybackQuality().totalVideoFrames")


async def is_whole(page: Tab) -> bool:
    """Whether the page is connected and its main picture moves."""
    before = await frames(page)
    await asyncio.sleep(0.2)
    return await is_connected(page) and 0 < before < await frames(page)


async def returns(condition, begin: float, text: str) -> float:
    """The seconds from `begin` until somebody is back."""
    await eventually(condition, LIMIT, text)
    return time.monotonic() - begin


@case("socket-killed", limit=150, rooms=("hcmc-168",))
async def killed(bridge: Bridge) -> str:
    """Twenty points of `load`, one `join` and one page are back by themselves; the old epoch is told of the restart."""
    mint = Mint(bridge)
    async with Load(bridge, 20) as load, Joined(bridge, "xa-1", "--camera", "test", "--microphone", "tone") as joined, \
            Pages(bridge) as pages, Socket(bridge, mint.token("operator")) as operator, \
            Socket(bridge, mint.token("point", "tinh")) as point:
        page = await pages.open("join", mint.token("point", "xa-2"))
        await page.click("#go:enabled", 20)
        await eventually(lambda: load.is_whole, 40, "load is not whole")
        await eventually(lambda: joined.state == "connected", 20, "join is not connected")
        await eventually(lambda: is_whole(page), 30, "the page shows no moving picture")
        old = {"epoch": operator.first("welcome")["epoch"], "seq": operator.messages[-1].get("seq", 0)}
        bridge.process.kill()
        await bridge.process.wait()
        gone = time.monotonic()

        async def is_lost() -> bool:
            return not await is_connected(page)

        await eventually(is_lost, 10, "the page does not notice")
        await eventually(lambda: load.count("sockets") == load.count("joined") == 0, 10, "load does not notice")
        await eventually(lambda: joined.state != "connected", 10, "join does not notice")
        await bridge.start()
        begin = time.monotonic()
        load.lines.clear()
        ways = await asyncio.gather(
            returns(lambda: load.is_whole, begin, "load is not back"),
            returns(lambda: joined.state == "connected", begin, "join is not back"),
            returns(lambda: is_whole(page), begin, "the page does not show a picture again"),
            told(bridge, operator, old), told(bridge, point, old))
        result = await load.finish()
        await joined.leave()
    require(result["sockets"]["losses"] >= 20, f"load lost only {result['sockets']['losses']} sockets")
    names = ("20 load points by lines of one second", "join by the same", "the page with its picture")
    figures = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in zip(names, ways))
    return f"server away {begin - gone:.1f} s; back after it served: {figures} (mark {MARK:g} s); {ways[3]}; {ways[4]}"


async def told(bridge: Bridge, socket: Socket, old: dict) -> str:
    """Comes back with the binding, epoch and number of before: a whole welcome, another epoch, and why."""
    binding = socket.first("welcome")["binding"]
    async with Socket(bridge, socket.token, binding=binding, **old) as again:
        welcome = again.first("welcome")
        require(welcome["epoch"] != old["epoch"], "the epoch is the old one")
        require(welcome["resumed"] is False and "roster" in welcome, "it is no whole welcome")
        await eventually(lambda: again.first("notice", code="restarted"), 5, "no notice of the restart")
        role = welcome["you"]["role"]
        if role == "operator":
            await eventually(lambda: again.first("notice", code="state-lost"), 5, "staff are not told what is lost")
        notices = [message["code"] for message in again.messages if message["type"] == "notice"]
        return f"{role} was told {' and '.join(notices)}"
