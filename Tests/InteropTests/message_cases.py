"""What broken and hostile clients may say over the socket: JSON that is none, and far too much (Signalling.docc)."""

import asyncio
import time

from bridge import Bridge
from harness import Failure, case, eventually, require
from sockets import Mint, RawSocket, Socket, text_frame

ALLOWED_GROWTH = 16 * 1024  # KiB of resident memory


# MARK: JSON

def bad_messages() -> list[tuple[str, bytes]]:
    """Texts that are answered with `bad-message`, and with nothing else."""
    def ask(more: str) -> bytes:
        return f'{{"type":"withdraw","id":1,{more}}}'.encode()

    numbers = ("1e999", "-1e999", "1e400", "0" * 65, "1" * 65, "01", "+1", ".5", "1.", "0x10", "NaN", "Infinity", "-",
               "1e")
    return [
        ("nothing", b""), ("a space", b" "), ("null", b"null"), ("a list", b"[]"), ("a number", b"1"),
        ("a string", b'"ask"'), ("two values", b'{"type":"withdraw","id":1}{}'), ("half", b'{"type":"withdraw","id":1'),
        ("comma at the end", ask('"x":1,')), ("no quotes", b"{type:'withdraw',id:1}"),
        ("a comment", ask('/* */"x":1')), ("a byte order mark", b"\xef\xbb\xbf" + ask('"x":1')),
        ("NUL in a string", ask('"x":"\0"')), ("a newline in a string", ask('"x":"\n"')),
        ("a false escape", ask('"x":"\\x41"')), ("half an escape", ask('"x":"\\u12"')),
        ("no type", b'{"id":1}'), ("type is a number", b'{"type":1,"id":1}'), ("no id", b'{"type":"withdraw"}'),
        ("hello twice", b'{"type":"hello"}'),
        ("9 deep", ask('"x":' + "[" * 8 + "]" * 8)), ("9 deep in objects", ask('"x":' + '{"x":' * 8 + "1" + "}" * 8)),
        ("100,000 deep", b"[" * 100_000), ("100,000 deep in a field", ask('"x":' + "[" * 100_000 + "]" * 100_000)),
        ("20,000 objects deep", b'{"a":' * 20_000),
        ("type twice", b'{"type":"withdraw","type":"withdraw","id":1}'), ("a field twice", ask('"x":1,"x":2')),
        ("a field twice by escape", ask('"x":1,"\\u0078":2')), ("a field twice inside", ask('"x":{"y":1,"y":1}')),
        ("a field twice in a list", ask('"x":[{"y":1,"y":1}]')),
        ("a high surrogate", ask('"x":"\\ud800"')), ("a low surrogate", ask('"x":"\\udc00"')),
        ("surrogates the wrong way round", ask('"x":"\\udc00\\ud800"')),
        ("a surrogate and a letter", ask('"x":"\\ud800a"')),
        ("a surrogate in a name", ask('"\\ud800":1')),
        *((f"number {text[:12]}", ask(f'"x":{text}')) for text in numbers),
        *((f"id {text}", f'{{"type":"withdraw","id":{text}}}'.encode())
          for text in ("9007199254740992", "-1", "1.5", "1e400", '"1"', "null", "[]", "18446744073709551616")),
        ("the wrong field", b'{"type":"give","id":1,"point":5}'), ("no point", b'{"type":"give","id":1}'),
        ("a code with a space", b'{"type":"give","id":1,"point":"xa 1"}'),
        ("points are no list", b'{"type":"mute","id":1,"points":"xa-1"}'),
    ]


def heavy_messages() -> list[tuple[str, bytes, str | None]]:
    """Texts near the limit that are right as JSON, and the code that answers them; `None` for any."""
    names = ",".join(f'"k{index}":0' for index in range(22_000))
    escapes = "\\u1ed9" * 40_000
    alike = ",".join(f'"{"a" * 30}{index:06d}":0' for index in range(6_000))
    return [
        ("22,000 fields", f'{{"type":"withdraw","id":1,{names}}}'.encode(), "not-queued"),
        ("6,000 long fields that are nearly alike", f'{{"type":"withdraw","id":1,{alike}}}'.encode(), "not-queued"),
        ("120,000 numbers", f'{{"type":"withdraw","id":1,"x":[{",".join(["0"] * 120_000)}]}}'.encode(), "not-queued"),
        ("a string of 250 KiB", f'{{"type":"withdraw","id":1,"x":"{"x" * (250 << 10)}"}}'.encode(), "not-queued"),
        ("40,000 escapes", f'{{"type":"withdraw","id":1,"x":"{escapes}"}}'.encode(), "not-queued"),
        ("a text of 200 KiB", f'{{"type":"message","id":1,"to":"staff","text":"{"x" * (200 << 10)}"}}'.encode(),
         "text-too-long"),
        ("8 deep", b'{"type":"withdraw","id":1,"x":[[[[[[[]]]]]]]}', "not-queued"),
        ("a pair of surrogates", b'{"type":"withdraw","id":1,"x":"\\ud83d\\ude00"}', "not-queued"),
        ("the largest id", b'{"type":"withdraw","id":9007199254740991}', "not-queued"),
        ("an unknown type", b'{"type":"overthrow","id":1}', "unsupported"),
    ]


