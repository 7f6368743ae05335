"""Participants' WebSockets: by a library that is not ours, and byte by byte for what no library sends."""

import asyncio
import base64
import hashlib
import json
import secrets
import time

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_websocket
from websockets.exceptions import ConnectionClosed

from bridge import Bridge
from harness import Failure, eventually

PROTOCOL = "diemcau.v1"
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
HELLO = {"type": "hello", "takeover": True}


# MARK: Tokens

def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Mint:
    """Makes tokens with the server's own key (ES256): thousands at once, and some that the command line would not."""

    def __init__(self, bridge: Bridge):
        self.key = serialization.load_pem_private_key((bridge.state / "token.key").read_bytes(), None)
        public = self.key.public_key().public_numbers()
        x, y = (base64url(value.to_bytes(32, "big")) for value in (public.x, public.y))
        thumbprint = hashlib.sha256(f'{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}'.encode()).digest()
        self.header = {"alg": "ES256", "kid": base64url(thumbprint), "typ": "JWT"}

    def token(self, role: str, point: str | None = None, room: str = "demo", seconds: int = 3_600, **claims) -> str:
        now = int(time.time())
        body = {"aud": "diemcau", "iat": now - 60, "exp": now + seconds, "jti": secrets.token_hex(12), "role": role,
                "room": room, **({"point": point} if point else {}), **claims}
        text = ".".join(base64url(json.dumps(part).encode()) for part in (self.header, body))
        r, s = utils.decode_dss_signature(self.key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{text}.{base64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


# MARK: By the library

async def connect(bridge: Bridge, token: str, room: str = "demo", is_offered: bool = False) -> ClientConnection:
    """Opens a socket, with the token in the header, or offered as a second subprotocol as browsers do."""
    return await open_websocket(
        f"wss://127.0.0.1:{bridge.port}/v1/rooms/{room}/socket", ssl=bridge.tls(), proxy=None, max_size=4 << 20,
        ping_interval=None, subprotocols=[PROTOCOL, f"diemcau.token.{token}"] if is_offered else [PROTOCOL],
        additional_headers={} if is_offered else {"Authorization": f"Bearer {token}"})


class Socket:
    """One participant by the `websockets` library, from `hello` on, and what came."""

    def __init__(self, bridge: Bridge, token: str, room: str = "demo", **hello):
        self.bridge = bridge
        self.token = token
        self.room = room
        self.hello = {**HELLO, **hello}
        self.messages: list[dict] = []
        self.answers: dict[int, asyncio.Future] = {}
        self.number = 0

    async def __aenter__(self) -> "Socket":
        self.connection = await connect(self.bridge, self.token, self.room)
        self.reader = asyncio.create_task(self.read())
        await self.connection.send(json.dumps(self.hello))
        await eventually(lambda: self.first("welcome") or self.first("error"), 10, "no welcome")
        if refusal := self.first("error"):
            raise Failure(f"hello was refused: {refusal}")
        return self

    async def __aexit__(self, *_) -> None:
        await self.connection.close()
        await self.reader

    async def read(self) -> None:
        try:
            async for text in self.connection:
                message = json.loads(text)
                self.messages.append(message)
                answer = self.answers.pop(message.get("id"), None)
                if answer and not answer.done():
                    answer.set_result(message)
        except ConnectionClosed:
            pass
        for answer in self.answers.values():
            answer.cancel()

    def first(self, kind: str, **fields) -> dict | None:
        """The first message of a type with these fields."""
        return next((message for message in self.messages if message["type"] == kind and
                     all(message.get(name) == value for name, value in fields.items())), None)

    async def command(self, verb: str, seconds: float = 10, **fields) -> dict:
        """Gives a command and returns its answer."""
        self.number += 1
        answer = self.answers[self.number] = asyncio.get_running_loop().create_future()
        await self.connection.send(json.dumps({"type": verb, "id": self.number, **fields}))
        try:
            return await asyncio.wait_for(answer, seconds)
        except TimeoutError:
            raise Failure(f"{verb} is not answered within {seconds:g} s")


# MARK: Byte by byte

def frame(opcode: int, payload: bytes = b"", is_final: bool = True, is_masked: bool = True, reserved: int = 0,
          length: int | None = None) -> bytes:
    """A frame, right or wrong; masked with zeros, and with another length than its payload's if one is named."""
    size = len(payload) if length is None else length
    head = bytes([(0x80 if is_final else 0) | reserved << 4 | opcode])
    mask = 0x80 if is_masked else 0
    if size < 126:
        head += bytes([mask | size])
    elif size < 1 << 16:
        head += bytes([mask | 126]) + size.to_bytes(2, "big")
    else:
        head += bytes([mask | 127]) + size.to_bytes(8, "big")
    return head + (bytes(4) if is_masked else b"") + payload


def text_frame(message: object) -> bytes:
    return frame(TEXT, message if isinstance(message, bytes) else json.dumps(message).encode())


class RawSocket:
    """A connection whose upgrade and frames are written by hand."""

    def __init__(self, bridge: Bridge):
        self.bridge = bridge
        self.status = 0
        self.head = self.body = ""
        self.parts = (TEXT, b"")

    @classmethod
    async def open(cls, bridge: Bridge, token: str | None, room: str = "demo", query: str = "",
                   **fields) -> "RawSocket":
        """Asks for the upgrade; `fields` are added to the request's head, and those that are `None` taken from it."""
        self = cls(bridge)
        self.reader, self.writer = await asyncio.open_connection(
            "127.0.0.1", bridge.port, ssl=bridge.tls())
        head = {
            "Host": f"127.0.0.1:{bridge.port}", "Upgrade": "websocket", "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": base64.b64encode(secrets.token_bytes(16)).decode(),
            "Sec-WebSocket-Protocol": PROTOCOL, "Authorization": f"Bearer {token}" if token else None,
            **{name.replace("_", "-"): value for name, value in fields.items()}}
        lines = [f"GET /v1/rooms/{room}/socket{query} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in head.items() if value is not None]
        self.writer.write("\r\n".join([*lines, "", ""]).encode())
        self.head = (await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 10)).decode()
        self.status = int(self.head.split()[1])
        if self.status != 101:
            length = self.field("Content-Length")
            self.body = (await self.reader.readexactly(int(length))).decode() if length else ""
        return self

    @classmethod
    async def greet(cls, bridge: Bridge, token: str, room: str = "demo", **hello) -> "RawSocket":
        """Opens, says hello and reads the welcome."""
        self = await cls.open(bridge, token, room)
        if self.status != 101:
            raise Failure(f"the upgrade gave {self.status}")
        self.writer.write(text_frame({**HELLO, **hello}))
        welcome = await self.next()
        if not welcome or json.loads(welcome[1])["type"] != "welcome":
            raise Failure(f"no welcome: {welcome}")
        self.welcome = json.loads(welcome[1])
        return self

    async def __aenter__(self) -> "RawSocket":
        return self

    async def __aexit__(self, *_) -> None:
        self.writer.transport.abort()

    def field(self, name: str) -> str | None:
        """A field of the response's head."""
        lines = [line.split(":", 1) for line in self.head.split("\r\n")[1:] if line]
        return next((value.strip() for key, value in lines if key.lower() == name.lower()), None)

    async def next(self) -> tuple[int, bytes] | None:
        """The next message's or control frame's opcode and payload; `None` at the end."""
        try:
            while True:
                first, second = await self.reader.readexactly(2)
                size = second & 0x7F
                if size >= 126:
                    size = int.from_bytes(await self.reader.readexactly(2 if size == 126 else 8), "big")
                payload, opcode = await self.reader.readexactly(size), first & 0x0F
                if opcode >= CLOSE:
                    return opcode, payload
                if opcode != CONTINUATION:
                    self.parts = (opcode, b"")
                self.parts = (self.parts[0], self.parts[1] + payload)
                if first & 0x80:
                    return self.parts
        except (asyncio.IncompleteReadError, OSError):
            return None

    async def next_message(self, *kinds: str) -> dict | None:
        """The next text message of one of these types; `None` at the end. Pings are not answered."""
        while item := await self.next():
            if item[0] == TEXT and (message := json.loads(item[1])).get("type") in kinds:
                return message
        return None

    async def ending(self, seconds: float = 12) -> tuple[int | None, list[dict]]:
        """Reads to the end, answering a close frame: its code, `None` without one, and the messages before it."""
        messages: list[dict] = []
        code = None

        async def read() -> None:
            nonlocal code
            while item := await self.next():
                if item[0] == TEXT:
                    messages.append(json.loads(item[1]))
                elif item[0] == CLOSE:
                    code = int.from_bytes(item[1][:2], "big") if item[1] else 1005
                    self.writer.write(frame(CLOSE, item[1][:2]))

        try:
            await asyncio.wait_for(read(), seconds)
        except TimeoutError:
            raise Failure(f"not closed within {seconds:g} s")
        return code, messages
