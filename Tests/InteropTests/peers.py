"""aiortc as a WHIP sender and a WHEP receiver."""

import asyncio
import fractions
import time
from urllib.parse import urljoin

import aiohttp
import aioice.ice
import av
import numpy
from aiortc import (MediaStreamTrack, RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCRtpSender,
                    RTCSessionDescription)
from aiortc.mediastreams import MediaStreamError

import pictures
import sounds
from bridge import Bridge
from harness import Failure, eventually, require

# The library offers no loopback address by itself; these tests have no other.
aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]

VIDEO_CLOCK = fractions.Fraction(1, 90_000)
AUDIO_CLOCK = fractions.Fraction(1, sounds.RATE)


class Pace:
    """Waits for the moments of a stream: item n at begin + n · step."""

    def __init__(self, step: float):
        self.step = step
        self.begin: float | None = None
        self.count = -1

    async def next(self) -> int:
        now = time.monotonic()
        self.begin = now if self.begin is None else self.begin
        self.count += 1
        await asyncio.sleep(max(0.0, self.begin + self.count * self.step - now))
        return self.count


class NumberedPictures(MediaStreamTrack):
    """A camera whose pictures say source and number."""

    kind = "video"

    def __init__(self, source: int, rate: int = 15):
        super().__init__()
        self.source = source
        self.rate = rate
        self.pace = Pace(1 / rate)

    async def recv(self) -> av.VideoFrame:
        number = await self.pace.next()
        frame = av.VideoFrame.from_ndarray(pictures.draw(self.source, number), format="rgb24")
        frame.pts = number * 90_000 // self.rate
        frame.time_base = VIDEO_CLOCK
        return frame


class Tone(MediaStreamTrack):
    """A microphone that hears one tone."""

    kind = "audio"

    def __init__(self, hertz: float):
        super().__init__()
        self.hertz = hertz
        self.pace = Pace(sounds.SAMPLES / sounds.RATE)

    async def recv(self) -> av.AudioFrame:
        first = await self.pace.next() * sounds.SAMPLES
        frame = av.AudioFrame(format="s16", layout="mono", samples=sounds.SAMPLES)
        frame.planes[0].update(sounds.tone(self.hertz, first).tobytes())
        frame.sample_rate = sounds.RATE
        frame.pts = first
        frame.time_base = AUDIO_CLOCK
        return frame


class Screen:
    """What one receiving video section showed."""

    def __init__(self):
        self.decoded = 0
        self.readable = 0
        self.backwards = 0
        self.by_source: dict[int, int] = {}
        self.last: tuple[int, int] | None = None
        self.longest_gap = 0.0
        self.last_at: float | None = None

    def show(self, frame: av.VideoFrame) -> None:
        now = time.monotonic()
        if self.last_at is not None:
            self.longest_gap = max(self.longest_gap, now - self.last_at)
        self.last_at = now
        self.decoded += 1
        marks = pictures.read(frame.reformat(format="gray").to_ndarray())
        if marks is None:
            return
        self.readable += 1
        self.by_source[marks[0]] = self.by_source.get(marks[0], 0) + 1
        if self.last and self.last[0] == marks[0] and pictures.is_later(self.last[1], marks[1]):
            self.backwards += 1
        self.last = marks


class Loudspeaker:
    """What one receiving audio section let hear: the last second of it."""

    def __init__(self):
        self.frames = 0
        self.samples = numpy.zeros(0, numpy.int16)

    def play(self, frame: av.AudioFrame) -> None:
        self.frames += 1
        data = frame.to_ndarray().reshape(-1, len(frame.layout.channels))[:, 0]
        self.samples = numpy.concatenate([self.samples, data])[-sounds.RATE:]

    def share(self, hertz: float) -> float:
        return sounds.share(self.samples, hertz) if len(self.samples) >= sounds.RATE // 2 else 0.0


class Refused(Failure):
    """The server's answer was no 201."""

    def __init__(self, status: int, text: str):
        super().__init__(f"refused: {status} {text.strip()[:300]}")
        self.status = status
        self.text = text


