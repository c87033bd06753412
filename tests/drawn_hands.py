"""Written digits for tests of composed pages: what real data give, drawn."""

from functools import lru_cache

import numpy as np

from sutja.synthesis.crops.glyphs.written import WrittenDigits
from sutja.synthesis.crops.sources import Sources


@lru_cache(maxsize=1)
def sources():
    """Written digits of two writers: frames, each with as many bars as the digit says."""
    pictures, labels, writers = [], [], []
    for writer in range(2):
        for digit in range(10):
            picture = np.zeros((28, 28), np.uint8)
            picture[4:24, 8 : 18 + writer] = 255
            picture[7:21, 11 : 15 + writer] = 0
            picture[6 + digit, 8:18] = 255
            pictures.append(picture)
            labels.append(digit)
            writers.append(writer)
    return Sources(written_digits=[(1.0, WrittenDigits.from_arrays("drawn", pictures, labels, writers))])
