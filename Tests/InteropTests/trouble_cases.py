"""What a technician meets: readers that stall, terminals that go away, ffmpeg ended under a recording, a full disk."""

import asyncio
import contextlib
import fcntl
import json
import os
import shutil
import signal
from pathlib import Path

from bridge import Bridge, environment
from harness import Failure, Skipped, case, eventually, require
from joined import Joined
from terminal import Terminal, tmux
from terminal_cases import token


async def length(file: Path) -> float:
    """The seconds of a recording; 0 of one that cannot be read."""
    process = await asyncio.create_subprocess_exec(
        "ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", file,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL)
    output, _ = await process.communicate()
    with contextlib.suppress(ValueError):
        return float(output)
    return 0.0


def file_size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def children(process: int, word: str) -> list[int]:
    """The children of a process whose command line has that word."""
    found = []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        for child in task.read_text().split():
            with contextlib.suppress(OSError):
                if word in Path(f"/proc/{child}/cmdline").read_text():
                    found.append(int(child))
    return found


async def states(bridge: Bridge, chair: Path) -> dict[str, str]:
    """The state of each point."""
    roster = json.loads(await bridge.program.run(
        "room", "roster", "demo", "--json", "--url", bridge.url, "--ca", str(bridge.certificate), "--token-file",
        str(chair)))
    return {point["code"]: point["state"] for point in roster["points"]}


@case("trouble-stalled-reader", limit=90)
async def stalled(bridge: Bridge) -> str:
    """Nobody reads what join and monitor print: the point goes on sending all the same, and both obey SIGTERM."""
    chair = await token(bridge, "trung-tam", "chair")
    technician = await token(bridge, "technician", "technician")
    point = await token(bridge, "xa-1", "point")
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    common = ["--ca", str(bridge.certificate), "--token-file"]
    processes = []
    try:
        for arguments in (["join", bridge.url, *common, str(point), "--room", "demo", "--microphone", "tone"],
                          ["monitor", bridge.url, *common, str(technician)]):
            processes.append(await asyncio.create_subprocess_exec(
                bridge.program.path, *arguments, stdin=asyncio.subprocess.DEVNULL, stdout=writer,
                stderr=asyncio.subprocess.DEVNULL, env=environment()))

        async def is_present() -> bool:
            return (await states(bridge, chair))["xa-1"] == "present"
        await eventually(is_present, 20, "not present")
        # A line of status has about 500 bytes, one of figures some thousand: both pipes' room is long gone after this.
        await asyncio.sleep(15)
        require(await is_present(), "the point has fallen silent")
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            try:
                require(await asyncio.wait_for(process.wait(), 8) == 0, f"status {process.returncode}")
            except TimeoutError:
                raise Failure("SIGTERM is not obeyed")
    finally:
        for process in processes:
            if process.returncode is None:
                process.kill()
                await process.wait()
        os.close(reader)
        os.close(writer)
    return "present after 15 s, both left within 8 s"


@case("trouble-hang-up", limit=120)
async def hang_up(bridge: Bridge) -> str:
    """The terminal of a recording point goes away: its files are whole, and no ffmpeg of it is left."""
    folder = bridge.folder / "out"
    file = await token(bridge, "xa-2", "point")
    async with Joined(bridge, "xa-1", "--camera", "test", "--microphone", "tone") as sender:
        await eventually(lambda: sender.state == "connected", 20, "not connected")
        async with Terminal(bridge, "join", bridge.url, "--ca", bridge.certificate, "--room", "demo", "--token-file",
                            file, "--observe", "--record", folder) as terminal:
            await terminal.shows("đã kết nối", 30)
            await eventually(lambda: (folder / "main.mkv").exists(), 20, "nothing is recorded")
            await asyncio.sleep(10)
            await tmux(terminal.socket, "kill-server")

        def writers() -> list[str]:
            found = []
            for process in Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(OSError):
                    if str(folder).encode() in (process / "cmdline").read_bytes():
                        found.append(process.name)
            return found
        await eventually(lambda: not writers(), 10, "processes are left")
    seconds = await length(folder / "main.mkv")
    require(seconds >= 6, f"{seconds:.1f} s of ten are in the file")
    return f"{seconds:.1f} s recorded"


