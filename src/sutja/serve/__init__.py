"""The page and the HTTP API: thin, for everything that they show comes from the rooms below."""

from sutja.serve.settings import Limits, Settings

__all__ = ["Limits", "Settings"]
