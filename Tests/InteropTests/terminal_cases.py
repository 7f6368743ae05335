"""The command line on a terminal: the screens of join and monitor in tmux, and the verbs of `room`."""

import asyncio
import contextlib
import json
import os
import signal
from pathlib import Path

from bridge import Bridge
from harness import case, eventually, require
from joined import Joined
from terminal import Terminal


async def token(bridge: Bridge, name: str, role: str, room: str = "demo") -> Path:
    """A file with a token: of a point's code, or of a role without a seat, whose name is the role's."""
    file = bridge.folder / f"token-{name}-{role}-{room}"
    whom = [] if name == role else ["--as", name]
    text = await bridge.program.run("token", "--state", str(bridge.state), "--room", room, "--role", role, *whom)
    file.write_text(text)
    return file


async def room(bridge: Bridge, who: Path, verb: str, *arguments: str, status: int = 0) -> str:
    """`diemcau room VERB demo …`; what it printed."""
    got, output, errors = await bridge.program.attempt(
        "room", verb, "demo", *arguments, "--url", bridge.url, "--ca", str(bridge.certificate), "--token-file",
        str(who))
    require(got == status, f"room {verb}: status {got}, not {status}: {errors.strip()[-200:]}")
    return output if status == 0 else errors


@contextlib.asynccontextmanager
async def joining(bridge: Bridge, point: str, *options: object, role: str = "point", **size: int):
    """`diemcau join` on a terminal, connected."""
    file = await token(bridge, point, role)
    options = options or ("--camera", "test", "--microphone", "tone")
    async with Terminal(bridge, "join", bridge.url, "--ca", bridge.certificate, "--room", "demo", "--as", point,
                        "--token-file", file, *options, **size) as terminal:
        await terminal.shows("đã kết nối", 30)
        yield terminal


@case("terminal-join", limit=120)
async def join(bridge: Bridge) -> str:
    """Main picture, floor, hand, mute and messages on the screen; every key does what it says; q gives it all back."""
    chair = await token(bridge, "trung-tam", "chair")
    async with joining(bridge, "trung-tam", role="chair"), joining(bridge, "xa-1") as screen:
        await screen.shows("Hình chính     Điểm cầu trung tâm (trung-tam)")
        await screen.shows("Có mặt 2/5")
        image = await screen.screen()
        lines = image.rstrip("\n").split("\n")
        require(len(lines) == 24 and all(len(line) <= 80 for line in lines), f"it does not fit:\n{image}")
        await screen.shows("kbit/s")
        await room(bridge, chair, "mode", "lecture")
        await screen.shows("thuyết trình", 3)
        await screen.keys("h")
        await screen.shows("✋ chờ phát biểu, thứ 1", 3)
        await room(bridge, chair, "give", "xa-1")
        await screen.shows("ĐANG ĐƯỢC PHÁT BIỂU", 3)
        await screen.keys("h")
        await screen.lacks("ĐANG ĐƯỢC PHÁT BIỂU", 3)
        await room(bridge, chair, "mute", "--all")
        await screen.shows("BỊ CHỦ TỌA TẮT TIẾNG", 3)
        await switch_off(screen)
        await write(bridge, screen, chair)
        await screen.keys("q")
        await screen.ended(0)
        return "80 × 24; hand, floor, mute, microphone, camera, message, delegates, leave"


async def switch_off(screen: Terminal) -> None:
    """Microphone and camera off, and hardly anything leaves; on again."""
    await screen.keys("m", "v")
    await screen.shows("micrô: TẮT   camera: TẮT", 3)

    async def is_quiet() -> bool:
        line = next(line for line in (await screen.screen()).split("\n") if "Chiều gửi" in line)
        return int(line.split()[2]) < 30
    await eventually(is_quiet, 8, "it goes on sending")
    await screen.keys("m", "v")
    await screen.shows("micrô: bật   camera: bật", 3)


