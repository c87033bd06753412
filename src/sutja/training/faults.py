"""What can go wrong in training."""

from __future__ import annotations

from sutja.errors import SutjaError


class TrainingError(SutjaError):
    """Data that a network cannot be trained on, a run that cannot go on, or one that went astray."""
