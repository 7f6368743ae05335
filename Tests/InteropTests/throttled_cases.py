"""A line that is too narrow, in a network namespace of its own: what the server says of it."""

import asyncio
import json
import os
import shutil
import time

import aiohttp

from bridge import Bridge
from harness import Skipped, case, eventually, require
from joined import Joined
from sockets import Mint

HERE, THERE = "198.18.77.1", "198.18.77.2"  # of a network for tests (RFC 2544)
MARK = 5.0  # seconds
LIMIT = 30.0


async def run(*arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *arguments, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
    output = (await process.communicate())[0].decode().strip()
    if process.returncode != 0:
        raise Skipped(f"{' '.join(arguments[:4])}: {output}")


class Namespace:
    """A network namespace with one line to here, whose way out can be throttled."""

    made = 0

    def __init__(self):
        Namespace.made += 1  # The kernel takes its time to forget a line.
        name = f"{os.getpid() % 100_000}{chr(ord('a') + Namespace.made % 26)}"
        self.name = f"diemcau-{name}"
        self.here = f"dch{name}"
        self.there = f"dct{name}"

    async def __aenter__(self) -> "Namespace":
        if os.geteuid() != 0:
            raise Skipped("network namespaces need root")
        if shutil.which("ip") is None or shutil.which("tc") is None:
            raise Skipped("no iproute2 here")
        await run("ip", "netns", "add", self.name)
        try:
            await run("ip", "link", "add", self.here, "type", "veth", "peer", "name", self.there, "netns", self.name)
            await run("ip", "address", "add", f"{HERE}/30", "dev", self.here)
            await run("ip", "link", "set", self.here, "up")
            await self.inside("ip", "address", "add", f"{THERE}/30", "dev", self.there)
            await self.inside("ip", "link", "set", self.there, "up")
            await self.inside("ip", "link", "set", "lo", "up")
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_) -> None:
        await run("ip", "netns", "delete", self.name)  # Both ends of the line go with it.

    @property
    def prefix(self) -> tuple[str, ...]:
        return ("ip", "netns", "exec", self.name)

    async def inside(self, *arguments: str) -> None:
        await run(*self.prefix, *arguments)

    async def throttle(self, kilobits: int) -> None:
        """What is sent from inside goes at this rate at most; a queue of 50 ms, then it is dropped."""
        await self.inside("tc", "qdisc", "replace", "dev", self.there, "root", "tbf", "rate", f"{kilobits}kbit",
                          "burst", "5kb", "latency", "50ms")

    async def hold_back(self, kilobits: int, is_up: bool) -> None:
        """One direction goes at this rate at most; three seconds wait before anything is dropped (bufferbloat)."""
        queue = ("root", "tbf", "rate", f"{kilobits}kbit", "burst", "10kb", "latency", "3000ms")
        if is_up:
            await self.inside("tc", "qdisc", "replace", "dev", self.there, *queue)
        else:
            await run("tc", "qdisc", "replace", "dev", self.here, *queue)

    async def release(self) -> None:
        """Takes the throttle away."""
        await self.inside("tc", "qdisc", "delete", "dev", self.there, "root")

    async def plug(self, is_in: bool) -> None:
        """The line's plug in or out, at the far end: who listens here goes on for all the others."""
        await self.inside("ip", "link", "set", self.there, "up" if is_in else "down")


class Lines:
    """The server's word on each line, asked ten times a second."""

    def __init__(self, bridge: Bridge, token: str):
        self.bridge = bridge
        self.fields = {"Authorization": f"Bearer {token}"}
        self.lines: dict[str, dict] = {}

    async def ask(self) -> None:
        async with self.http.get(f"{self.bridge.url}/v1/rooms/demo/health", headers=self.fields) as response:
            require(response.status == 200, f"/health gave {response.status}")
            self.lines = {line["point"]: line for line in (await response.json())["lines"]}

    async def __aenter__(self) -> "Lines":
        self.http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=self.bridge.tls()))
        return self

    async def __aexit__(self, *_) -> None:
        await self.http.close()

    def state(self, point: str, direction: str) -> str:
        return self.lines.get(point, {}).get(direction, {}).get("state", "")

    async def when(self, point: str, direction: str, states: tuple[str, ...], seconds: float) -> float:
        """The seconds until a direction is in one of the states."""

        async def holds() -> bool:
            await self.ask()
            return self.state(point, direction) in states

        return await eventually(holds, seconds, f"{point} is not {' or '.join(states)} in direction {direction}")


@case("line-throttled", limit=120)
async def throttled(outer: Bridge) -> str:
    """One point's way up gets too narrow: the server shows it, that direction and that point alone."""
    folder = outer.folder / "throttled"
    folder.mkdir()
    async with Namespace() as namespace:
        bridge = Bridge(outer.program, folder, address=HERE, options=("--announce", HERE))
        try:
            await bridge.start()
            return await measure(bridge, namespace)
        finally:
            ended = await bridge.stop()
            require(ended is None, ended)


