"""The pool: chunks come from another process, and a worker that dies is reported."""

import functools
import os

import pytest

from sutja.signals.preprocessing.normalisation import NormaliseParams
from sutja.synthesis.crops.composer import Composer
from sutja.synthesis.crops.sources import Sources
from sutja.training.transcribe.batches import ComposedCrops


def test_chunks_come_from_a_worker():
    make = functools.partial(Composer, Sources(), weights={"printed": 1.0})
    pool = ComposedCrops(make, NormaliseParams(), seed=1, chunk=8)
    try:
        chunk = pool.take()
        assert len(chunk) == 8
        assert chunk[0].pixels.shape[0] == 32
    finally:
        pool.close()


def test_a_worker_that_fails_says_why():
    pool = ComposedCrops(
        functools.partial(Composer, Sources(), weights={"runes": 1.0}), NormaliseParams(), seed=1
    )
    try:
        with pytest.raises(RuntimeError, match="no such kinds"):
            pool.take()
    finally:
        pool.close()


def test_a_worker_that_is_killed_is_missed():
    pool = ComposedCrops(os._exit, NormaliseParams(), seed=3)  # the worker's seed is its exit code
    try:
        with pytest.raises(RuntimeError, match=r"exit codes: \[3\]"):
            pool.take()
    finally:
        pool.close()
