"""What a published network is made of: neurons, the connections between them, and numbers that are learnt."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counts:
    """The size of a network as papers give it.

    Parameters
    ----------
    units : int
        Neurons, the pixels of the input among them.
    connections : int
        From one unit, or from the constant 1 of a bias, to another unit.
    parameters : int
        Numbers that are learnt; shared weights count once.
    """

    units: int
    connections: int
    parameters: int
