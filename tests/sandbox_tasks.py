"""Tasks for child processes, good and bad."""

import os
import time

import numpy as np


def count(arguments, data):
    """Yield numbers, each with a picture of its value."""
    for value in range(arguments["first"], arguments["last"]):
        yield (
            {"value": value, "length": None if data is None else len(data)},
            np.full((2, 3), value, np.uint8),
        )


def sleep(arguments, data):
    yield {"value": 0}, None
    time.sleep(60)


def spin(arguments, data):
    yield {"value": 0}, None
    while True:
        pass


def fill(arguments, data):
    """Fill memory, a megabyte at a time, and then what NumPy takes at once."""
    kept = []
    while True:
        kept.append(b"x" * 1_000_000)
        yield {"value": len(kept)}, None
        if arguments["at_once"]:
            np.ones(arguments["at_once"], np.uint8)


def die(arguments, data):
    os.abort()
    yield {}, None


def fail(arguments, data):
    yield {"value": 1}, None
    raise RuntimeError("no such font\nand more")


def start_slowly(arguments, data):
    """Take two seconds of the processor before the first item, as loading a library may."""
    end = time.process_time() + 2.2
    while time.process_time() < end:
        pass
    return iter([({"value": 1}, None)])


def tell_process(arguments, data):
    yield {"process": os.getpid()}, None
