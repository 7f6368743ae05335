"""The HTTP of the media resource (RFC 9725, the WHEP draft), the server's end, and what operators read."""

import asyncio
import json
import re
import shutil

import aiohttp

from bridge import PACKAGE, Bridge
from browser import Browser
from harness import Skipped, case, eventually, require
from peers import Peer

OFFERS = PACKAGE / "Tests" / "SDPTests" / "Fixtures"
SDP = {"Content-Type": "application/sdp"}
FRAGMENT = "application/trickle-ice-sdpfrag"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def client(bridge: Bridge) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=bridge.tls()))


class Requests:
    """Sends requests and notes each whose answer has another status than it should have."""

    def __init__(self, http: aiohttp.ClientSession):
        self.http = http
        self.count = 0
        self.wrong: list[str] = []

    async def expect(self, status: int, what: str, method: str, url: str, **options):
        """The response's headers and text; what it may not be goes to the report by the name `what`."""
        self.count += 1
        async with self.http.request(method, url, **options) as response:
            text = await response.text()
            if response.status != status:
                self.wrong.append(f"{what}: {response.status}, not {status}")
            if response.status >= 400 and method != "HEAD":
                self.check(f"{what}: a problem document with a code", is_problem(response, text))
            return response.headers, text

    def check(self, what: str, holds: object) -> None:
        self.count += 1
        if not holds:
            self.wrong.append(what)

    def finish(self) -> str:
        require(not self.wrong, "; ".join(self.wrong))
        return f"{self.count} checks"


def is_problem(response, text: str) -> bool:
    """Whether a response is an RFC 9457 document with our `code`."""
    try:
        return response.content_type == "application/problem+json" and bool(json.loads(text)["code"])
    except (ValueError, KeyError):
        return False


def fragment(sdp: str, ufrag: str | None = None, password: str | None = None) -> str:
    """A trickled candidate of an offer, or a restart with other credentials (RFC 8840)."""

    def value(name: str) -> str:
        return re.search(rf"a={name}:(\S+)", sdp)[1]

    return "\r\n".join([
        f"a=ice-ufrag:{ufrag or value('ice-ufrag')}", f"a=ice-pwd:{password or value('ice-pwd')}",
        "m=audio 9 UDP/TLS/RTP/SAVPF 0", f"a=mid:{value('mid')}",
        "a=candidate:1 1 udp 2130706431 127.0.0.1 50000 typ host", "a=end-of-candidates", ""])


@case("http-offers")
async def offers(bridge: Bridge) -> str:
    """Offers that are refused, each with its status; the door looks alike for rooms that are and rooms that are not."""
    offer = (OFFERS / "aiortc-recvonly.sdp").read_text()
    token = bearer(await bridge.token("tinh", "observer"))
    old = bearer(await bridge.token("tinh", "observer", "demo", "--for", "1s"))
    whep = f"{bridge.url}/v1/rooms/demo/whep"
    absent = f"{bridge.url}/v1/rooms/absent/whep"
    async with client(bridge) as http:
        requests = Requests(http)
        headers, _ = await requests.expect(204, "OPTIONS", "OPTIONS", whep)
        requests.check("Accept-Post", headers.get("Accept-Post") == "application/sdp")
        other, _ = await requests.expect(204, "OPTIONS of no room", "OPTIONS", absent)
        requests.check("OPTIONS alike", {**headers, "Date": ""} == {**other, "Date": ""})
        headers, here = await requests.expect(401, "no token", "POST", whep, data=offer, headers=SDP)
        requests.check("WWW-Authenticate", headers.get("WWW-Authenticate", "").startswith("Bearer"))
        _, there = await requests.expect(401, "no token, no room", "POST", absent, data=offer, headers=SDP)
        requests.check("401 alike", here == there)
        await requests.expect(401, "false token", "POST", whep, data=offer, headers={**SDP, **bearer("a.b.c")})
        headers, _ = await requests.expect(405, "GET", "GET", whep, headers=token)
        requests.check("Allow", "POST" in headers.get("Allow", ""))
        await requests.expect(415, "no SDP by its type", "POST", whep, data="{}",
                              headers={**token, "Content-Type": "application/json"})
        await requests.expect(400, "no SDP", "POST", whep, data="v=0\r\nhello", headers={**SDP, **token})
        for what, status, changed in (
                ("setup:passive", 422, offer.replace("a=setup:actpass", "a=setup:passive")),
                ("no BUNDLE", 406, re.sub(r"a=group:BUNDLE[^\r\n]*\r?\n", "", offer)),
                ("no rtcp-mux", 406, re.sub(r"a=rtcp-mux\r?\n", "", offer)),
                ("no common codec", 406, re.sub(r"a=rtpmap:(\d+) (VP8|H264|opus)", r"a=rtpmap:\1 X\2", offer))):
            requests.check(f"{what}: the fixture has it", changed != offer)
            await requests.expect(status, what, "POST", whep, data=changed, headers={**SDP, **token})
        await requests.expect(413, "300 KiB", "POST", whep, data=offer + "a=x\r\n" * 60_000, headers={**SDP, **token})
        await asyncio.sleep(1.2)
        await requests.expect(401, "token of yesterday", "POST", whep, data=offer, headers={**SDP, **old})
        headers, _ = await requests.expect(201, "a good offer after all", "POST", whep, data=offer,
                                           headers={**SDP, **token})
        await requests.expect(200, "DELETE", "DELETE", headers["Location"], headers=token)
        return requests.finish()


