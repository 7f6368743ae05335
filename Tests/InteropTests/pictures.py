"""Pictures that say which source drew them and their number, in blocks of black and white that survive any codec."""

import numpy

WIDTH, HEIGHT = 320, 240
BITS = 16  # four of the source, twelve of the number
CELL = WIDTH // BITS
ROW = 40  # height of the row of bits, and of the row below it in which each bit stands inverted


def draw(source: int, number: int) -> numpy.ndarray:
    """Picture `number` of `source` (0 … 15), RGB, with something that moves below the bits."""
    value = (source & 15) << 12 | (number & 0xFFF)
    picture = numpy.empty((HEIGHT, WIDTH, 3), numpy.uint8)
    for bit in range(BITS):
        light = 255 if value >> (BITS - 1 - bit) & 1 else 0
        columns = slice(bit * CELL, (bit + 1) * CELL)
        picture[:ROW, columns] = light
        picture[ROW:2 * ROW, columns] = 255 - light
    across = numpy.arange(WIDTH, dtype=numpy.uint32)
    down = numpy.arange(2 * ROW, HEIGHT, dtype=numpy.uint32)
    moving = (across[None, :] + down[:, None] + 3 * number) & 0xFF
    picture[2 * ROW:, :, 0] = moving
    picture[2 * ROW:, :, 1] = 255 - moving
    picture[2 * ROW:, :, 2] = source * 16
    return picture


def read(light: numpy.ndarray) -> tuple[int, int] | None:
    """Source and number of a picture of any size from its luminance; `None` where the two rows do not agree."""
    height, width = light.shape
    value = 0
    for bit in range(BITS):
        column = int((bit + 0.5) * width / BITS)
        upper = light[int(0.5 * ROW * height / HEIGHT), column] > 127
        lower = light[int(1.5 * ROW * height / HEIGHT), column] > 127
        if upper == lower:
            return None
        value = value << 1 | int(upper)
    return value >> 12, value & 0xFFF


def is_later(number: int, than: int) -> bool:
    """Whether twelve-bit `number` comes after `than`."""
    return 0 < ((number - than) & 0xFFF) < 0x800
