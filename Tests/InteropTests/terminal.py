"""A terminal of 80 × 24 in tmux, on which the command line runs."""

import asyncio
import itertools
import shlex
import shutil

from bridge import Bridge, environment
from harness import Failure, Skipped, eventually, require

numbers = itertools.count(1)


async def tmux(socket: str, *arguments: str, check: bool = True) -> str:
    """Runs a tmux command on the server of that name and returns what it printed."""
    process = await asyncio.create_subprocess_exec(
        "tmux", "-u", "-L", socket, "-f", "/dev/null", *arguments, stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=environment())
    output, errors = await process.communicate()
    if check and process.returncode != 0:
        raise Failure(f"tmux {arguments[0]}: {errors.decode().strip()}")
    return output.decode(errors="replace")


class Terminal:
    """One command on a terminal of its own; what it shows is `screen()`, its end is `status()`."""

    def __init__(self, bridge: Bridge, *arguments: object, columns: int = 80, rows: int = 24):
        self.arguments = [str(bridge.program.path), *map(str, arguments)]
        self.socket = f"diemcau-{bridge.port}-{next(numbers)}"
        self.size = (columns, rows)
        self.settings = bridge.folder / f"{self.socket}.stty"

    async def __aenter__(self) -> "Terminal":
        if shutil.which("tmux") is None:
            raise Skipped("no tmux here")
        columns, rows = self.size
        # The shell stays, to tell the end and whether the terminal is as it was.
        script = (f"stty -a >{self.settings}; {shlex.join(self.arguments)}; echo ENDED $?; "
                  f"stty -a | cmp -s - {self.settings} && echo RESTORED; exec sleep 1000")
        await tmux(self.socket, "new-session", "-d", "-x", str(columns), "-y", str(rows), script)
        return self

    async def __aexit__(self, *_) -> None:
        await tmux(self.socket, "kill-server", check=False)

    async def screen(self) -> str:
        return await tmux(self.socket, "capture-pane", "-p")

    async def keys(self, *keys: str) -> None:
        """Presses keys by tmux's names."""
        await tmux(self.socket, "send-keys", *keys)

    async def text(self, text: str) -> None:
        await tmux(self.socket, "send-keys", "-l", text)

    async def shows(self, text: str, seconds: float = 10) -> float:
        """Waits until the screen shows `text`; the seconds it took."""
        async def is_there() -> bool:
            return text in await self.screen()
        try:
            return await eventually(is_there, seconds, f"no {text!r}")
        except Failure as failure:
            raise Failure(f"{failure}; the screen:\n{await self.screen()}")

    async def lacks(self, text: str, seconds: float = 10) -> None:
        """Waits until the screen no longer shows `text`."""
        async def is_gone() -> bool:
            return text not in await self.screen()
        await eventually(is_gone, seconds, f"{text!r} is still there")

    async def ended(self, status: int, seconds: float = 6) -> None:
        """Waits for the end, which must have that status and leave the terminal as it was."""
        await self.shows("ENDED", seconds)
        await self.shows("RESTORED", 2)
        screen = await self.screen()
        require(f"ENDED {status}" in screen, f"not status {status}:\n{screen}")
