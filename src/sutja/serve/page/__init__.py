"""Routes that only the page asks."""