@case("http-resource")
async def resource(bridge: Bridge) -> str:
    """PATCH and DELETE of a media resource in all their ways."""
    offer = (OFFERS / "aiortc-recvonly.sdp").read_text()
    token = bearer(await bridge.token("xa-1"))
    whep = f"{bridge.url}/v1/rooms/demo/whep"
    async with client(bridge) as http:
        requests = Requests(http)
        headers, _ = await requests.expect(201, "POST", "POST", whep, data=offer, headers={**SDP, **token})
        location, tag = headers["Location"], headers["ETag"]
        requests.check("absolute Location", location.startswith(bridge.url))
        requests.check("128 bits in Location", len(re.search(r"[^/]+$", location)[0]) >= 22)
        requests.check("strong ETag", re.fullmatch(r'"[^"]+"', tag))
        requests.check("Accept-Patch", headers.get("Accept-Patch") == FRAGMENT)
        requests.check("answer's type", headers.get("Content-Type") == "application/sdp")
        trickle = fragment(offer)

        async def patch(status: int, what: str, body: str, **fields):
            named = {name.replace("_", "-"): value for name, value in fields.items()}
            return await requests.expect(status, what, "PATCH", location, data=body,
                                         headers={"Content-Type": FRAGMENT, **token, **named})

        await patch(428, "no If-Match", trickle)
        await patch(412, "stale", trickle, If_Match='"other"')
        await patch(415, "type", trickle, If_Match=tag, Content_Type="text/plain")
        await patch(400, "body", "hello", If_Match=tag)
        await patch(204, "trickle", trickle, If_Match=tag)
        restart = fragment(offer, "newfrag1", "anewpasswordof24characters")
        headers, text = await patch(200, "restart", restart, If_Match="*")
        requests.check("a new ETag", headers.get("ETag") not in (None, tag))
        requests.check("an sdpfrag", headers.get("Content-Type") == FRAGMENT and "a=ice-ufrag:" in text)
        await patch(412, "the old ETag", trickle, If_Match=tag)
        await requests.expect(405, "GET", "GET", location, headers=token)
        other = bearer(await bridge.token("xa-2"))
        await requests.expect(404, "another seat's token", "DELETE", location, headers=other)
        await requests.expect(401, "no token", "DELETE", location)
        await requests.expect(200, "DELETE", "DELETE", location, headers=token)
        await requests.expect(404, "DELETE again", "DELETE", location, headers=token)
        await patch(404, "PATCH after DELETE", trickle, If_Match="*")
        return requests.finish()


@case("http-stored-offers")
async def stored_offers(bridge: Bridge) -> str:
    """Every stored offer of every client gets an answer with as many sections as it has."""
    token = bearer(await bridge.token("xa-1"))
    files = sorted(OFFERS.glob("*.sdp"))
    require(len(files) >= 10, f"only {len(files)} stored offers")
    async with client(bridge) as http:
        requests = Requests(http)
        for file in files:
            offer = file.read_text()
            headers, answer = await requests.expect(
                201, file.stem, "POST", f"{bridge.url}/v1/rooms/demo/media", data=offer, headers={**SDP, **token})
            requests.check(f"{file.stem}: sections", answer.count("\nm=") == ("\n" + offer).count("\nm="))
            if "Location" in headers:
                await requests.expect(200, f"{file.stem} DELETE", "DELETE", headers["Location"], headers=token)
        return requests.finish()