class Peer:
    """One aiortc connection with the media resource that it has at the server."""

    def __init__(self, bridge: Bridge, token: str, room: str = "demo"):
        self.bridge = bridge
        self.token = token
        self.room = room
        # "balanced", the default, leaves the second and further sections of a kind on a transport that it has closed.
        self.connection = RTCPeerConnection(
            RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self.screens: list[Screen] = []
        self.loudspeakers: list[Loudspeaker] = []
        self.tasks: list[asyncio.Task] = []
        self.location: str | None = None
        self.etag: str | None = None
        self.answer = ""
        self.http: aiohttp.ClientSession | None = None
        self.change_answer = lambda text: text
        self.connection.on("track", self.watch)  # comes in the order of the sections, during setRemoteDescription

    async def __aenter__(self) -> "Peer":
        connector = aiohttp.TCPConnector(ssl=self.bridge.tls())
        self.http = aiohttp.ClientSession(connector=connector, headers={"Authorization": f"Bearer {self.token}"})
        return self

    async def __aexit__(self, kind, *_) -> None:
        try:
            # After a failure the first thing that went wrong is what the report should say.
            if self.location and kind is None and not self.bridge.stopped:
                await self.leave()
        finally:
            await self.connection.close()
            for task in self.tasks:
                task.cancel()
            await asyncio.gather(*self.tasks, return_exceptions=True)
            await self.http.close()

    async def publish(self, source: int, codec: str = "VP8", hertz: float = 440, rate: int = 15) -> None:
        """Sends numbered pictures and a tone by WHIP."""
        self.add_tracks(source, codec, hertz, rate)
        for item in self.connection.getTransceivers():
            item.direction = "sendonly"
        await self.offer("whip")

    def add_tracks(self, source: int, codec: str, hertz: float, rate: int) -> None:
        self.connection.addTrack(Tone(hertz))
        self.connection.addTrack(NumberedPictures(source, rate))
        video = next(item for item in self.connection.getTransceivers() if item.kind == "video")
        every = RTCRtpSender.getCapabilities("video").codecs
        kept = (f"video/{codec}".lower(), "video/rtx")
        video.setCodecPreferences([item for item in every if item.mimeType.lower() in kept])

    async def receive(self, video: int = 1, audio: int = 1, route: str = "whep") -> None:
        """Receives so many pictures and sounds by WHEP."""
        for _ in range(audio):
            self.connection.addTransceiver("audio", direction="recvonly")
        for _ in range(video):
            self.connection.addTransceiver("video", direction="recvonly")
        await self.offer(route)

    async def converse(self, source: int, hertz: float, codec: str = "VP8", rate: int = 15) -> None:
        """Sends and receives one picture and one sound on one media resource."""
        self.add_tracks(source, codec, hertz, rate)
        await self.offer("media")

    async def program(self, *points: str) -> None:
        """Chooses who is seen, main picture first; the token must be a chair's or an operator's."""
        url = f"{self.bridge.url}/v1/rooms/{self.room}/program"
        async with self.http.post(url, json={"points": points}) as response:
            require(response.status in (200, 204), f"POST program gave {response.status}: {await response.text()}")

    def watch(self, track: MediaStreamTrack) -> None:
        """Gives a track a screen or a loudspeaker of its own."""
        if track.kind == "video":
            self.screens.append(target := Screen())
            take = target.show
        else:
            self.loudspeakers.append(target := Loudspeaker())
            take = target.play
        self.tasks.append(asyncio.create_task(self.consume(track, take)))

    @staticmethod
    async def consume(track: MediaStreamTrack, take) -> None:
        """Shows or plays what a track receives until it ends."""
        try:
            while True:
                take(await track.recv())
        except MediaStreamError:
            pass

    async def offer(self, route: str) -> None:
        """One exchange of offer and answer, then waits until media can flow."""
        await self.connection.setLocalDescription(await self.connection.createOffer())
        url = f"{self.bridge.url}/v1/rooms/{self.room}/{route}"
        body = self.connection.localDescription.sdp
        async with self.http.post(url, data=body.encode(), headers={"Content-Type": "application/sdp"}) as response:
            self.answer = await response.text()
            if response.status != 201:
                raise Refused(response.status, self.answer)
            self.location = urljoin(url, response.headers["Location"])
            self.etag = response.headers.get("ETag")
        answer = RTCSessionDescription(sdp=self.change_answer(self.answer), type="answer")
        await self.connection.setRemoteDescription(answer)
        await eventually(lambda: self.connection.connectionState != "connecting" and
                         self.connection.connectionState != "new", 15, "no media path")
        state = self.connection.connectionState
        require(state == "connected", f"the connection is {state}")

    async def leave(self) -> None:
        """Ends the media resource at the server."""
        location, self.location = self.location, None
        async with self.http.delete(location) as response:
            require(response.status == 200, f"DELETE gave {response.status}")

    async def received(self, kind: str) -> dict[str, int]:
        """What the library counted for all receiving sections of a kind: packets and lost packets."""
        report = await self.connection.getStats()
        items = [item for item in report.values() if item.type == "inbound-rtp" and item.kind == kind]
        return {"packets": sum(item.packetsReceived for item in items),
                "lost": sum(item.packetsLost for item in items)}