async def measure(bridge: Bridge, namespace: Namespace) -> str:
    media = ("--camera", "test", "--microphone", "tone", "--bitrate", "800", "--size", "320x240", "--fps", "15")
    async with Joined(bridge, "xa-1", *media, within=namespace.prefix) as narrow, \
            Joined(bridge, "xa-2", *media) as control, Lines(bridge, Mint(bridge).token("technician")) as lines:
        await eventually(lambda: narrow.state == control.state == "connected", 30, "not both are connected")
        for point in ("xa-1", "xa-2"):
            await lines.when(point, "up", ("good",), 40)
        before = lines.lines["xa-1"]["up"]
        await namespace.throttle(150)
        begin, control_states, seen = time.monotonic(), set(), ""
        poor = None
        while time.monotonic() - begin < LIMIT and (poor is None or time.monotonic() - begin < poor + 5):
            await lines.ask()
            control_states |= {lines.state("xa-2", direction) for direction in ("up", "down")}
            if poor is None and lines.state("xa-1", "up") in ("poor", "lost"):
                poor, seen = time.monotonic() - begin, json.dumps(lines.lines["xa-1"]["up"])
            if poor is not None:
                require(lines.state("xa-1", "down") not in ("poor", "lost"), f"down, too: {lines.lines['xa-1']}")
            await asyncio.sleep(0.1)
        require(poor is not None, f"not poor within {LIMIT:g} s: {lines.lines['xa-1']}")
        require(control_states <= {"good", "fair"}, f"the control line was {control_states}")
        require(lines.state("xa-2", "up") == "good", f"the control line is {lines.lines['xa-2']}")
        down = lines.state("xa-1", "down")
        await asyncio.gather(narrow.leave(), control.leave())
    return (f"poor {poor:.1f} s after the throttle (mark {MARK:g} s); up before: {before.get('kbps')} kbit/s, loss "
            f"{before.get('loss')}; then {seen}, and down {down}; the control line was "
            f"{' and '.join(sorted(control_states))}")


async def queued(outer: Bridge, direction: str) -> str:
    """One direction of one line gets a deep queue: that direction is poor for its delay, and nothing else is."""
    folder = outer.folder / f"queued-{direction}"
    folder.mkdir()
    async with Namespace() as namespace:
        bridge = Bridge(outer.program, folder, address=HERE, options=("--announce", HERE))
        try:
            await bridge.start()
            return await measure_queue(bridge, namespace, direction)
        finally:
            ended = await bridge.stop()
            require(ended is None, ended)


async def measure_queue(bridge: Bridge, namespace: Namespace, direction: str) -> str:
    media = ("--camera", "test", "--microphone", "tone", "--bitrate", "400", "--size", "320x240", "--fps", "15")
    other = {"up": "down", "down": "up"}[direction]
    async with Joined(bridge, "xa-1", *media, within=namespace.prefix) as narrow, \
            Joined(bridge, "xa-2", *media) as control, Lines(bridge, Mint(bridge).token("technician")) as lines:
        await eventually(lambda: narrow.state == control.state == "connected", 30, "not both are connected")
        for point in ("xa-1", "xa-2"):
            for way in ("up", "down"):
                await lines.when(point, way, ("good",), 40)
        before = lines.lines["xa-1"][direction]
        await namespace.hold_back(int(before["kbps"] * 0.7), is_up=direction == "up")
        begin, others, controls, poor, seen = time.monotonic(), set(), set(), None, {}
        while time.monotonic() - begin < LIMIT and (poor is None or time.monotonic() - begin < poor + 2):
            await lines.ask()
            others.add(lines.state("xa-1", other))
            controls |= {lines.state("xa-2", way) for way in ("up", "down")}
            if poor is None and lines.state("xa-1", direction) in ("poor", "lost"):
                poor, seen = time.monotonic() - begin, lines.lines["xa-1"]
            await asyncio.sleep(0.1)
        last = lines.lines["xa-1"]
        require(poor is not None, f"{direction} is not poor within {LIMIT:g} s: {last}")
        require(seen[direction].get("delay", 0) >= 300, f"poor, but not for its delay: {seen}")
        require(not others & {"poor", "lost"}, f"{other} was {others}: {seen} {last}")
        require(not controls & {"poor", "lost"}, f"the control line was {controls}")
        await asyncio.gather(narrow.leave(), control.leave())
    figures = {name: seen[direction].get(name) for name in ("kbps", "delay", "loss", "rtt", "jitter")}
    return (f"{direction} poor {poor:.1f} s after a queue of 3 s (mark {MARK:g} s), delay before "
            f"{before.get('delay')} ms, then {json.dumps(figures)}; {other} was {' and '.join(sorted(others))} "
            f"(delay {seen[other].get('delay')} ms), the control line {' and '.join(sorted(controls))}")


@case("line-queued-up", limit=150)
async def queued_up(outer: Bridge) -> str:
    return await queued(outer, "up")


@case("line-queued-down", limit=150)
async def queued_down(outer: Bridge) -> str:
    return await queued(outer, "down")
