"""Headless Chromium with the test page."""

import os
import shutil
from pathlib import Path

from aiohttp import web
from playwright.async_api import async_playwright

from bridge import Bridge
from harness import Failure, Skipped, eventually, require

SCRIPT = Path(__file__).with_name("page.js")
ARGUMENTS = [
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required", "--mute-audio", "--disable-gpu",
    "--disable-backgrounding-occluded-windows", "--disable-renderer-backgrounding",
]


def chromium() -> str:
    """The system's browser."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    raise Skipped("no Chromium here")


class Browser:
    """One browser with one page, whose functions are those of page.js."""

    def __init__(self, bridge: Bridge):
        self.bridge = bridge
        self.sessions: list[int] = []

    async def __aenter__(self) -> "Browser":
        # The page comes from a server of its own: another origin, as pages of other systems are.
        application = web.Application()
        application.router.add_get("/", self.page)
        self.runner = web.AppRunner(application)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", 0)
        await site.start()
        port = site._server.sockets[0].getsockname()[1]
        self.playwright = await async_playwright().start()
        arguments = ARGUMENTS + (["--no-sandbox"] if os.geteuid() == 0 else [])
        self.chromium = await self.playwright.chromium.launch(executable_path=chromium(), args=arguments)
        context = await self.chromium.new_context(ignore_https_errors=True)
        self.tab = await context.new_page()
        self.errors: list[str] = []
        self.tab.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        await self.tab.goto(f"http://127.0.0.1:{port}/")
        return self

    async def __aexit__(self, *_) -> None:
        await self.chromium.close()
        await self.playwright.stop()
        await self.runner.cleanup()

    @staticmethod
    async def page(_) -> web.Response:
        script = SCRIPT.read_text(encoding="utf-8")
        text = f"<!doctype html><meta charset=utf-8><title>test</title><body><script>{script}</script>"
        return web.Response(text=text, content_type="text/html")

    async def call(self, function: str, *arguments):
        """Calls a function of the page and returns what it returns."""
        try:
            return await self.tab.evaluate(f"(list) => {function}(...list)", list(arguments))
        except Exception as error:
            notes = "; ".join(self.errors[-3:])
            raise Failure(f"{function}: {str(error).splitlines()[0]} {notes}")

    async def publish(self, token: str, source: int, codec: str = "VP8", tone: float = 440, rate: int = 15,
                      simulcast: bool = False, port: int | None = None) -> int:
        """Sends numbered pictures and a tone by WHIP, to another port than the answer's if one is named."""
        session = await self.call("publish", {
            "url": f"{self.bridge.url}/v1/rooms/demo/whip", "token": token, "codec": codec, "source": source,
            "rate": rate, "tone": tone, "simulcast": simulcast, "port": port})
        self.sessions.append(session)
        return session

    async def receive(self, token: str, video: int = 1, audio: int = 1) -> int:
        session = await self.call("receive", {
            "url": f"{self.bridge.url}/v1/rooms/demo/whep", "token": token, "video": video, "audio": audio})
        self.sessions.append(session)
        return session

    async def screens(self, session: int) -> list[dict]:
        return await self.call("screens", session)

    async def inbound(self, session: int, kind: str) -> list[dict]:
        return await self.call("statistics", session, "inbound-rtp", kind)

    async def outbound(self, session: int, kind: str) -> list[dict]:
        return await self.call("statistics", session, "outbound-rtp", kind)

    async def watch(self, session: int, slot: int, source: int, count: int, seconds: float = 25) -> dict:
        """Waits until a slot has shown `count` readable pictures of `source`; what it has shown by then."""
        shown: dict = {}

        async def look() -> bool:
            nonlocal shown
            shown = (await self.screens(session))[slot]
            return shown["bySource"].get(str(source), 0) >= count

        await eventually(look, seconds, f"not {count} pictures of source {source} on slot {slot}")
        return shown

    async def leave(self) -> None:
        """Ends all sessions of the page at the server."""
        for session in self.sessions:
            status = await self.call("leave", session)
            require(status == 200, f"DELETE gave {status}")
        self.sessions = []
