"""The server's own pages in headless Chromium, each participant in a profile of its own."""

import os
import wave
from pathlib import Path

import numpy
from playwright.async_api import Page, async_playwright

import sounds
from bridge import PACKAGE, Bridge
from browser import ARGUMENTS, chromium
from harness import Failure, eventually, require

PICTURES = Path(os.environ.get("DIEMCAU_SCREENSHOTS") or PACKAGE / ".build-logs" / "screenshots")
VIEW = {"width": 1920, "height": 1080}


def write_beeps(path: Path, hertz: float) -> None:
    """Four seconds of short tones: what suppresses noise takes a long one for noise."""
    time = numpy.arange(4 * sounds.RATE)
    loud = (time % (sounds.RATE // 2)) < sounds.RATE // 4
    samples = (12_000 * numpy.sin(2 * numpy.pi * hertz * time / sounds.RATE) * loud).astype(numpy.int16)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sounds.RATE)
        file.writeframes(samples.tobytes())


class Pages:
    """One browser, whose microphone hears beeps of one tone; its tabs are the server's pages."""

    def __init__(self, bridge: Bridge, hertz: float = 440):
        self.bridge = bridge
        self.hertz = hertz
        self.complaints: list[str] = []

    async def __aenter__(self) -> "Pages":
        beeps = self.bridge.folder / f"beeps-{self.hertz:g}.wav"
        write_beeps(beeps, self.hertz)
        # Few pictures: half a dozen encoders share this machine.
        arguments = [
            *ARGUMENTS, "--use-fake-device-for-media-stream=fps=5", f"--use-file-for-fake-audio-capture={beeps}"]
        arguments += ["--no-sandbox"] if os.geteuid() == 0 else []
        self.playwright = await async_playwright().start()
        self.chromium = await self.playwright.chromium.launch(executable_path=chromium(), args=arguments)
        return self

    async def __aexit__(self, *_) -> None:
        await self.chromium.close()
        await self.playwright.stop()

    async def open(self, page: str, token: str, room: str = "demo", url: str | None = None) -> "Tab":
        """Opens a page as somebody who was sent its address with the token in the fragment.

        `url` is the server's, where that is reached by another way.
        """
        context = await self.chromium.new_context(ignore_https_errors=True, viewport=VIEW)
        tab = await context.new_page()
        tab.on("pageerror", lambda error: self.complaints.append(f"{page}: {error}"))
        tab.on("console", lambda message: self.hear(page, message))
        await tab.goto(f"{url or self.bridge.url}/{page}#token={token}&room={room}")
        return Tab(tab, page, self)

    def hear(self, page: str, message) -> None:
        """Notes what the browser complains about, such as a breach of the page's security policy.

        An answer that says no is the page's to judge, and no complaint.
        """
        is_answer = message.text.startswith("Failed to load resource") or "HTTP Authentication failed" in message.text
        if message.type == "error" and not is_answer:
            self.complaints.append(f"{page}: {message.text[:300]}")

    def require_no_complaints(self) -> None:
        require(not self.complaints, f"the browser complains: {'; '.join(self.complaints[:3])}")


class Tab:
    """One page of one participant."""

    def __init__(self, tab: Page, page: str, pages: Pages):
        self.tab = tab
        self.page = page
        self.pages = pages

    async def click(self, selector: str, seconds: float = 30) -> None:
        try:
            await self.tab.click(selector, timeout=seconds * 1000)
        except Exception as error:
            raise Failure(f"/{self.page}: {selector} cannot be pressed: {str(error).splitlines()[0]}")

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.tab.keyboard.press(key)

    async def type(self, text: str) -> None:
        await self.tab.keyboard.type(text)

    async def text(self, selector: str) -> str:
        element = await self.tab.query_selector(selector)
        return (await element.text_content() or "").strip() if element else ""

    async def count(self, selector: str) -> int:
        return len(await self.tab.query_selector_all(selector))

    async def shows(self, selector: str, seconds: float = 30, text: str = "") -> float:
        """Waits until something that fits `selector` is seen, with `text` in it; the seconds that it took."""
        async def look() -> bool:
            return any([text in (await item.text_content() or "")
                        for item in await self.tab.query_selector_all(selector) if await item.is_visible()])

        about = f" with “{text}”" if text else ""
        return await eventually(look, seconds, f"/{self.page} shows no {selector}{about}")

    async def shows_no(self, selector: str, seconds: float = 30) -> float:
        """Waits until nothing that fits `selector` is seen."""
        async def look() -> bool:
            return not any([await item.is_visible() for item in await self.tab.query_selector_all(selector)])

        return await eventually(look, seconds, f"/{self.page} still shows {selector}")

    async def plays(self, selector: str, seconds: float = 30) -> None:
        """Waits until a video shows other pictures than before."""
        script = "(video) => video.videoWidth ? video.getVideoPlaybackQuality().totalVideoFrames : -1"
        first: int | None = None

        async def look() -> bool:
            nonlocal first
            video = await self.tab.query_selector(selector)
            frames = await video.evaluate(script) if video else -1
            if frames >= 0 and first is None:
                first = frames
            return first is not None and frames >= first + 5

        await eventually(look, seconds, f"/{self.page}: no moving picture in {selector}")

    async def focus(self) -> str:
        """What has the keyboard: the element's id, else its name."""
        return await self.tab.evaluate("document.activeElement.id || document.activeElement.tagName")

    async def tab_to(self, identifier: str, most: int = 40) -> None:
        """Presses Tab until the element with this id has the keyboard."""
        for _ in range(most):
            if await self.focus() == identifier:
                return
            await self.press("Tab")
        raise Failure(f"/{self.page}: {most} times Tab do not lead to #{identifier}")

    async def photograph(self, name: str) -> None:
        """Keeps a picture of the page to be looked at."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        await self.tab.screenshot(path=PICTURES / f"{name}.png")
