"""Many sockets in a process of its own: `crowd.py PORT CERTIFICATE <PLAN`, told by a line of JSON twice a second.

The plan is {"pace": connections a second, "deflate": whether compression is offered, "sockets": [{"kind", "room",
"token"} …]}; a socket that is closed is opened again. It ends, with a last line, when its standard input does. Kinds:
`idle` says hello and reads; `deaf` says hello and never reads; `mute` never says hello; `drip` says hello, then a
byte a second of a message that never ends. `idle` and `deaf` show by unasked pongs that they are alive.
"""

import asyncio
import json
import os
import ssl
import sys

from sockets import PONG, PROTOCOL, TEXT, frame, text_frame

HELLO = text_frame({"type": "hello", "takeover": True, "device": "crowd"})
ALIVE = frame(PONG)
ENDLESS = frame(TEXT, b"", length=200_000)


class Member(asyncio.Protocol):
    """One socket; counts what comes and looks only at its beginning."""

    def __init__(self, crowd: "Crowd", plan: dict):
        self.crowd = crowd
        self.plan = plan
        self.kind = plan["kind"]
        self.begin = b""
        self.bytes = 0
        self.is_upgraded = self.is_welcomed = False
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        self.crowd.open.add(self)
        transport.write((
            f"GET /v1/rooms/{self.plan['room']}/socket HTTP/1.1\r\nHost: 127.0.0.1:{self.crowd.port}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: {PROTOCOL}\r\n"
            f"{self.crowd.offer}Authorization: Bearer {self.plan['token']}\r\n\r\n").encode())

    def data_received(self, data: bytes) -> None:
        self.bytes += len(data)
        self.crowd.bytes += len(data)
        if self.is_welcomed:
            return
        self.begin += data[:1_024]
        if not self.is_upgraded and b"\r\n\r\n" in self.begin:
            if not self.begin.startswith(b"HTTP/1.1 101"):
                self.crowd.trouble(self.begin.split(b"\r\n")[0].decode(errors="replace"))
                return self.transport.abort()
            self.is_upgraded = True
            self.greet()
        # What a message begins with is not compressed.
        if b'{"type":"welcome"' in self.begin:
            self.is_welcomed = True
            self.crowd.welcomed += 1
            if self.kind == "drip":
                self.transport.write(ENDLESS)
        elif b'{"type":"error"' in self.begin:
            self.crowd.trouble(self.begin[self.begin.index(b'{"type"'):][:100].decode(errors="replace"))
            self.transport.abort()

    def greet(self) -> None:
        if self.kind != "mute":
            self.transport.write(HELLO)
        if self.kind == "deaf":
            self.transport.pause_reading()

    def tick(self, second: int) -> None:
        if self.kind == "drip" and self.is_welcomed:
            self.transport.write(b" ")
        elif self.kind != "mute" and self.is_upgraded and second % 5 == 0:
            self.transport.write(ALIVE)

    def connection_lost(self, _) -> None:
        self.crowd.open.discard(self)
        self.crowd.lost += 1
        if not self.crowd.is_over:
            self.crowd.waiting.append(self.plan)


class Crowd:
    def __init__(self, port: int, certificate: str, plan: dict):
        self.port = port
        self.pace = plan["pace"]
        self.offer = "Sec-WebSocket-Extensions: permessage-deflate\r\n" if plan["deflate"] else ""
        self.waiting = list(reversed(plan["sockets"]))
        self.context = ssl.create_default_context(cafile=certificate)
        self.open: set[Member] = set()
        self.troubles: dict[str, int] = {}
        self.bytes = self.welcomed = self.lost = 0
        self.is_over = False

    def trouble(self, text: str) -> None:
        self.troubles[text] = self.troubles.get(text, 0) + 1

    async def connect(self, plan: dict) -> None:
        try:
            await asyncio.get_running_loop().create_connection(
                lambda: Member(self, plan), "127.0.0.1", self.port, ssl=self.context, server_hostname="127.0.0.1",
                ssl_handshake_timeout=30)
        except (OSError, ssl.SSLError) as error:
            self.trouble(type(error).__name__)
            self.waiting.append(plan)

    async def open_all(self) -> None:
        """Opens what is to be opened, as fast as the pace allows and at most 64 at once."""
        under_way: set[asyncio.Task] = set()
        while True:
            await asyncio.sleep(1 / self.pace if self.waiting else 0.05)
            under_way = {task for task in under_way if not task.done()}
            if self.waiting and len(under_way) < 64:
                under_way.add(asyncio.create_task(self.connect(self.waiting.pop())))

    async def tick(self) -> None:
        second = 0
        while True:
            await asyncio.sleep(1)
            second += 1
            for member in list(self.open):
                member.tick(second)

    def tell(self, **more) -> None:
        print(json.dumps({
            "open": len(self.open), "upgraded": sum(member.is_upgraded for member in self.open), "bytes": self.bytes,
            "welcomed": self.welcomed, "lost": self.lost, "troubles": self.troubles, **more}), flush=True)

    async def run(self) -> None:
        tasks = [asyncio.create_task(task) for task in (self.open_all(), self.tick())]
        reader = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
        while not reader.done():
            self.tell()
            await asyncio.wait([reader], timeout=0.5)
            for task in tasks:
                if task.done():
                    task.result()
        self.is_over = True
        self.tell(each=sorted(member.bytes for member in self.open))


if __name__ == "__main__":
    asyncio.run(Crowd(int(sys.argv[1]), sys.argv[2], json.loads(sys.stdin.readline())).run())
    os._exit(0)  # The connections go with the process; closing thousands one by one takes long.
