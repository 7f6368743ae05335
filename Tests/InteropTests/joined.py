"""`diemcau join` as a client."""

import asyncio
import json
import shutil
import signal

from bridge import Bridge, environment
from harness import Failure, Skipped, require


class Joined:
    """One `diemcau join` as a child process, and what it has said."""

    def __init__(self, bridge: Bridge, point: str, *options: str, within: tuple[str, ...] = (), room: str = "demo"):
        """`within` is the command that the program is an argument of, if any."""
        self.bridge = bridge
        self.within = within
        self.point = point
        self.room = room
        self.options = options
        self.lines: list[dict] = []
        self.complaints = ""

    async def __aenter__(self) -> "Joined":
        if shutil.which("ffmpeg") is None:
            raise Skipped("no ffmpeg here")
        token = self.bridge.folder / f"token-{self.point}"
        token.write_text(await self.bridge.token(self.point, room=self.room))
        self.process = await asyncio.create_subprocess_exec(
            *self.within, self.bridge.program.path, "join", self.bridge.url, "--ca", str(self.bridge.certificate),
            "--room", self.room, "--as", self.point, "--token-file", str(token), *self.options,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            env=environment())
        self.readers = [asyncio.create_task(self.listen()), asyncio.create_task(self.hear())]
        return self

    async def __aexit__(self, *_) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()
        await asyncio.gather(*self.readers)

    async def listen(self) -> None:
        async for line in self.process.stdout:
            if line.startswith(b"{"):
                self.lines.append(json.loads(line))

    async def hear(self) -> None:
        async for line in self.process.stderr:
            self.complaints += line.decode(errors="replace")

    @property
    def state(self) -> str:
        return self.lines[-1]["state"] if self.lines else ""

    def packets(self, slot: str) -> int:
        """How many packets a slot had got by the last line."""
        slots = self.lines[-1]["slots"] if self.lines else []
        return next((item["packets"] for item in slots if item["slot"] == slot), 0)

    async def leave(self) -> None:
        """Ctrl-C, after which it must end within 5 s with status 0."""
        self.process.send_signal(signal.SIGINT)
        try:
            status = await asyncio.wait_for(self.process.wait(), 5)
        except TimeoutError:
            raise Failure("it did not leave within 5 s")
        require(status == 0, f"it left with status {status}: {self.complaints.strip()[-300:]}")
