"""Thousands of sockets at once: strangers who hold them open while others join, and a whole room that comes in."""

import asyncio
import json
import os
import re
import resource
import sys
import time
from collections import Counter
from pathlib import Path

import aiohttp

from bridge import Bridge
from harness import Skipped, case, eventually, require
from sockets import Mint, Socket

PROCESSES = 2
JOIN_MARK = 500  # ms: what the 95th percentile of joins is printed beside
FULL_JOIN = int(os.environ.get("DIEMCAU_SOCKETS", "171"))
DEFLATE = os.environ.get("DIEMCAU_DEFLATE", "1") != "0"


def allow_files(count: int) -> None:
    """Lets this process and those that it starts open as many files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < count:
        raise Skipped(f"only {hard} open files are allowed here, not {count}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, count), hard))


async def make_room(bridge: Bridge, points: int, observers: int, mint: Mint) -> list[str]:
    """Puts a room named `crowd` into the folder of the running server and waits until it is there; its codes."""
    codes = ["trung-tam", *(f"xa-{index:04d}" for index in range(1, points))]
    lines = ["code,name,kind,level,parent,contact name,contact telephone", "trung-tam,Điểm cầu trung tâm,central,1,,,"]
    lines += [f"{code},Xã thử nghiệm số {index},commune,3,trung-tam,," for index, code in enumerate(codes[1:], 1)]
    (bridge.rooms / "crowd.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (bridge.rooms / "crowd.new").write_text(
        "id: crowd\ntitle: Phòng đông\nmode: conference\ncentral: trung-tam\nroster: crowd.csv\n"
        f"limits: {{points: {points}, observers: {observers}, uplinkKilobits: 2500}}\nallowPointTakeover: true\n")
    (bridge.rooms / "crowd.new").rename(bridge.rooms / "crowd.yaml")
    fields = {"Authorization": f"Bearer {mint.token('observer', room='crowd')}"}

    async def is_there() -> bool:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=bridge.tls())) as http:
            async with http.get(f"{bridge.url}/v1/rooms/crowd", headers=fields) as response:
                return response.status == 200

    await eventually(is_there, 10, "the server does not notice the room")
    return codes


class Crowd:
    """Sockets in processes of their own; see crowd.py."""

    def __init__(self, bridge: Bridge, sockets: list[dict], pace: float):
        self.bridge = bridge
        self.plans = [{"pace": pace / PROCESSES, "deflate": DEFLATE, "sockets": sockets[index::PROCESSES]}
                      for index in range(PROCESSES)]
        self.told: list[dict] = [{}] * PROCESSES

    async def __aenter__(self) -> "Crowd":
        script = Path(__file__).with_name("crowd.py")
        self.processes = [await asyncio.create_subprocess_exec(
            sys.executable, "-B", script, str(self.bridge.port), self.bridge.certificate, limit=1 << 20,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE) for _ in self.plans]
        self.readers = [asyncio.create_task(self.read(index)) for index in range(PROCESSES)]
        for process, plan in zip(self.processes, self.plans):
            process.stdin.write(json.dumps(plan).encode() + b"\n")
            await process.stdin.drain()
        return self

    async def __aexit__(self, *_) -> None:
        for process in self.processes:
            if process.returncode is None:
                process.kill()
        await asyncio.gather(*(process.wait() for process in self.processes), *self.readers)

    async def read(self, index: int) -> None:
        async for line in self.processes[index].stdout:
            self.told[index] = json.loads(line)

    async def finish(self) -> list[int]:
        """Lets them end; the bytes that came on each socket that was open, sorted."""
        for process in self.processes:
            process.stdin.close()
        await asyncio.gather(*self.readers)
        return sorted(count for told in self.told for count in told.get("each", []))

    def total(self, name: str) -> int:
        return sum(told.get(name, 0) for told in self.told)

    @property
    def troubles(self) -> dict[str, int]:
        return dict(sum((Counter(told.get("troubles", {})) for told in self.told), Counter()))


def processor_seconds(bridge: Bridge) -> float:
    """The CPU time that the server has used so far."""
    fields = Path(f"/proc/{bridge.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def share(bridge: Bridge, body) -> float:
    """The share of one core that the server uses while `body` is awaited."""
    cpu, begin = processor_seconds(bridge), time.monotonic()
    await body
    return (processor_seconds(bridge) - cpu) / (time.monotonic() - begin)


# MARK: Strangers

async def join_twenty(bridge: Bridge) -> dict:
    """What `diemcau load` says of twenty points that join with media, pictures and sound."""
    status, output, errors = await bridge.program.attempt(
        "load", bridge.url, "--room", "crowd", "--points", "20", "--for", "3s", "--synthetic", "--state",
        str(bridge.state), "--rooms", str(bridge.rooms), "--json", seconds=90)
    require(status == 0, f"load ended with status {status}: {errors.strip()[-400:]} {output[-400:]}")
    result = json.loads(output)
    require(result["joined"] == 20 and result["connectedAtEnd"] == 20,
            f"{result['joined']} of 20 joined, {result['connectedAtEnd']} at the end: {result['troubles']}")
    return result


class Turns:
    """The longest turn of the control loop, watched twice a second: how long whoever comes may have to wait."""

    def __init__(self, bridge: Bridge):
        self.bridge = bridge
        self.longest = 0.0

    async def __aenter__(self) -> "Turns":
        self.task = asyncio.create_task(self.watch())
        return self

    async def __aexit__(self, *_) -> None:
        self.task.cancel()

    async def watch(self) -> None:
        async with aiohttp.ClientSession() as http:
            while True:
                async with http.get(f"http://127.0.0.1:{self.bridge.metrics_port}/metrics") as response:
                    text = await response.text()
                turn = re.search(r'^diemcau_loop_longest_turn_seconds\{.*loop="control".*\} (\S+)', text, re.M)
                self.longest = max(self.longest, float(turn[1]))
                await asyncio.sleep(0.5)


@case("socket-crowd", limit=180, metrics=True, options=("--maximum-connections-per-address", "6000"))
async def crowd(bridge: Bridge) -> str:
    """4,000 idle, deaf, mute and dripping sockets are held while twenty points join."""
    allow_files(12_000)
    mint = Mint(bridge)
    await make_room(bridge, points=20, observers=5_000, mint=mint)
    quiet = await join_twenty(bridge)
    token, before = mint.token("observer", room="crowd"), bridge.memory()
    kinds = ["idle"] * 1_300 + ["deaf"] * 1_300 + ["drip"] * 1_000 + ["mute"] * 400
    sockets = [{"kind": kind, "room": "crowd", "token": token} for kind in kinds]
    sockets = [sockets[index * 1_009 % len(sockets)] for index in range(len(sockets))]  # mixed, each once
    begin, loud = time.monotonic(), {}
    async with Crowd(bridge, sockets, pace=400) as held:
        await eventually(lambda: held.total("upgraded") >= 3_900, 100, "not 3,900 sockets are open")
        opening = time.monotonic() - begin
        await asyncio.sleep(3)
        idle, lost = await share(bridge, asyncio.sleep(4)), held.total("lost")

        async def join() -> None:
            nonlocal loud
            loud = await join_twenty(bridge)

        async with Turns(bridge) as turns:
            busy = await share(bridge, join())
        during, upgraded, closed = bridge.memory(), held.total("upgraded"), held.total("lost") - lost
        require(upgraded >= 3_500, f"only {upgraded} sockets were still open")
        troubles = f", {held.troubles}" if held.troubles else ""
    return (f"95 % of joins within {loud['joinMilliseconds95']:.0f} ms (mark {JOIN_MARK} ms; without the crowd "
            f"{quiet['joinMilliseconds95']:.0f} ms), all 20 joined; {upgraded} sockets open after {opening:.0f} s, "
            f"{closed} closed and opened again during the join{troubles}; server CPU {idle:.0%} of a core before the "
            f"join and {busy:.0%} during it, longest turn {turns.longest * 1_000:.0f} ms; {before // 1024} MiB before, "
            f"{during // 1024} MiB with them")


# MARK: A whole room

@case("socket-full-join", limit=600, metrics=True, options=("--maximum-connections-per-address", "6000"))
async def full_join(bridge: Bridge) -> str:
    """Every point of a large room comes in by its socket: bytes and CPU; DIEMCAU_SOCKETS=3321 for a larger one,
    DIEMCAU_DEFLATE=0 without compression."""
    allow_files(3 * FULL_JOIN + 1_000)
    mint = Mint(bridge)
    codes = await make_room(bridge, points=FULL_JOIN, observers=10, mint=mint)
    sockets = [{"kind": "idle", "room": "crowd", "token": mint.token("point", code, room="crowd")} for code in codes]
    memory, cpu, begin = bridge.memory(), processor_seconds(bridge), time.monotonic()
    async with Crowd(bridge, sockets, pace=500) as everybody, Turns(bridge) as turns:
        await eventually(lambda: everybody.total("welcomed") >= FULL_JOIN, 500, f"not {FULL_JOIN} were welcomed")
        welcomed = time.monotonic() - begin
        last, quiet = -1, 0
        while quiet < 2:  # Until two seconds bring pings only.
            await asyncio.sleep(1)
            total = everybody.total("bytes")
            quiet = quiet + 1 if total - last < 100 * FULL_JOIN else 0
            last = total
        seconds, used = time.monotonic() - begin, processor_seconds(bridge) - cpu
        grown = bridge.memory()
        lost, troubles = everybody.total("lost"), everybody.troubles
        async with Socket(bridge, mint.token("observer", room="crowd"), room="crowd") as reader:  # By a library.
            points = reader.first("welcome")["roster"]["points"]
            deflates = "permessage-deflate" in (reader.connection.response.headers["Sec-WebSocket-Extensions"] or "")
        each = await everybody.finish()
    require(deflates and [point["code"] for point in points] == codes, "a library does not read the roster compressed")
    require(len(each) == FULL_JOIN, f"{len(each)} sockets at the end, {lost} lost: {troubles}")
    return (f"{FULL_JOIN} sockets welcomed after {welcomed:.1f} s, quiet after {seconds:.1f} s; server CPU "
            f"{used:.2f} s ({used / FULL_JOIN * 1_000:.1f} ms each); {last / 1e6:.1f} MB in all, {each[0] / 1e3:.0f} … "
            f"{each[-1] / 1e3:.0f} KB each (median {each[len(each) // 2] / 1e3:.0f}), "
            f"{'compressed' if DEFLATE else 'not compressed'}; longest turn {turns.longest * 1_000:.0f} ms; "
            f"{memory // 1024} MiB before, {grown // 1024} MiB after; {lost} lost on the way {troubles or ''}")


@case("room-of-thousands")
async def room_of_thousands(bridge: Bridge) -> str:
    """The command line reads roster and lines of a room with all of the country's 3,321 communes."""
    points = 3_322
    mint = Mint(bridge)
    codes = await make_room(bridge, points=points, observers=10, mint=mint)
    token = bridge.folder / "operator"
    token.write_text(mint.token("operator", room="crowd"))
    options = ("--json", "--url", bridge.url, "--ca", str(bridge.certificate), "--token-file", str(token))
    roster = await bridge.program.run("room", "roster", "crowd", *options)
    require([point["code"] for point in json.loads(roster)["points"]] == codes, "the roster is not the room's")
    health = await bridge.program.run("monitor", "--once", "--room", "crowd", *options)
    require(len(json.loads(health)["lines"]) == points, "not every line is told")
    return f"{points} points; roster {len(roster.encode()) // 1_000} kB, lines {len(health.encode()) // 1_000} kB"
