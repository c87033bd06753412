"""Speaks the recordings in examples/sounds/, with the program espeak-ng and some noise.

    python recipes/example_sounds.py        (after apt install espeak-ng)

Each is as it may come from a telephone, a stocktaking or a dictating machine; two hold no number.
`examples/sounds/truth.csv` says what is said.
"""

from __future__ import annotations

import csv
import io
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

RATE = 16_000  # samples a second, of what is composed


@dataclass(frozen=True, slots=True)
class Example:
    """Text to speak, "|" for a pause of a second; its voice and speed; and the format of the file."""

    name: str
    text: str
    voice: str
    speed: int = 150  # words a minute
    noise: float = 0.002  # of full scale
    rate: int = 16_000
    telephone: bool = False


EXAMPLES = (
    Example(
        "telephone-number.mp3", "two one two | five five five | oh one four two", "en-us+f2", 140, rate=44_100
    ),
    Example(
        "order-number.wav", "double oh seven three one nine", "en-gb+m3", 130, rate=8_000, telephone=True
    ),
    Example("meter-reading.flac", "forty eight thousand two hundred and thirteen", "en-gb-scotland+f3", 140),
    Example("postcode.ogg", "nine four one oh three", "en-us+m2", 135, noise=0.01),
    Example("pairs.flac", "nineteen eighty four", "en-us+f4", 140),
    Example(
        "stocktaking.ogg",
        "one hundred and twenty | | | fifty six | | | three hundred and five | | | eighteen",
        "en-gb+f1",
        135,
    ),
    Example("no-number.ogg", "would you please leave the parcel with our neighbour", "en-gb+m1", 150),
    Example("silence.flac", "", ""),
)


def speak(text: str, voice: str, speed: int) -> NDArray[np.float32]:
    """Words in a voice of espeak-ng, float32 (n,) at `RATE`."""
    done = subprocess.run(
        ["espeak-ng", "-v", voice, "-s", str(speed), "--stdout", text], capture_output=True, check=True
    )
    samples, rate = soundfile.read(io.BytesIO(done.stdout), dtype="float32")
    return np.asarray(soxr.resample(samples, rate, RATE), np.float32)


def compose(example: Example, seed: int) -> NDArray[np.float32]:
    """The recording at `RATE`: words, pauses, and the noise of a room."""
    rng = np.random.default_rng(seed)
    parts = [np.zeros(round(0.5 * RATE), np.float32)]
    for group in example.text.split("|"):
        if group.strip():
            parts.append(speak(group.strip(), example.voice, example.speed))
        parts.append(np.zeros(RATE, np.float32))
    samples = np.concatenate(parts)
    samples = 0.4 * samples / max(1e-6, float(np.abs(samples).max()))
    hum = np.cumsum(rng.normal(0, 1, len(samples)))
    hum -= np.convolve(hum, np.full(801, 1 / 801), "same")
    noise = rng.normal(0, 1, len(samples)) + hum / max(1e-6, float(hum.std()))
    return (samples + example.noise * noise * bool(example.text)).astype(np.float32)


def write(folder: Path, example: Example, seed: int) -> None:
    """Compose a recording and keep it in its format."""
    samples = compose(example, seed)
    if example.telephone:
        samples = soxr.resample(soxr.resample(samples, RATE, 7_000), 7_000, RATE)
    kept = soxr.resample(samples, RATE, example.rate)
    soundfile.write(folder / example.name, kept, example.rate)


def main(folder: Path | None = None) -> None:
    """Speak them all."""
    folder = folder or Path(__file__).resolve().parents[1] / "examples" / "sounds"
    folder.mkdir(parents=True, exist_ok=True)
    for seed, example in enumerate(EXAMPLES):
        write(folder, example, seed)
    with (folder / "truth.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["path", "text"])
        writer.writerows(
            [example.name, " ".join(example.text.replace("|", " ").split())] for example in EXAMPLES
        )


if __name__ == "__main__":
    main()
