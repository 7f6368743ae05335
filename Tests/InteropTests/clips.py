"""Clips with numbered pictures and a tone, and what a recording of one shows."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

import av
import numpy

import pictures
import sounds

COUNT = 120  # pictures in a clip: eight seconds


def light(source: int, number: int) -> numpy.ndarray:
    """The luminance of a picture as a codec keeps it (BT.601, 16 … 235)."""
    red, green, blue = (pictures.draw(source, number)[:, :, index].astype(numpy.float64) for index in range(3))
    return 16 + (65.738 * red + 129.057 * green + 25.064 * blue) / 256


async def make(path: Path, source: int, hertz: float, rate: int = 15) -> None:
    """Writes a clip of `COUNT` pictures with a tone."""
    size = f"{pictures.WIDTH}x{pictures.HEIGHT}"
    process = await asyncio.create_subprocess_exec(
        "ffmpeg", "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-r", str(rate),
        "-i", "pipe:0", "-f", "lavfi", "-i", f"sine=frequency={hertz}:sample_rate={sounds.RATE}",
        "-c:v", "libx264", "-crf", "12", "-pix_fmt", "yuv420p", "-c:a", "aac", "-shortest", str(path),
        stdin=asyncio.subprocess.PIPE)
    data = b"".join(pictures.draw(source, number).tobytes() for number in range(COUNT))
    await process.communicate(data)
    if process.returncode != 0:
        raise RuntimeError(f"ffmpeg: status {process.returncode}")


@dataclass
class Recording:
    """What a recorded file holds."""

    numbers: list[int]  # of the pictures that can be read, in order
    unreadable: int
    likeness: list[float]  # each picture's PSNR in dB against the one that was sent
    control: list[float]  # and against another one, which must be far lower
    tone: float  # share of the tone in the sound
    seconds: float  # of sound


def read(path: Path, source: int, hertz: float) -> Recording:
    """Decodes a recording of a clip that `make` made."""
    result = Recording([], 0, [], [], 0, 0)
    heard = []
    with av.open(str(path)) as file:
        for frame in file.decode(video=0, audio=0):
            if isinstance(frame, av.AudioFrame):
                heard.append(frame.to_ndarray().reshape(len(frame.layout.channels), -1)[0]
                             if frame.format.is_planar else
                             frame.to_ndarray().reshape(-1, len(frame.layout.channels))[:, 0])
                continue
            plane = frame.reformat(pictures.WIDTH, pictures.HEIGHT, "yuv420p").to_ndarray()[:pictures.HEIGHT]
            marks = pictures.read(plane)
            if marks is None or marks[0] != source:
                result.unreadable += 1
                continue
            result.numbers.append(marks[1])
            result.likeness.append(psnr(plane, light(source, marks[1])))
            result.control.append(psnr(plane, light(source, (marks[1] + COUNT // 2) % COUNT)))
    if heard:
        samples = numpy.concatenate(heard).astype(numpy.float64)
        result.seconds = len(samples) / sounds.RATE
        result.tone = sounds.share(samples[-2 * sounds.RATE:] * 32_768, hertz)
    return result


def psnr(one: numpy.ndarray, other: numpy.ndarray) -> float:
    """Peak signal to noise ratio of two pictures, in dB."""
    error = numpy.mean((one.astype(numpy.float64) - other) ** 2)
    return 99.0 if error == 0 else float(10 * numpy.log10(255 ** 2 / error))