async def write(bridge: Bridge, screen: Terminal, chair: Path) -> None:
    """A message each way, and delegates."""
    await screen.keys("t")
    await screen.text("Xin hỏi ban điều hành")
    await screen.keys("Enter")
    await screen.shows("Xã Tân An (gửi ban điều hành): Xin hỏi ban điều hành", 3)
    await room(bridge, chair, "message", "Chào điểm cầu xa-1", "--to", "xa-1")
    await screen.shows("(gửi riêng điểm cầu này): Chào điểm cầu xa-1", 3)
    await screen.keys("d")
    await screen.text("Nguyễn Văn A, Chủ tịch; Trần Thị B")
    await screen.keys("Enter")
    await screen.shows("2 đại biểu", 3)


@case("terminal-ends", limit=120)
async def ends(bridge: Bridge) -> str:
    """Ctrl-C, SIGTERM, removal and a takeover: each has its exit status, and the terminal is as it was."""
    chair = await token(bridge, "trung-tam", "chair")
    async with joining(bridge, "xa-1", "--observe") as screen:
        await screen.keys("C-c")
        await screen.ended(0)
    async with joining(bridge, "xa-1", "--observe") as screen:
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if str(bridge.certificate).encode() in (process / "cmdline").read_bytes().split(b"\0"):
                    os.kill(int(process.name), signal.SIGTERM)
        await screen.ended(0)
    async with joining(bridge, "xa-2", "--observe") as screen:
        await room(bridge, chair, "remove", "xa-2", "--reason", "thử")
        await screen.ended(2)
        await screen.shows("removed")
        await room(bridge, chair, "readmit", "xa-2")
    async with joining(bridge, "trung-tam", "--observe", role="chair") as first:
        async with joining(bridge, "trung-tam", "--observe", "--takeover", role="chair"):
            await first.ended(2)
    return "status 0, 0, 2 and 2"


@case("terminal-restart", limit=120)
async def restart(bridge: Bridge) -> str:
    """The server is killed and started again: picture and signalling are back by themselves, and it is said."""
    async with joining(bridge, "xa-1") as screen, joining(bridge, "xa-2"):
        await screen.shows("Có mặt 2/5")
        bridge.process.kill()
        await bridge.process.wait()
        await screen.shows("mất tín hiệu điều khiển", 5)
        await bridge.start()
        signalling = await screen.shows("Máy chủ vừa khởi động lại", 6)
        media = await screen.shows("Điểm cầu này   đã kết nối", 6)
        await screen.shows("Có mặt 2/5", 6)
        await screen.lacks("mất tín hiệu điều khiển", 2)
        return f"signalling {signalling:.1f} s after the server, media {media:.1f} s later at most"


@case("terminal-monitor", limit=120)
async def monitor(bridge: Bridge) -> str:
    """The table with the worst line first, the filter, one point's graphs; --once --json; what is no terminal's."""
    technician = await token(bridge, "technician", "technician")
    common = ["--ca", str(bridge.certificate), "--token-file", str(technician)]
    async with joining(bridge, "xa-1"), joining(bridge, "xa-2"), \
            Terminal(bridge, "monitor", bridge.url, *common) as screen:
        await screen.shows("● tốt 2", 20)
        image = await screen.screen()
        lines = image.rstrip("\n").split("\n")
        require(len(lines) == 24 and all(len(line) <= 80 for line in lines), f"it does not fit:\n{image}")
        require("xa-1" in lines[4] and "xa-2" in lines[5], f"those who are there don't come first:\n{image}")
        await screen.keys("/")
        await screen.text("XA-1")
        await screen.lacks("xa-2", 3)
        await screen.keys("Enter", "Enter")
        await screen.shows("Xã Tân An (xa-1)", 3)
        for word in ("CHIỀU GỬI", "CHIỀU NHẬN", "khứ hồi", "Đường đi: udp", "█"):
            await screen.shows(word, 6)
        await screen.keys("Escape")
        await screen.shows("ĐIỂM CẦU", 3)
        await screen.keys("q")
        await screen.ended(0)
        once = json.loads(await bridge.program.run("monitor", bridge.url, *common, "--once", "--json"))
        states = {line["point"]: line["state"] for line in once["lines"]}
        require(states["xa-1"] == "good" and states["phuong-1"] == "none", f"states {states}")
    point = await token(bridge, "xa-1", "point")
    status, _, _ = await bridge.program.attempt(
        "monitor", bridge.url, "--ca", str(bridge.certificate), "--token-file", str(point), "--once")
    require(status == 2, f"status {status} for a point's token")
    return f"{len(once['lines'])} lines"


