"""The server is killed and started again: who comes back by itself, and what they are told."""

import asyncio
import json
import os
import re
import signal
import time

from playwright.async_api import Page, async_playwright

from bridge import Bridge, environment
from browser import ARGUMENTS, chromium
from harness import case, eventually, require
from joined import Joined
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


class JoinPage:
    """The program's own /join page in Chromium, in the room."""

    def __init__(self, bridge: Bridge, token: str, room: str = "demo"):
        self.bridge = bridge
        self.address = f"{bridge.url}/join#token={token}&room={room}"

    async def __aenter__(self) -> "JoinPage":
        self.playwright = await async_playwright().start()
        arguments = ARGUMENTS + (["--no-sandbox"] if os.geteuid() == 0 else [])
        self.chromium = await self.playwright.chromium.launch(executable_path=chromium(), args=arguments)
        context = await self.chromium.new_context(ignore_https_errors=True, permissions=["camera", "microphone"])
        self.tab: Page = await context.new_page()
        await self.tab.goto(self.address)
        await self.tab.click("#go:enabled", timeout=20_000)
        return self

    async def __aexit__(self, *_) -> None:
        await self.chromium.close()
        await self.playwright.stop()

    async def is_connected(self) -> bool:
        """Whether the room is shown, without the strip that says what is missing."""
        return await self.tab.is_visible("#room") and not await self.tab.is_visible("#strip")

    async def shown(self) -> float:
        """The seconds of picture that the main picture has shown."""
        return await self.tab.evaluate("document.querySelector('#main-picture video').currentTime")


async def returns(condition, begin: float, text: str) -> float:
    """The seconds from `begin` until somebody is back."""
    await eventually(condition, LIMIT, text)
    return time.monotonic() - begin


@case("socket-killed", limit=150, rooms=("hcmc-168",))
async def killed(bridge: Bridge) -> str:
    """Twenty points of `load`, one `join` and one page are back by themselves; the old epoch is told of the restart."""
    mint = Mint(bridge)
    async with Load(bridge, 20) as load, Joined(bridge, "xa-1", "--camera", "test", "--microphone", "tone") as joined, \
            JoinPage(bridge, mint.token("point", "xa-2")) as page, \
            Socket(bridge, mint.token("operator")) as operator, Socket(bridge, mint.token("point", "tinh")) as point:
        await eventually(lambda: load.is_whole, 40, "load is not whole")
        await eventually(lambda: joined.state == "connected", 20, "join is not connected")
        await eventually(page.is_connected, 20, "the page is not connected")
        before = await page.shown()
        await asyncio.sleep(2)
        require(await page.shown() > before, "the page shows no picture")
        old = {"epoch": operator.first("welcome")["epoch"], "seq": operator.messages[-1].get("seq", 0)}
        bridge.process.kill()
        await bridge.process.wait()
        gone = time.monotonic()

        async def is_lost() -> bool:
            return not await page.is_connected()

        await eventually(is_lost, 10, "the page does not notice")
        await eventually(lambda: load.count("sockets") == 0, 10, "load does not notice")
        await eventually(lambda: joined.state != "connected", 10, "join does not notice")
        await bridge.start()
        begin = time.monotonic()
        load.lines.clear()

        ways = await asyncio.gather(
            returns(lambda: load.is_whole, begin, "load is not back"),
            returns(lambda: joined.state == "connected", begin, "join is not back"),
            returns(page.is_connected, begin, "the page is not back"),
            told(bridge, operator, old), told(bridge, point, old))
        await page_shows(page)
        result = await load.finish()
        await joined.leave()
    require(result["sockets"]["losses"] >= 20, f"load lost only {result['sockets']['losses']} sockets")
    names = ("20 load points by lines of one second", "join by the same", "the page")
    figures = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in zip(names, ways))
    return f"server away {begin - gone:.1f} s; back after it served: {figures} (mark {MARK:g} s); {ways[3]}; {ways[4]}"


async def page_shows(page: JoinPage) -> None:
    """After the way back there is a picture that moves."""
    shown = 0.0

    async def moves() -> bool:
        nonlocal shown
        before, shown = shown, await page.shown()
        return 0 < before < shown

    await eventually(moves, 15, "the page shows no picture after its way back")


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
