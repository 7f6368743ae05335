"""The server under test: a process of its own, on free ports of this machine, with a state folder of its own."""

import asyncio
import os
import shutil
import signal
import socket
import ssl
import time
from dataclasses import dataclass
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent.parent


def environment() -> dict[str, str]:
    """This process's environment without the program's own variables."""
    return {name: value for name, value in os.environ.items() if not name.startswith("DIEMCAU_")}


@dataclass
class Program:
    """The built command line."""

    path: Path

    async def run(self, *arguments: str, seconds: float = 15) -> str:
        """Runs a command to its end and returns what it printed."""
        status, output, errors = await self.attempt(*arguments, seconds=seconds)
        if status != 0:
            raise RuntimeError(f"diemcau {' '.join(arguments)}: status {status}: {errors.strip()}")
        return output

    async def attempt(self, *arguments: str, seconds: float = 15) -> tuple[int, str, str]:
        """Runs a command to its end and returns its status, what it printed and what it complained about."""
        process = await asyncio.create_subprocess_exec(
            self.path, *arguments, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE, env=environment())
        try:
            output, errors = await asyncio.wait_for(process.communicate(), seconds)
        except TimeoutError:
            process.kill()
            await process.wait()
            raise RuntimeError(f"diemcau {' '.join(arguments)}: not done within {seconds:g} s")
        return process.returncode, output.decode(), errors.decode()


def free_port(count: int) -> int:
    """A port that is free for TCP on 127.0.0.1, and with it `count` ports from it on for UDP."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream:
            stream.bind(("127.0.0.1", 0))
            port = stream.getsockname()[1]
            if port + count < 65_536 and all(is_free_for_datagrams(port + index) for index in range(count)):
                return port


def is_free_for_datagrams(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        try:
            datagrams.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def describe(status: int) -> str:
    """A process's end in words."""
    return f"signal {signal.Signals(-status).name}" if status < 0 else f"status {status}"


class Bridge:
    """One running server with the demo room, whose points are trung-tam, tinh, xa-1, xa-2 and phuong-1.

    More rooms come by their names from the package's folder of rooms.
    """

    def __init__(self, program: Program, folder: Path, loops: int = 1, metrics: bool = False,
                 rooms: tuple[str, ...] = (), options: tuple[str, ...] = (), address: str = "127.0.0.1"):
        self.program = program
        self.folder = folder
        self.state = folder / "state"
        self.rooms = folder / "Rooms"
        self.loops = loops
        self.room_names = ("demo", *rooms)
        self.port = free_port(loops)
        self.address = address
        self.url = f"https://{address}:{self.port}"
        self.metrics_port = free_port(1) if metrics else None
        self.options = options
        self.process: asyncio.subprocess.Process | None = None
        self.log = folder / "server.log"
        self.stopped = False

    @property
    def certificate(self) -> Path:
        return self.state / "certificate.pem"

    @property
    def media_ports(self) -> range:
        return range(self.port, self.port + self.loops)

    async def start(self) -> None:
        """Starts the server and waits until it serves."""
        self.rooms.mkdir(exist_ok=True)
        for name in self.room_names:
            for file in (PACKAGE / "Rooms").glob(f"{name}.*"):
                shutil.copy(file, self.rooms)
        arguments = [
            "serve", "--rooms", self.rooms, "--state", self.state, "--listen", f"{self.address}:{self.port}",
            "--loops", str(self.loops), *self.options]
        if self.metrics_port:
            arguments += ["--metrics", f"127.0.0.1:{self.metrics_port}"]
        with open(self.log, "ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                self.program.path, *arguments, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
                env=environment())
        await self.wait_until_ready()

    async def wait_until_ready(self, seconds: float = 15) -> None:
        begin = time.monotonic()
        while time.monotonic() - begin < seconds:
            if self.process.returncode is not None:
                raise RuntimeError(f"the server ended with {describe(self.process.returncode)} at its start")
            if self.certificate.exists():
                try:
                    _, writer = await asyncio.open_connection(self.address, self.port, ssl=self.tls())
                    writer.close()
                    return
                except (OSError, ssl.SSLError):
                    pass
            await asyncio.sleep(0.05)
        raise RuntimeError(f"the server does not serve after {seconds:g} s")

    def tls(self) -> ssl.SSLContext:
        """Trust in the certificate that the server made for itself, and in nothing else."""
        return ssl.create_default_context(cafile=str(self.certificate))

    async def token(self, code: str, role: str = "point", room: str = "demo", *options: str) -> str:
        output = await self.program.run(
            "token", "--state", str(self.state), "--room", room, "--as", code, "--role", role, *options)
        return output.strip()

    def memory(self) -> int:
        """The server's resident memory in KiB."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        raise RuntimeError("no VmRSS")

    async def terminate(self, seconds: float = 10) -> float:
        """Sends SIGTERM and waits for the end, which must come in time and with status 0; the seconds it took."""
        self.stopped = True
        begin = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            status = await asyncio.wait_for(self.process.wait(), seconds)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()
            raise RuntimeError(f"the server did not end within {seconds:g} s of SIGTERM")
        if status != 0:
            raise RuntimeError(f"the server ended with {describe(status)}")
        return time.monotonic() - begin

    async def stop(self) -> str | None:
        """Ends the server if it has not been ended; what was wrong with its end, if anything."""
        if self.process is None or self.stopped:
            return None
        if self.process.returncode is not None:
            return f"the server ended by itself with {describe(self.process.returncode)}"
        try:
            await self.terminate()
        except RuntimeError as error:
            return str(error)
        return None

    def log_tail(self, lines: int = 40) -> str:
        """The last lines that the server wrote."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(f"    | {line}" for line in text.splitlines()[-lines:])
