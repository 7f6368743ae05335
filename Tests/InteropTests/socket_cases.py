"""The socket's door, and frames that no client may send (RFC 6455; Signalling.docc)."""

import asyncio
import json
import time

from websockets.exceptions import ConnectionClosed, InvalidStatus

from bridge import Bridge
from harness import Failure, case, require
from sockets import (BINARY, CLOSE, CONTINUATION, HELLO, PING, PROTOCOL, TEXT, Mint, RawSocket, Socket, connect, frame,
                     text_frame)

LIMIT = 256 << 10  # bytes of a message
ALLOWED_GROWTH = 16 * 1024  # KiB of resident memory


# MARK: The door

async def greeted(bridge: Bridge, token: str, is_offered: bool) -> dict:
    """Opens with the library, says hello, leaves again; the welcome."""
    connection = await connect(bridge, token, is_offered=is_offered)
    require(connection.subprotocol == PROTOCOL, f"subprotocol {connection.subprotocol}")
    head = connection.response.headers
    require(head.get_all("Sec-WebSocket-Protocol") == [PROTOCOL], "the server answers another subprotocol, too")
    agreed = {"permessage-deflate", "server_no_context_takeover", "client_no_context_takeover"}
    require(set(head.get("Sec-WebSocket-Extensions", "").split("; ")) == agreed, f"not the compression: {head}")
    require(not any(token in value for value in head.values()), "the token comes back")
    await connection.send(json.dumps(HELLO))
    welcome = json.loads(await asyncio.wait_for(connection.recv(), 10))
    await connection.send(json.dumps({"type": "leave"}))
    last = {}
    try:
        while True:
            last = json.loads(await asyncio.wait_for(connection.recv(), 10))
    except ConnectionClosed as end:
        require(end.rcvd and end.rcvd.code == 1000, f"after leave: {end}")
    require(last.get("type") == "bye" and last["reason"] == "left", f"after leave: {last}")
    return welcome


async def refusals(bridge: Bridge, mint: Mint) -> list[str]:
    """Upgrades that must be refused, each with its status and code; what was wrong."""
    good = mint.token("point", "xa-1")
    old = mint.token("point", "xa-1", seconds=-10)
    signature = good[:-4] + ("AAAA" if good[-4:] != "AAAA" else "BBBB")
    table = [
        ("no token", 401, "token-missing", None, {}),
        ("token as ?token", 401, "token-missing", None, {"query": f"?token={good}"}),
        ("token as ?access_token", 401, "token-missing", None, {"query": f"?access_token={good}"}),
        ("token in a cookie", 401, "token-missing", None, {"Cookie": f"token={good}; Authorization=Bearer {good}"}),
        ("token without Bearer", 401, "token-missing", None, {"Authorization": good}),
        ("false signature", 401, "token-wrong", signature, {}),
        ("a false token offered", 401, "token-wrong", None,
         {"Sec_WebSocket_Protocol": f"{PROTOCOL}, diemcau.token.{signature}"}),
        ("token of yesterday", 401, "token-expired", old, {}),
        ("another room's token", 403, "token-wrong-room", mint.token("point", "xa-1", "other"), {}),
        ("no such room", 404, "unknown-room", mint.token("point", "xa-1", "other"), {"room": "other"}),
        ("another Host", 421, "wrong-host", good, {"Host": f"evil.example:{bridge.port}"}),
        ("another Origin", 403, "other-origin", good, {"Origin": "https://evil.example"}),
        ("Origin null", 403, "other-origin", good, {"Origin": "null"}),
        ("our Origin without TLS", 403, "other-origin", good, {"Origin": f"http://127.0.0.1:{bridge.port}"}),
        ("Origin of another port", 403, "other-origin", good, {"Origin": f"https://127.0.0.1:{bridge.port + 1}"}),
        ("no subprotocol", 400, None, good, {"Sec_WebSocket_Protocol": None}),
        ("another subprotocol", 400, None, good, {"Sec_WebSocket_Protocol": "diemcau.v2"}),
        ("version 12", 426, None, good, {"Sec_WebSocket_Version": "12"}),
        ("no key", 400, None, good, {"Sec_WebSocket_Key": None}),
        ("a short key", 400, None, good, {"Sec_WebSocket_Key": "dG9vIHNob3J0"}),
        ("no upgrade", 426, None, good, {"Upgrade": None}),
    ]
    wrong = []
    for what, status, code, token, options in table:
        async with await RawSocket.open(bridge, token, **options) as answer:
            problem = json.loads(answer.body) if answer.body.startswith("{") else {}
            if answer.status != status or not problem.get("code") or (code and problem["code"] != code):
                wrong.append(f"{what}: {answer.status} {problem.get('code')}, not {status} {code or '(any)'}")
    require(len(wrong) < len(table), "; ".join(wrong))
    return wrong


