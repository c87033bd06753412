"""The size of a published network: units, the connections between them, and parameters that are learnt."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counts:
    """The size of a network as papers give it.

    Parameters
    ----------
    units : int
        Units, including the pixels of the input.
    connections : int
        Connections from one unit, or from the constant 1 of a bias, to another unit.
    parameters : int
        Parameters that are learnt; shared weights count once.
    """

    units: int
    connections: int
    parameters: int
