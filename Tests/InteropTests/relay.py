"""A relay for datagrams between one client and the server, which loses some of them."""

import asyncio
import collections
import random
import re
import socket

from bridge import Bridge


class _Side(asyncio.DatagramProtocol):
    def __init__(self, receive):
        self.receive = receive
        self.transport = None

    def connection_made(self, transport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, address) -> None:
        self.receive(data, address)

    def error_received(self, error) -> None:
        """A client or a server that has gone: what it was sent is lost."""


class _Socket:
    """A datagram socket that is there at once, without waiting for the loop to make it."""

    def __init__(self, bound: socket.socket, side: _Side):
        self.bound = bound
        self.side = side
        asyncio.get_running_loop().add_reader(bound, self.read)

    def read(self) -> None:
        try:
            self.side.datagram_received(*self.bound.recvfrom(65_536))
        except OSError as error:
            self.side.error_received(error)

    def sendto(self, data: bytes, address) -> None:
        try:
            self.bound.sendto(data, address)
        except OSError as error:
            self.side.error_received(error)

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
        self.port = 0
        self.far: dict = {}  # by the client's address: the socket that the server sees

    async def __aenter__(self) -> "DatagramRelay":
        loop = asyncio.get_running_loop()
        _, self.near = await loop.create_datagram_endpoint(
            lambda: _Side(self.from_client), local_addr=("127.0.0.1", 0))
        self.port = self.near.transport.get_extra_info("sockname")[1]
        return self

    async def __aexit__(self, *_) -> None:
        self.near.transport.close()
        self.move()

    def move(self) -> None:
        """From now on the server sees the client at other ports, and the old ones are gone."""
        for side in self.far.values():
            side.transport.close()
        self.far = {}

    def from_client(self, data: bytes, address) -> None:
        if self.passes(data, True):
            self.side(address).transport.sendto(data, ("127.0.0.1", self.server_port))

    def side(self, client) -> _Side:
        """The socket for one of the client's addresses."""
        if client not in self.far:
            side = _Side(lambda data, _: self.from_server(data, client))
            new = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            new.setblocking(False)
            new.bind(("127.0.0.1", 0))
            self.far[client] = side
            side.connection_made(_Socket(new, side))
        return self.far[client]

    def from_server(self, data: bytes, client) -> None:
        if self.passes(data, False):
            self.near.transport.sendto(data, client)

    def passes(self, data: bytes, to_server: bool) -> bool:
        """Draws whether a datagram goes through, and counts it."""
        if self.random.random() < self.loss:
            self.dropped[to_server] += 1
            return False
        # RTP and no RTCP: first byte as RFC 7983 §7, payload type as RFC 5761 §4.
        if len(data) >= 12 and 128 <= data[0] <= 191 and not 192 <= data[1] <= 223:
            self.media[to_server, data[1] & 0x7F] += 1
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