async def opened(bridge: Bridge, token: str, **options) -> int:
    async with await RawSocket.open(bridge, token, **options) as answer:
        return answer.status


async def unwelcome(bridge: Bridge, token: str, sends: bytes, drips: bytes = b"") -> tuple[float, int | None]:
    """The seconds until the server closes whoever does not say hello, and its code."""
    async with await RawSocket.open(bridge, token) as socket:
        begin = time.monotonic()
        socket.writer.write(sends)

        async def drip() -> None:
            for index in range(len(drips)):
                await asyncio.sleep(0.25)
                socket.writer.write(drips[index:index + 1])

        dripping = asyncio.create_task(drip())
        code, messages = await socket.ending()
        dripping.cancel()
        require(all(message["type"] == "error" for message in messages), f"without hello came {messages}")
        return time.monotonic() - begin, code


@case("socket-welcome")
async def welcome(bridge: Bridge) -> str:
    """Who comes in and by what: header or second subprotocol, own Origin and Host, hello within 5 s."""
    mint = Mint(bridge)
    for is_offered in (False, True):
        message = await greeted(bridge, mint.token("point", "xa-1"), is_offered)
        require(message["type"] == "welcome" and message["you"]["point"] == "xa-1", f"no welcome: {message}")
        require(len(message["roster"]["points"]) == 5 and message["resumed"] is False, "not the whole roster")
    token = mint.token("point", "xa-1")
    require(await opened(bridge, token, Origin=bridge.url) == 101, "a page of ours is not taken")
    require(await opened(bridge, None, Sec_WebSocket_Protocol=f"{PROTOCOL}, diemcau.token.{token}") == 101,
            "the control of the offered token fails")
    try:
        await connect(bridge, token[:-4] + "AAAA")
        raise Failure("a false token came in")
    except InvalidStatus as refusal:
        require(refusal.response.status_code == 401, f"the library was told {refusal.response.status_code}")
    wrong = await refusals(bridge, mint)
    silence, dripped, early = await asyncio.gather(
        unwelcome(bridge, token, b""),
        unwelcome(bridge, token, b"", drips=text_frame({**HELLO, "device": "x" * 60})),
        unwelcome(bridge, token, text_frame({"type": "ask", "id": 1})))
    for what, (seconds, code) in (("silence", silence), ("a dripping hello", dripped), ("no hello first", early)):
        if code != 1008:
            wrong.append(f"{what}: closed with {code} after {seconds:.1f} s, not with 1008")
    require(4 < silence[0], f"closed after {silence[0]:.1f} s already")
    require(not wrong, "; ".join(wrong))
    return (f"header and subprotocol, 21 refusals; closed {silence[0]:.1f} s after silence, {dripped[0]:.1f} s with a "
            f"dripping hello, {early[0]:.1f} s after another first message")


# MARK: Frames

def broken_frames() -> list[tuple[str, bytes, tuple[int, ...]]]:
    """Bytes that end a connection: what they are, the bytes, the close codes that are right for them."""
    ask = json.dumps({"type": "ask", "id": 1}).encode()
    half = LIMIT // 2
    return [
        ("unmasked", frame(TEXT, ask, is_masked=False), (1002,)),
        *((f"reserved bit {bit}", frame(TEXT, ask, reserved=bit), (1002,)) for bit in (1, 2, 4)),
        *((f"opcode {opcode}", frame(opcode, ask), (1002,)) for opcode in (3, 7, 11, 15)),
        ("binary", frame(BINARY, ask), (1003,)),
        ("256 KiB + 1", frame(TEXT, b" " * (LIMIT + 1)), (1009,)),
        ("256 KiB + 1 in fragments", frame(TEXT, b" " * half, False) + frame(CONTINUATION, b" " * half, False)
         + frame(CONTINUATION, b" "), (1009,)),
        ("1 MiB string", text_frame({"type": "ask", "id": 1, "x": "x" * (1 << 20)}), (1009,)),
        ("a length of 2^62", frame(TEXT, b"", length=1 << 62), (1009,)),
        ("a length of 2^63", frame(TEXT, b"", length=1 << 63), (1002, 1009)),
        ("a long length for a short payload", b"\x81\xfe\x00\x05" + bytes(4) + b"hello", (1002,)),
        ("invalid UTF-8", frame(TEXT, b'"\xc3\x28"'), (1007,)),
        ("UTF-8 that is cut", frame(TEXT, b'"\xe1\xbb'), (1007,)),
        ("a surrogate in UTF-8", frame(TEXT, b'"\xed\xa0\x80"'), (1007,)),
        ("invalid UTF-8 in fragments", frame(TEXT, b'"\xe1', False) + frame(CONTINUATION, b'\x28"'), (1007,)),
        ("continuation of nothing", frame(CONTINUATION, ask), (1002,)),
        ("text within text", frame(TEXT, b"{", False) + frame(TEXT, ask), (1002,)),
        ("ping in fragments", frame(PING, b"x", False), (1002,)),
        ("ping of 126 bytes", frame(PING, b"x" * 126), (1002,)),
        ("close of one byte", frame(CLOSE, b"\x03"), (1002,)),
        *((f"close with {code}", frame(CLOSE, code.to_bytes(2, "big")), (1002,)) for code in (999, 1004, 1005, 1006)),
        ("close with bad UTF-8", frame(CLOSE, (1000).to_bytes(2, "big") + b"\xff"), (1002, 1007)),
        ("noise", bytes(range(256)) * 8, (1002,)),
    ]


