"""Mutate bytes at random: flips, cuts, copies, and values at the edges of number types."""

import random

_EDGES = [
    b"\xff" * 4,
    b"\0" * 4,
    b"\x7f\xff\xff\xff",
    b"\x80\0\0\0",
    b"9" * 30,
    b"-1",
    b"1e999",
    b"null",
    b"NaN",
    b"\0",
]


def mutate(data: bytes, generator: random.Random) -> bytes:
    """Change bytes in one to four places."""
    changed = bytearray(data)
    for _ in range(generator.randint(1, 4)):
        place = generator.randrange(len(changed) + 1)
        kind = generator.randrange(5)
        if kind == 0 and changed:
            changed[place % len(changed)] ^= 1 << generator.randrange(8)
        elif kind == 1:
            changed[place : place + generator.randint(1, 20)] = b""
        elif kind == 2:
            length = generator.randint(1, 20)
            changed[place:place] = changed[place : place + length]
        elif kind == 3:
            edge = generator.choice(_EDGES)
            changed[place : place + (len(edge) if generator.random() < 0.5 else 0)] = edge
        elif changed:
            changed[place % len(changed)] = generator.randrange(256)
    return bytes(changed)