@case("socket-hostile-json", limit=120)
async def hostile_json(bridge: Bridge) -> str:
    """Broken JSON gets one `bad-message` and the connection lives; heavy JSON is answered in time."""
    mint, wrong, times = Mint(bridge), [], {}
    async with await RawSocket.greet(bridge, mint.token("point", "xa-1")) as socket, \
            Socket(bridge, mint.token("chair", "trung-tam")) as witness:

        async def answers(data: bytes) -> list[dict]:
            """All that comes for a text, up to the answer of a good command behind it."""
            socket.writer.write(text_frame(data) + text_frame({"type": "withdraw", "id": 4_711}))
            found = []
            while message := await asyncio.wait_for(socket.next_message("ok", "error", "bye"), 20):
                if message.get("id") == 4_711:
                    return found
                found.append(message)
            raise Failure("the connection did not live on")

        memory = bridge.memory()
        table = [(what, data, "bad-message") for what, data in bad_messages()] + heavy_messages()
        for what, data, code in table:
            begin = time.monotonic()
            try:
                found = await answers(data)
            except (Failure, TimeoutError) as failure:
                raise Failure(f"{what}: {type(failure).__name__} {failure}; before it: {'; '.join(wrong)}")
            times[what] = time.monotonic() - begin
            if [(message["type"], message.get("code")) for message in found] != [("error", code)]:
                wrong.append(f"{what}: {found or 'no answer'}, not {code}")
            await asyncio.sleep(0.22)  # two commands each time: no faster than ten a second
        growth = bridge.memory() - memory
        require((await witness.command("program", points=[]))["type"] == "ok", "the witness is not served")
    require(not wrong, "; ".join(wrong))
    require(growth < ALLOWED_GROWTH, f"memory grew by {growth} KiB")
    slowest = sorted(times, key=times.get, reverse=True)[:3]
    return (f"{len(table)} texts, memory {growth:+d} KiB; slowest: " +
            ", ".join(f"{what} {times[what] * 1_000:.0f} ms" for what in slowest))


# MARK: Too much

@case("socket-flood", limit=60)
async def flood(bridge: Bridge) -> str:
    """10,000 commands a second from one client, again and again; another one's are answered all the while."""
    mint = Mint(bridge)
    flooder, sent, ends, turned_away = mint.token("point", "xa-1"), 0, [], 0
    block = b"".join(text_frame({"type": "ask", "id": number}) for number in range(1_000))
    async with Socket(bridge, mint.token("point", "xa-2")) as other:

        async def latencies(seconds: float) -> list[float]:
            result, begin = [], time.monotonic()
            while time.monotonic() - begin < seconds:
                start = time.monotonic()
                answer = await other.command("withdraw" if other.number % 2 else "ask")
                require(answer["type"] == "ok", f"the other one was told {answer}")
                result.append(time.monotonic() - start)
                await asyncio.sleep(0.12)
            return sorted(result)

        async def once() -> None:
            nonlocal sent, turned_away
            try:
                socket = await RawSocket.greet(bridge, flooder)
            except Failure as failure:
                require("too-many-commands" in str(failure), str(failure))
                turned_away += 1
                return await asyncio.sleep(0.05)
            async with socket:
                reading = asyncio.create_task(socket.ending())
                for _ in range(10):
                    if reading.done():
                        break
                    socket.writer.write(block)
                    sent += 1_000
                    await asyncio.sleep(0.1)
                code, messages = await reading
                refused = sum(message.get("code") == "too-many-commands" for message in messages)
                byes = [message["reason"] for message in messages if message["type"] == "bye"]
                ends.append((code, byes, refused))

        async def flooding() -> None:
            while True:
                await once()

        quiet = await latencies(2)
        memory, begin = bridge.memory(), time.monotonic()
        task = asyncio.create_task(flooding())
        loud = await latencies(6)
        seconds = time.monotonic() - begin
        if task.done():
            await task
        task.cancel()
        growth = bridge.memory() - memory
        require(ends, "the flooder was never closed")
        require(all(code == 1008 and byes == ["too-many"] for code, byes, _ in ends), f"it ended with {ends[:5]}")
        require(growth < ALLOWED_GROWTH, f"memory grew by {growth} KiB")
        await eventually(lambda: not other.answers, 5, "commands of the other one are open")
        require(len(loud) > 0, "the other one was not answered")
        return (f"{sent / seconds:.0f} commands/s, closed {len(ends)} times after {ends[0][2]} refusals, {turned_away} "
                f"times refused at its hello; another client's answer took {middle(quiet):.1f} ms before and "
                f"{middle(loud):.1f} ms meanwhile (median), {loud[-1] * 1_000:.1f} ms at most; memory {growth:+d} KiB")


def middle(values: list[float]) -> float:
    return values[len(values) // 2] * 1_000