async def endless(bridge: Bridge, mint: Mint, data: bytes, total: int) -> tuple[int | None, int]:
    """Sends `data` again and again and reads nothing until the server has closed or `total` bytes are gone.

    The close code that lies there, and the bytes that were sent.
    """
    async with await RawSocket.greet(bridge, mint.token("point", "xa-1")) as socket:
        block, sent = data * max(1, (64 << 10) // len(data)), 0
        try:
            while sent < total and not socket.reader.at_eof():
                socket.writer.write(block)
                sent += len(block)
                await asyncio.wait_for(socket.writer.drain(), 5)
        except (TimeoutError, OSError):
            pass
        try:
            return (await socket.ending(8))[0], sent
        except Failure:
            return 0, sent


@case("socket-hostile", limit=120)
async def hostile(bridge: Bridge) -> str:
    """Broken frames close their connection with the right code, and nobody else's; memory stays."""
    mint = Mint(bridge)
    wrong: list[str] = []

    async def greet() -> RawSocket:
        # Each with a token of its own: too many hellos with one are refused.
        return await RawSocket.greet(bridge, mint.token("point", "xa-1"))

    async with Socket(bridge, mint.token("chair", "trung-tam")) as witness:
        # Once before measuring, so that what the first of all costs does not count.
        (await greet()).writer.transport.abort()
        memory = bridge.memory()
        table = broken_frames()
        for what, data, codes in table:
            async with await greet() as socket:
                socket.writer.write(data)
                try:
                    code, messages = await socket.ending()
                except Failure as failure:
                    code, messages = str(failure), []
                if code not in codes:
                    wrong.append(f"{what}: {code}, not {codes[0]}")
                said = [message["type"] for message in messages]
                if "ok" in said or "error" in said:
                    wrong.append(f"{what}: was answered with {said}")
        floods = [
            ("empty fragments", frame(TEXT, b"", False) + frame(CONTINUATION, b"", False) * 1_000, 20 << 20),
            ("fragments of a byte", frame(TEXT, b"{", False) + frame(CONTINUATION, b" ", False) * 300_000, 4 << 20),
            ("pings whose answers are not read", frame(PING, b"x" * 125), 64 << 20)]
        ends = []
        for what, data, total in floods:
            code, sent = await endless(bridge, mint, data, total)
            ends.append(f"{what} {'not closed' if code == 0 else f'closed with {code}'} after {sent >> 10} KiB")
        growth = bridge.memory() - memory
        answer = await witness.command("program", points=["xa-1"])
        require(answer["type"] == "ok", f"the witness was told {answer}")
        # Fragments that are inside the limits are one message, with a ping between them.
        async with await greet() as socket:
            text = json.dumps({"type": "withdraw", "id": 7}).encode()
            padded = text + b" " * (LIMIT - len(text))
            socket.writer.write(frame(TEXT, padded[:9], False) + frame(PING, b"now") + frame(CONTINUATION, padded[9:]))
            answer = await asyncio.wait_for(socket.next_message("ok", "error"), 5)
            if not answer or answer.get("id") != 7:
                wrong.append(f"256 KiB in two fragments: {answer}")
    require(not wrong, "; ".join(wrong))
    require(growth < ALLOWED_GROWTH, f"memory grew by {growth} KiB; {'; '.join(ends)}")
    return f"{len(table)} kinds of broken frames; {'; '.join(ends)}; memory {growth:+d} KiB"
