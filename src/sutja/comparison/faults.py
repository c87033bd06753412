"""What can go wrong in a comparison."""

from __future__ import annotations

from sutja.errors import SutjaError


class ComparisonError(SutjaError, ValueError):
    """Data that nothing can be compared on, or a comparison that cannot go on."""
