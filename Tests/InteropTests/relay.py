"""A relay for datagrams between one client and the server, which loses some of them."""

import asyncio
import collections
import random
import re
import socket

from bridge import Bridge


class _Socket:
    """A datagram socket on a free port, which hands on what comes; what cannot be sent is lost."""

    def __init__(self, receive):
        self.receive = receive
        self.bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.bound.setblocking(False)
        self.bound.bind(("127.0.0.1", 0))
        asyncio.get_running_loop().add_reader(self.bound, self.read)

    @property
    def port(self) -> int:
        return self.bound.getsockname()[1]

    def read(self) -> None:
        try:
            while True:
                self.receive(*self.bound.recvfrom(65_536))
        except OSError:  # nothing more, or the other side has gone
            pass

    def send(self, data: bytes, address) -> None:
        try:
            self.bound.sendto(data, address)
        except OSError:
            pass

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self.bound)
        self.bound.close()


class DatagramRelay:
    """Listens on a port of its own; what comes there goes to the server's, and back, `loss` of each way left out.

    As a NAT does, it shows the server another port for each of the client's addresses.
    """

    def __init__(self, bridge: Bridge, loss: float, seed: int):
        self.loss = loss
        self.random = random.Random(seed)
        self.server_port = bridge.port
        self.dropped = [0, 0]  # to the client, to the server
        self.media: collections.Counter = collections.Counter()  # (to server, payload type) of RTP that went through
        self.last_media: bytes | None = None  # the last RTP packet of the client
        self.far: dict[tuple, _Socket] = {}  # by the client's address: the socket that the server sees

    async def __aenter__(self) -> "DatagramRelay":
        self.near = _Socket(self.from_client)
        self.port = self.near.port
        return self

    async def __aexit__(self, *_) -> None:
        self.near.close()
        self.move()

    def move(self) -> None:
        """From now on the server sees the client at other ports, and the old ones are gone."""
        for side in self.far.values():
            side.close()
        self.far = {}

    def from_client(self, data: bytes, client) -> None:
        if not self.passes(data, True):
            return
        if client not in self.far:
            self.far[client] = _Socket(lambda answer, _: self.from_server(answer, client))
        self.far[client].send(data, ("127.0.0.1", self.server_port))

    def inject(self, data: bytes) -> None:
        """Sends the server a datagram that the client never sent, from the client's address."""
        next(iter(self.far.values())).send(data, ("127.0.0.1", self.server_port))

    def from_server(self, data: bytes, client) -> None:
        if self.passes(data, False):
            self.near.send(data, client)

    def passes(self, data: bytes, to_server: bool) -> bool:
        """Draws whether a datagram goes through, and counts it."""
        if self.random.random() < self.loss:
            self.dropped[to_server] += 1
            return False
        # RTP and no RTCP: first byte as RFC 7983 §7, payload type as RFC 5761 §4.
        if len(data) >= 12 and 128 <= data[0] <= 191 and not 192 <= data[1] <= 223:
            self.media[to_server, data[1] & 0x7F] += 1
            if to_server:
                self.last_media = data
        return True

    def count(self, to_server: bool, payload_types: set[int]) -> int:
        """How many RTP packets of these types went through one way."""
        return sum(self.media[to_server, item] for item in payload_types)

    @staticmethod
    def rtx_types(description: str) -> set[int]:
        """The payload types of RTX (RFC 4588) in a session description."""
        return {int(item) for item in re.findall(r"a=rtpmap:(\d+) rtx/", description)}


def redirect(answer: str, relay: DatagramRelay) -> str:
    """The answer with the relay's port in its candidates."""
    ports = {int(item) for item in re.findall(r"a=candidate:\S+ 1 udp \d+ 127\.0\.0\.1 (\d+)", answer, re.IGNORECASE)}
    if len(ports) != 1:
        raise RuntimeError(f"the answer has candidates with ports {sorted(ports)}")
    relay.server_port = ports.pop()
    return re.sub(rf"(a=candidate:\S+ 1 udp \d+ 127\.0\.0\.1) {relay.server_port}\b", rf"\1 {relay.port}", answer,
                  flags=re.IGNORECASE)