@case("sigterm", limit=90)
async def sigterm(bridge: Bridge) -> str:
    """On SIGTERM every client's connection is closed and the server ends with status 0, within 10 s."""
    async with Peer(bridge, await bridge.token("xa-1")) as sender, \
            Peer(bridge, await bridge.token("tinh", "observer")) as receiver, Browser(bridge) as browser:
        await sender.publish(source=1)
        await receiver.receive()
        session = await browser.receive(await bridge.token("tinh", "observer"))
        await eventually(lambda: receiver.screens[0].decoded > 10, 20, "no picture")

        async def browser_connected() -> bool:
            return await browser.call("security", session) == "connected"

        await eventually(browser_connected, 20, "Chromium does not connect")
        seconds = await bridge.terminate()
        ended = ("closed", "failed", "disconnected")
        waited = await eventually(lambda: sender.connection.connectionState in ended and
                                  receiver.connection.connectionState in ended, 5, "aiortc does not notice")

        async def browser_noticed() -> bool:
            return await browser.call("security", session) == "closed"

        noticed = await eventually(browser_noticed, 3, "Chromium does not notice")
        return f"ended after {seconds:.1f} s, aiortc noticed {waited:.1f} s and Chromium {waited + noticed:.1f} s later"


@case("roster", metrics=True)
async def roster(bridge: Bridge) -> str:
    """The roster says who is there, by the key `code`; a point that leaves is gone at once."""
    token = bearer(await bridge.token("xa-2"))
    url = f"{bridge.url}/v1/rooms/demo/roster"
    async with client(bridge) as http:

        async def states() -> dict[str, str]:
            async with http.get(url, headers=token) as response:
                return {item["code"]: item["state"] for item in (await response.json())["points"]}

        before = await states()
        require(len(before) == 5 and set(before.values()) == {"expected"}, f"before: {before}")
        async with Peer(bridge, await bridge.token("xa-1")) as sender:
            await sender.publish(source=1)

            async def is_present() -> bool:
                return (await states())["xa-1"] == "present"

            seconds = await eventually(is_present, 5, "xa-1 is not present")

        async def is_gone() -> bool:
            return (await states())["xa-1"] != "present"

        await eventually(is_gone, 2, "xa-1 is still present after DELETE")
        return f"present {seconds:.1f} s after its media path, then {(await states())['xa-1']}"


@case("metrics", metrics=True)
async def metrics(bridge: Bridge) -> str:
    """What /metrics says is understood by Prometheus's own checker, and counts what was sent."""
    promtool = shutil.which("promtool")
    if promtool is None:
        raise Skipped("no promtool here")
    base = f"http://127.0.0.1:{bridge.metrics_port}"
    async with Peer(bridge, await bridge.token("xa-1")) as sender, \
            Peer(bridge, await bridge.token("tinh", "observer")) as receiver:
        await sender.publish(source=1)
        await receiver.receive()
        await eventually(lambda: receiver.screens[0].decoded >= 45, 20, "no picture")
        async with aiohttp.ClientSession() as http:
            for path in ("healthz", "readyz"):
                async with http.get(f"{base}/{path}") as response:
                    require(response.status == 200, f"/{path} gave {response.status}")
            async with http.get(f"{base}/metrics") as response:
                text = await response.text()
                kind = response.headers.get("Content-Type", "")
    require(kind.startswith("text/plain; version=0.0.4"), f"Content-Type {kind}")
    process = await asyncio.create_subprocess_exec(
        promtool, "check", "metrics", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT)
    output, _ = await process.communicate(text.encode())
    require(process.returncode == 0, f"promtool: {output.decode().strip()}")
    families = len(re.findall(r"^# TYPE ", text, re.MULTILINE))
    require(families >= 5, f"only {families} families")
    return f"{families} families, {len(text.splitlines())} lines"


@case("metrics-silent", metrics=True)
async def metrics_silent(bridge: Bridge) -> str:
    """Connections that ask nothing, as many as are taken, keep nobody from the metrics for longer than ten seconds."""
    url = f"http://127.0.0.1:{bridge.metrics_port}/healthz"
    silent = [await asyncio.open_connection("127.0.0.1", bridge.metrics_port) for _ in range(32)]
    begin = asyncio.get_running_loop().time()

    async def answers() -> bool:
        async with aiohttp.ClientSession() as http:
            try:
                async with http.get(url) as response:
                    return response.status == 200
            except aiohttp.ClientError:
                return False

    require(not await answers(), "32 silent connections are not all that are taken")
    await eventually(answers, 15, "nobody is answered")
    seconds = asyncio.get_running_loop().time() - begin
    for _, writer in silent:
        writer.close()
    return f"answered after {seconds:.1f} s"
