"""The command line as a client: join, its recording, its way back, and many points at once."""

import asyncio
import json
import statistics
import time

import clips
from bridge import Bridge
from harness import case, eventually, require
from joined import Joined
from peers import Peer


async def line_to_line(bridge: Bridge, codec: str) -> str:
    """A clip goes in at one command line and comes out of the recording of another, recognisably the same."""
    clip, folder = bridge.folder / "clip.mp4", bridge.folder / "out"
    await clips.make(clip, source=9, hertz=600)
    async with Joined(bridge, "xa-1", "--camera", str(clip), "--microphone", str(clip), "--codec", codec, "--size",
                      "320x240", "--fps", "15", "--bitrate", "800") as sender, \
            Joined(bridge, "xa-2", "--observe", "--record", str(folder)) as receiver:
        await eventually(lambda: receiver.packets("main") > 50, 20, "no picture arrives")
        await asyncio.sleep(10)
        await receiver.leave()
        await sender.leave()
    recording = await asyncio.to_thread(clips.read, folder / "main.mkv", 9, 600)
    total = len(recording.numbers) + recording.unreadable
    require(len(recording.numbers) >= 100, f"only {len(recording.numbers)} of {total} pictures can be read")
    require(recording.unreadable <= total // 20, f"{recording.unreadable} of {total} pictures cannot be read")
    steps = [(after - before) % clips.COUNT for before, after in zip(recording.numbers, recording.numbers[1:])]
    require(steps.count(1) >= 0.9 * len(steps), f"only {steps.count(1)} of {len(steps)} pictures follow each other")
    likeness, control = statistics.median(recording.likeness), statistics.median(recording.control)
    require(likeness >= 28, f"the pictures are like those sent by {likeness:.1f} dB only")
    require(control < likeness - 8, f"other pictures are as like: {control:.1f} dB")
    require(recording.tone > 0.8, f"the tone is {recording.tone:.0%} of the sound")
    events = [json.loads(line) for line in (folder / "slots.jsonl").read_text().splitlines()]
    require(any(item.get("point") == "xa-1" and item["slot"] == "main" for item in events), "slots.jsonl lacks xa-1")
    return (f"{len(recording.numbers)} pictures, PSNR {likeness:.1f} dB (another picture {control:.1f}), "
            f"{recording.seconds:.1f} s of sound, tone {recording.tone:.0%}")


@case("line-to-line-vp8", limit=90)
async def line_to_line_vp8(bridge: Bridge) -> str:
    return await line_to_line(bridge, "VP8")


@case("line-to-line-h264", limit=90)
async def line_to_line_h264(bridge: Bridge) -> str:
    return await line_to_line(bridge, "H264")


@case("line-to-aiortc", limit=60)
async def line_to_aiortc(bridge: Bridge) -> str:
    """The test picture and the test voice of `join` are decoded by another stack."""
    async with Joined(bridge, "xa-1", "--camera", "test", "--microphone", "test") as sender, \
            Peer(bridge, await bridge.token("tinh", "observer")) as receiver:
        await eventually(lambda: sender.state == "connected", 15, "not connected")
        await receiver.receive()
        await eventually(lambda: receiver.screens[0].decoded >= 60, 25, "not 60 pictures")
        samples = receiver.loudspeakers[0].samples
        require(len(samples) > 0 and abs(samples).max() > 500, "no sound")
        await sender.leave()
        return f"{receiver.screens[0].decoded} pictures, longest gap {receiver.screens[0].longest_gap:.2f} s"


@case("line-comes-back", limit=90)
async def comes_back(bridge: Bridge) -> str:
    """The server is killed and started again: the client notices within 3 s and is back by itself."""
    async with Joined(bridge, "xa-1", "--camera", "test", "--microphone", "tone") as joined:
        await eventually(lambda: joined.state == "connected", 20, "not connected")
        await asyncio.sleep(3)
        bridge.process.kill()
        await bridge.process.wait()
        begin = time.monotonic()
        noticed = await eventually(lambda: joined.state != "connected", 4.5, "the loss is not noticed")
        await asyncio.sleep(max(0, 6 - (time.monotonic() - begin)))
        await bridge.start()
        back = await eventually(lambda: joined.state == "connected", 6, "not back")
        await joined.leave()
        return f"noticed after {noticed:.1f} s by its lines of one second, back {back:.1f} s after the server"


@case("line-refused")
async def refused(bridge: Bridge) -> str:
    """Exit status 2 for a token of another point, 3 for a server that is not there."""
    token = bridge.folder / "token"
    token.write_text(await bridge.token("xa-2"))
    common = ["--ca", str(bridge.certificate), "--room", "demo", "--token-file", str(token), "--observe"]
    wrong, _, text = await bridge.program.attempt("join", bridge.url, "--as", "xa-1", *common)
    require(wrong == 2, f"status {wrong} for another point's token: {text.strip()[:200]}")
    lost, _, text = await bridge.program.attempt("join", "https://127.0.0.1:9", "--as", "xa-2", *common, "--no-retry")
    require(lost == 3, f"status {lost} for a server that is not there: {text.strip()[:200]}")
    return "status 2 and 3"


@case("load-forty-points", limit=180, loops=2, rooms=("hcmc-168",))
async def load(bridge: Bridge) -> str:
    """Forty points of the reference room at once, for half a minute."""
    status, output, errors = await bridge.program.attempt(
        "load", bridge.url, "--room", "hcmc-168", "--points", "40", "--for", "30s", "--state", str(bridge.state),
        "--rooms", str(bridge.rooms), "--json", seconds=150)
    require(status == 0, f"status {status}: {errors.strip()[-300:]}")
    result = json.loads(output)
    require(result["joined"] == 40 and result["connectedAtEnd"] == 40, f"{result['connectedAtEnd']} of 40 at the end")
    expected = sum(item["expected"] for item in result["slots"])
    lost = sum(item["lost"] for item in result["slots"])
    require(expected > 10_000, f"only {expected} packets were due")
    require(lost <= expected * 0.005, f"{lost} of {expected} packets lost, more than 0.5 %")
    return (f"{lost} of {expected} packets lost, latency {result['latencyMilliseconds50']:.1f} ms (median), "
            f"{result['latencyMilliseconds99']:.1f} ms (99 %), server {bridge.memory() // 1024} MiB")
