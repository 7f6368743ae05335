"""What strangers may try on the ports of a running server; each flood with a valid check before and after it."""

import asyncio
import random
import re
import socket
import time

import aiohttp
from aioice import stun

from bridge import Bridge
from harness import Failure, case, eventually, require
from peers import Peer
from relay import DatagramRelay, redirect

ALLOWED_GROWTH = 8 * 1024  # KiB of resident memory


async def drops(bridge: Bridge) -> dict[str, int]:
    """The server's counters of dropped datagrams, by reason, all loops together."""
    async with aiohttp.ClientSession() as http:
        async with http.get(f"http://127.0.0.1:{bridge.metrics_port}/metrics") as response:
            text = await response.text()
    result: dict[str, int] = {}
    for reason, value in re.findall(r'^diemcau_media_dropped_packets_total\{.*reason="([^"]+)"\} (\d+)', text, re.M):
        result[reason] = result.get(reason, 0) + int(value)
    require(result, "/metrics has no drops")
    return result


async def risen(bridge: Bridge, before: dict[str, int], count: int, reasons: tuple[str, ...]) -> int:
    """Waits until so many drops of these reasons have been counted, and what the kernel dropped; how many it was."""
    total = 0

    async def enough() -> bool:
        nonlocal total
        after = await drops(bridge)
        total = sum(after[reason] - before[reason] for reason in (*reasons, "receive-queue-full"))
        return total >= count

    try:
        await eventually(enough, 6, "")
    except Failure:
        raise Failure(f"{total} of {count} drops counted: {await drops(bridge)}")
    return total


class Stranger:
    """A socket that nobody knows, and what was answered to it."""

    def __init__(self, bridge: Bridge):
        self.target = ("127.0.0.1", bridge.port)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)

    async def flood(self, datagrams) -> int:
        """Sends all of them, slowly enough for a receive queue; how many were sent."""
        count = 0
        for data in datagrams:
            self.socket.sendto(data, self.target)
            count += 1
            if count % 50 == 0:
                await asyncio.sleep(0.002)
        return count

    def answers(self) -> list[bytes]:
        result = []
        try:
            while True:
                result.append(self.socket.recv(2_048))
        except BlockingIOError:
            return result


async def is_answered(bridge: Bridge, peer: Peer) -> bool:
    """The control: whether a valid check with the peer's own credentials is answered, from a new port."""

    def value(name: str, text: str) -> str:
        return re.search(rf"a={name}:(\S+)", text)[1]

    request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
    offer = peer.connection.localDescription.sdp
    request.attributes["USERNAME"] = f"{value('ice-ufrag', peer.answer)}:{value('ice-ufrag', offer)}"
    request.attributes["PRIORITY"] = 1
    request.attributes["ICE-CONTROLLING"] = 1
    request.add_message_integrity(value("ice-pwd", peer.answer).encode())
    request.add_fingerprint()
    stranger = Stranger(bridge)
    stranger.socket.sendto(bytes(request), stranger.target)
    await asyncio.sleep(0.3)
    return any(stun.parse_message(data).message_class == stun.Class.RESPONSE for data in stranger.answers())


def noise(count: int, seed: int):
    """Random datagrams of random sizes, a third each looking like STUN, DTLS and RTP by the first byte."""
    source = random.Random(seed)
    for index in range(count):
        first = (source.randrange(0, 4), source.choice((20, 21, 22, 23, 25)), source.randrange(128, 192))[index % 3]
        yield bytes([first]) + source.randbytes(source.randrange(0, 1_300))


def greetings(count: int, seed: int):
    """Beginnings of DTLS handshakes: ClientHello records, each with another random."""
    source = random.Random(seed)
    for _ in range(count):
        hello = b"\xfe\xfd" + source.randbytes(32) + b"\0\0" + b"\0\x02\xc0\x2b" + b"\x01\0" + b"\0\0"
        length = len(hello).to_bytes(3, "big")
        body = b"\x01" + length + b"\0\0" + b"\0\0\0" + length + hello
        yield b"\x16\xfe\xfd" + bytes(8) + len(body).to_bytes(2, "big") + body