@case("terminal-verbs", limit=60)
async def verbs(bridge: Bridge) -> str:
    """What each verb of `room` says, and status 2 with the reason for what may not be."""
    chair, point = await token(bridge, "trung-tam", "chair"), await token(bridge, "xa-1", "point")
    said = []
    async with Joined(bridge, "xa-1", "--observe") as joined:
        await eventually(lambda: joined.state == "connected", 20, "not connected")
        for verb, *arguments in (
                ["mode", "conference"], ["give", "xa-1"], ["take", "xa-1"], ["mute", "xa-1"], ["unmute", "--all"],
                ["program", "xa-1"], ["program"], ["lock"], ["unlock"], ["message", "Xin chào"], ["health"]):
            said.append(await room(bridge, chair, verb, *arguments))
        said.append(await room(bridge, point, "ask"))
        said.append(await room(bridge, point, "withdraw"))
        said.append(await room(bridge, point, "delegates", "Nguyễn Văn A, Chủ tịch"))
        require(all(text.strip() for text in said), "a verb said nothing")
        for who, verb, *arguments in (
                (point, "give", "xa-1"), (point, "mute", "--all"), (point, "lock"), (chair, "give", "xa-2"),
                (chair, "give", "x-9"), (point, "health")):
            await room(bridge, who, verb, *arguments, status=2)
        await joined.leave()
    return f"{len(said)} verbs, 6 refusals"


@case("terminal-slots", limit=90)
async def slots(bridge: Bridge) -> str:
    """slots.jsonl names the point of every slot, as the server says it over the socket."""
    folder = bridge.folder / "out"
    async with Joined(bridge, "xa-1", "--camera", "test", "--microphone", "test"), \
            Joined(bridge, "xa-2", "--camera", "test", "--microphone", "test"), \
            Joined(bridge, "phuong-1", "--observe", "--record", str(folder)) as receiver:
        await eventually(lambda: receiver.packets("main") > 50 and receiver.packets("picture-1") > 20, 30, "no pictures")
        await asyncio.sleep(3)
        await receiver.leave()
    lines = [json.loads(line) for line in (folder / "slots.jsonl").read_text().splitlines()]
    named = {line["slot"]: line["point"] for line in lines if line.get("point")}
    require({named.get("main"), named.get("picture-1")} == {"xa-1", "xa-2"}, f"pictures of {named}")
    require(any(slot.startswith("audio") for slot in named), f"no voice is named: {named}")
    return ", ".join(f"{slot} {point}" for slot, point in sorted(named.items()))


@case("load-sockets", limit=120, rooms=("hcmc-168",))
async def sockets(bridge: Bridge) -> str:
    """171 sockets at once, with fifty beside them that never read."""
    status, output, errors = await bridge.program.attempt(
        "load", bridge.url, "--room", "hcmc-168", "--sockets", "171", "--slow-sockets", "50", "--pace", "1000",
        "--for", "10s", "--state", str(bridge.state), "--rooms", str(bridge.rooms), "--json", seconds=60)
    require(status == 0, f"status {status}: {errors.strip()[-300:]}")
    result = json.loads(output)["sockets"]
    require(result["welcomed"] == 171 and result["openAtEnd"] == 171, f"{result['openAtEnd']} of 171 at the end")
    return (f"welcome after {result['welcomeMilliseconds50']:.0f} ms (median), "
            f"{result['welcomeMilliseconds95']:.0f} ms (95 %), {result['bytes'] / 171 / 1000:.0f} kB each, "
            f"server {bridge.memory() // 1024} MiB")
