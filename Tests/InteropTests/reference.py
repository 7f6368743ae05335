"""Who and what stands around the reference conference: the load points, its ears, its gauge."""

import asyncio
import contextlib
import json
import os
import re
import signal
import time
from pathlib import Path

from bridge import Bridge, environment
from crowd_cases import processor_seconds
from harness import eventually, require
from joined import Joined
from terminal import Terminal

ROOM, POINTS = "hcmc-168", 168
CENTRAL = "79"  # among the load points; a chair's seat, which nobody mutes


async def effects(act, **seen) -> str:
    """Does something, and writes after how many seconds each of its effects was seen, counted from before it."""
    begin = time.monotonic()

    async def clock(effect) -> float:
        await effect
        return time.monotonic() - begin

    times = (await asyncio.gather(act, *map(clock, seen.values())))[1:]
    return ", ".join(f"{where} {seconds:.2f}" for where, seconds in zip(seen, times)) + " s"


def prefer(process: asyncio.subprocess.Process) -> None:
    """Before all the clients on this machine, which in earnest have machines of their own."""
    for thread in Path(f"/proc/{process.pid}/task").iterdir():
        os.setpriority(os.PRIO_PROCESS, int(thread.name), -10)


class Crowd:
    """`diemcau load` with the first points of the roster."""

    def __init__(self, bridge: Bridge):
        self.bridge = bridge
        self.last = ""
        self.joined = 0

    async def __aenter__(self) -> "Crowd":
        self.process = await asyncio.create_subprocess_exec(
            self.bridge.program.path, "load", self.bridge.url, "--room", ROOM, "--rooms", self.bridge.rooms, "--state",
            self.bridge.state, "--points", str(POINTS), "--for", "30m", "--json", stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=environment())
        prefer(self.process)
        self.reader = asyncio.create_task(self.read())
        return self

    async def __aexit__(self, *_) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()
        await self.reader

    async def read(self) -> None:
        async for line in self.process.stderr:
            self.last = line.decode(errors="replace").strip()
            if match := re.search(r"(\d+)/\d+ joined", self.last):
                self.joined = int(match[1])

    async def finish(self) -> str:
        """All leave; what they measured."""
        self.process.send_signal(signal.SIGINT)
        result = json.loads(await asyncio.wait_for(self.process.stdout.read(), 20))
        require(result["connectedAtEnd"] == POINTS, f"{result['connectedAtEnd']} of {POINTS} load points at the end")
        lost, expected = (sum(slots[name] for slots in result["slots"]) for name in ("lost", "expected"))
        return (f"{POINTS} load points for {result['seconds']:.0f} s: {result['losses']} lines lost, packets lost "
                f"{lost / max(1, expected):.3%}, sound after {result['latencyMilliseconds50']:.0f} ms (half) … "
                f"{result['latencyMilliseconds99']:.0f} ms (99 %), {result['megabitsIn']:.0f} Mbit/s to them, "
                f"{result['megabitsOut']:.0f} from them, generator {result['cpuPercent']:.0f} % of a core")


class Gauge:
    """The server's CPU and memory, each second."""

    def __init__(self, bridge: Bridge):
        self.bridge = bridge
        self.shares: list[float] = []
        self.memory = 0

    async def __aenter__(self) -> "Gauge":
        self.task = asyncio.create_task(self.watch())
        return self

    async def __aexit__(self, *_) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    async def watch(self) -> None:
        while True:
            before, begin = processor_seconds(self.bridge), time.monotonic()
            await asyncio.sleep(1)
            self.shares.append((processor_seconds(self.bridge) - before) / (time.monotonic() - begin))
            self.memory = max(self.memory, self.bridge.memory())

    def text(self) -> str:
        ordered = sorted(self.shares)
        return (f"server CPU {ordered[len(ordered) // 2]:.0%} of a core (half of the seconds), at most "
                f"{ordered[-1]:.0%}; at most {self.memory // 1024} MiB")


class Ears:
    """What one receiving `join` hears: its sound packets each second, and whose they are."""

    def __init__(self, line: Joined, journal: Path):
        self.line = line
        self.journal = journal

    def owners(self) -> dict[str, str]:
        """Whose sound was last on each slot."""
        entries = map(json.loads, self.journal.read_text().splitlines())
        return {entry["slot"]: entry["point"] for entry in entries
                if entry["slot"].startswith("audio") and entry.get("point")}

    def heard(self) -> dict[str, int]:
        """The sound packets of the last second by point; of the central one, too."""
        before, now = self.line.lines[-2:]
        had = {item["slot"]: item["packets"] for item in before["slots"]}
        rates: dict[str, int] = {}
        for slot, point in self.owners().items():
            count = next((item["packets"] for item in now["slots"] if item["slot"] == slot), 0) - had.get(slot, 0)
            rates[point] = rates.get(point, 0) + count
        return {point: count for point, count in rates.items() if count > 0}

    def others(self) -> int:
        """The packets of all but the central point."""
        return sum(count for point, count in self.heard().items() if point != CENTRAL)

    async def hear(self, seconds: int) -> tuple[list[int], set[str]]:
        """Listens for so many seconds: the packets of each without the central point's, and all who were heard."""
        rates: list[int] = []
        points: set[str] = set()
        for _ in range(seconds):
            count = len(self.line.lines)
            await eventually(lambda: len(self.line.lines) > count, 10, "no more status lines")
            rates.append(self.others())
            points |= self.heard().keys()
        return rates, points


def joining(bridge: Bridge, token: Path, *options: object) -> Terminal:
    """`diemcau join` on a terminal."""
    return Terminal(bridge, "join", bridge.url, "--ca", bridge.certificate, "--room", ROOM, "--token-file", token,
                    *options, columns=100)


async def kill(bridge: Bridge, token: Path) -> None:
    """Ends the `join` with this token as a power cut would."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (process / "cmdline").read_bytes().split(b"\0")
            if words[0] == str(bridge.program.path).encode() and str(token).encode() in words:
                os.kill(int(process.name), signal.SIGKILL)