@case("trouble-ffmpeg-killed", limit=90)
async def ffmpeg_killed(bridge: Bridge) -> str:
    """The ffmpegs of recording and microphone are killed: it is said, and both go on."""
    folder = bridge.folder / "out"
    async with Joined(bridge, "xa-1", "--camera", "test", "--microphone", "tone") as sender, \
            Joined(bridge, "xa-2", "--microphone", "tone", "--record", str(folder)) as point:
        # ffmpeg keeps what comes while it finds out what it is: seconds.
        await eventually(lambda: file_size(folder / "main.mkv") > 0, 40, "nothing is recorded")
        for word in ("matroska", "aevalsrc"):
            for child in children(point.process.pid, word):
                os.kill(child, signal.SIGKILL)
        await eventually(lambda: (folder / "main-2.mkv").exists(), 10, "no new file")
        await asyncio.sleep(8)
        await point.leave()
        await sender.leave()
    require("main.mkv ended: ended by signal 9; a new file follows" in point.complaints, point.complaints)
    require("microphone: ended by signal 9; starting again" in point.complaints, point.complaints)
    seconds = await length(folder / "main-2.mkv")
    require(seconds >= 4, f"the second file has {seconds:.1f} s")
    return f"second file {seconds:.1f} s"


@case("trouble-full-disk", limit=90)
async def full_disk(bridge: Bridge) -> str:
    """The disk of a recording is full: it is said, the point stays, and ffmpeg is not started each second."""
    folder = bridge.folder / "small"
    folder.mkdir()
    if os.geteuid() != 0 or os.system(f"mount -t tmpfs -o size=400k tmpfs '{folder}' 2>/dev/null") != 0:
        raise Skipped("no tmpfs can be mounted here")
    try:
        async with Joined(bridge, "xa-1", "--camera", "test") as sender, \
                Joined(bridge, "xa-2", "--observe", "--record", str(folder / "out")) as point:
            await eventually(lambda: "the disk is full" in point.complaints, 30, "it is not said")
            begun: set[int] = set()
            for _ in range(100):
                begun.update(children(point.process.pid, "matroska"))
                await asyncio.sleep(0.1)
            require(len(begun) <= 6, f"{len(begun)} recorders in ten seconds")
            require(point.state == "connected", "the point is lost")
            await point.leave()
            await sender.leave()
    finally:
        os.system(f"umount '{folder}'")
        shutil.rmtree(folder, ignore_errors=True)
    return f"{len(begun)} recorders in ten seconds"


@case("trouble-words", limit=60)
async def words(bridge: Bridge) -> str:
    """What is missing is said in one line that says what to do, with its exit status; refusals come in Vietnamese."""
    chair, file = await token(bridge, "trung-tam", "chair"), await token(bridge, "xa-1", "point")
    short = bridge.folder / "short"
    short.write_text(await bridge.token("xa-1", "point", "demo", "--for", "1s"))
    await asyncio.sleep(2)
    base = ["join", bridge.url, "--ca", str(bridge.certificate), "--room", "demo"]
    wrong = [
        (2, "token-expired: Mã", [*base, "--token-file", str(short), "--observe"]),
        (1, "/dev/video99: No such file", [*base, "--token-file", str(file), "--camera", "/dev/video99"]),
        (3, "thôi không thử nữa: chưa tới được máy chủ", [
            "join", "https://127.0.0.1:9", "--room", "demo", "--token-file", str(file), "--observe", "--no-retry"]),
    ]
    for status, text, arguments in wrong:
        got, _, errors = await bridge.program.attempt(*arguments)
        require(got == status and text in errors, f"status {got}, not {status} with {text!r}: {errors}")
    await without_ffmpeg(bridge, [*base, "--token-file", str(file), "--camera", "test"])
    # A token out of a pipe, which can be read once.
    for arguments in (["room", "show", "demo", "--url", bridge.url], ["monitor", bridge.url, "--once"]):
        process = await asyncio.create_subprocess_exec(
            bridge.program.path, *arguments, "--ca", str(bridge.certificate), "--token-file", "/dev/stdin",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            env=environment())
        _, errors = await process.communicate(chair.read_bytes())
        require(process.returncode == 0, f"{arguments[0]}: {errors.decode()}")
    return "6 ways"


async def without_ffmpeg(bridge: Bridge, arguments: list[str]) -> None:
    process = await asyncio.create_subprocess_exec(
        bridge.program.path, *arguments, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE, env=environment() | {"PATH": "/nowhere"})
    _, errors = await process.communicate()
    require(process.returncode == 1 and b"apt install ffmpeg" in errors, errors.decode())
