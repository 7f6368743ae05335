"""Tones, and how much of what was heard is one of them."""

import numpy

RATE = 48_000
SAMPLES = 960  # 20 ms


def tone(hertz: float, first_sample: int) -> numpy.ndarray:
    """20 ms of a tone at a quarter of full scale, 16 bit, beginning at `first_sample` of its life."""
    time = (first_sample + numpy.arange(SAMPLES)) / RATE
    return (8_000 * numpy.sin(2 * numpy.pi * hertz * time)).astype(numpy.int16)


def share(samples: numpy.ndarray, hertz: float) -> float:
    """The part of the power of `samples` (mono, 48 kHz) within 30 Hz of a tone, 0 … 1; 0 for silence."""
    power = numpy.abs(numpy.fft.rfft(samples * numpy.hanning(len(samples)))) ** 2
    frequencies = numpy.fft.rfftfreq(len(samples), 1 / RATE)
    total = power.sum()
    if total < 1:
        return 0.0
    return float(power[numpy.abs(frequencies - hertz) <= 30].sum() / total)