@case("hostile-datagrams", metrics=True)
async def datagrams(bridge: Bridge) -> str:
    """20,000 random datagrams and 2,000 ClientHellos of a stranger: no answer, all counted, the picture goes on."""
    async with Peer(bridge, await bridge.token("xa-1")) as sender, \
            Peer(bridge, await bridge.token("tinh", "observer")) as receiver:
        await sender.publish(source=1)
        await receiver.receive()
        await eventually(lambda: receiver.screens[0].decoded >= 15, 15, "no picture")
        require(await is_answered(bridge, sender), "a valid check is not answered before the flood")
        before, memory = await drops(bridge), bridge.memory()
        stranger = Stranger(bridge)
        sent = await stranger.flood(noise(20_000, seed=1)) + await stranger.flood(greetings(2_000, seed=2))
        counted = await risen(bridge, before, sent, ("stranger", "bad-check", "unchecked-address", "malformed"))
        require(stranger.answers() == [], "a stranger was answered")
        shown = receiver.screens[0].decoded
        await eventually(lambda: receiver.screens[0].decoded >= shown + 15, 5, "the picture stands")
        require(await is_answered(bridge, sender), "a valid check is not answered after the flood")
        growth = bridge.memory() - memory
        require(growth < ALLOWED_GROWTH, f"memory grew by {growth} KiB")
        return f"{sent} sent, {counted} counted as dropped, none answered, memory {growth:+d} KiB"


@case("hostile-tags", metrics=True)
async def tags(bridge: Bridge) -> str:
    """10,000 SRTP packets with false tags on a live session's own path: all counted, the picture goes on."""
    async with DatagramRelay(bridge, loss=0, seed=4) as relay, Peer(bridge, await bridge.token("xa-1")) as sender, \
            Peer(bridge, await bridge.token("tinh", "observer")) as receiver:
        sender.change_answer = lambda answer: redirect(answer, relay)
        await sender.publish(source=1)
        await receiver.receive()
        screen = receiver.screens[0]
        await eventually(lambda: screen.decoded >= 15, 15, "no picture")
        before, memory = await drops(bridge), bridge.memory()
        source, last = random.Random(5), relay.last_media
        require(last is not None, "no media went through the relay")
        for index in range(10_000):
            number = (int.from_bytes(last[2:4], "big") + 1 + index % 200) & 0xFFFF
            forged = last[:2] + number.to_bytes(2, "big") + last[4:-16] + source.randbytes(16)
            relay.inject(forged)
            if index % 50 == 0:
                await asyncio.sleep(0.002)
        counted = await risen(bridge, before, 10_000, ("bad-tag", "replayed"))
        shown, readable = screen.decoded, screen.readable
        await eventually(lambda: screen.readable >= readable + 30, 6, "the picture stands")
        require(screen.readable - readable == screen.decoded - shown, "pictures came out damaged")
        growth = bridge.memory() - memory
        require(growth < ALLOWED_GROWTH, f"memory grew by {growth} KiB")
        return f"{counted} counted as dropped, 30 pictures afterwards, memory {growth:+d} KiB"


@case("hostile-half-open", limit=90)
async def half_open(bridge: Bridge) -> str:
    """900 connections that never say a word, or half a request, are closed in time; others are served meanwhile."""
    memory = bridge.memory()
    token = await bridge.token("xa-1")
    begin = time.monotonic()
    silent = [await asyncio.open_connection("127.0.0.1", bridge.port) for _ in range(600)]
    slow = [await asyncio.open_connection("127.0.0.1", bridge.port, ssl=bridge.tls()) for _ in range(100)]
    for _, writer in slow:
        writer.write(b"GET /v1/rooms HTTP/1.1\r\nHost: ")
    garbage = [await asyncio.open_connection("127.0.0.1", bridge.port) for _ in range(200)]
    for _, writer in garbage:
        writer.write(bytes(600))

    async def is_served() -> bool:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=bridge.tls())) as http:
            async with http.get(f"{bridge.url}/v1/rooms", headers={"Authorization": f"Bearer {token}"}) as response:
                return response.status == 200

    require(await is_served(), "nobody else is served meanwhile")

    async def ends(reader: asyncio.StreamReader) -> None:
        try:
            while await reader.read(4_096):
                pass
        except OSError:
            pass

    every = silent + slow + garbage
    try:
        await asyncio.wait_for(asyncio.gather(*(ends(reader) for reader, _ in every)), 20)
    except TimeoutError:
        require(False, "not all of them are closed within 20 s")
    seconds = time.monotonic() - begin
    for _, writer in every:
        writer.close()
    require(await is_served(), "nobody is served afterwards")
    growth = bridge.memory() - memory
    require(growth < 4 * ALLOWED_GROWTH, f"memory grew by {growth} KiB")
    return f"{len(every)} connections closed within {seconds:.1f} s, memory {growth:+d} KiB"
