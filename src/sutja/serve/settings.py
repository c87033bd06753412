"""Settings of a server: what it may take, which models it has, and who may ask."""

from __future__ import annotations

import ipaddress
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from sutja.errors import SutjaError

VARIABLE = "SUTJA_SERVE"  # hands the settings to worker processes
TOKEN_LENGTH = 16  # characters, at least
RESEARCH = ("numbers", "pages", "spoken")  # have learnt from data that are not under open terms too
BUNDLED = (
    "numbers",
    "numbers-open",
    "digits",
    "mlp",
    "lecun1989",
    "lenet5",
    "pages",
    "spoken",
    "spoken-open",
)


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one request, and of the queue.

    Attributes
    ----------
    bytes : int
        Bytes of a request's body.
    pixels : int
        Pixels of a picture.
    pages : int
        Pages of a document.
    seconds : float
        Seconds of a recording.
    inputs : int
        Files of a request.
    queue : int
        Files that may wait, in each process; beyond them the answer is 429.
    """

    bytes: int = 50_000_000
    pixels: int = 50_000_000
    pages: int = 200
    seconds: float = 3600.0
    inputs: int = 256
    queue: int = 512


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of a server.

    Attributes
    ----------
    models : tuple[str, ...]
        Model files beside the bundled ones; requests name them by their file's name.
    threads : int
        Threads of a network.
    limits : Limits
        What it takes.
    tokens : tuple[str, ...]
        Bearer tokens, one of which a request must carry; none where nobody is asked.
    local : bool
        True if it listens to this machine alone: then it answers to the names of this machine alone.
    check : str | None
        JSON lines file whose doubtful numbers are checked at the desk.
    pictures : str | None
        Folder of the pictures that the file names; None where their paths are as they stand.
    out : str | None
        Folder of what the desk writes.
    workers : int
        Processes of the server.
    studies : tuple[str, ...]
        Folders of comparisons that the page shows.
    only_open : bool
        Offer no bundled model but those that have learnt from data under open terms alone.
    second_listener : str | None
        Folder of a faster-whisper model, asked where the listener is not sure.
    """

    models: tuple[str, ...] = ()
    threads: int = 1
    limits: Limits = field(default_factory=Limits)
    tokens: tuple[str, ...] = ()
    local: bool = True
    check: str | None = None
    pictures: str | None = None
    out: str | None = None
    workers: int = 1
    studies: tuple[str, ...] = ()
    only_open: bool = False
    second_listener: str | None = None

    def to_environment(self) -> dict[str, str]:
        """Write the settings as an environment variable, for worker processes."""
        return {VARIABLE: json.dumps(asdict(self))}


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings that `Settings.to_environment` wrote; the defaults where there are none."""
    values: dict[str, Any] = json.loads(environment.get(VARIABLE, "{}"))
    limits = Limits(**values.pop("limits", {}))
    tuples = {key: tuple(value) for key, value in values.items() if isinstance(value, list)}
    return Settings(**{**values, **tuples}, limits=limits)


def is_local(host: str) -> bool:
    """Tell whether an address is that of this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_host(host: str, tokens: tuple[str, ...]) -> None:
    """Refuse to open to a network without a token, or with one that is easily guessed.

    Raises
    ------
    SutjaError
        The address is not this machine's and there is no token, or a token is too short.
    """
    if any(len(token) < TOKEN_LENGTH for token in tokens):
        raise SutjaError(
            f"a token has fewer than {TOKEN_LENGTH} characters",
            where="tokens",
            remedy="make one with: python -c 'import secrets; print(secrets.token_urlsafe())'",
        )
    if not is_local(host) and not tokens:
        raise SutjaError(
            "opens to the network, where anybody could ask",
            where=f"host {host}",
            remedy="give a token in SUTJA_TOKEN or with --token-file, or leave --host out",
        )
