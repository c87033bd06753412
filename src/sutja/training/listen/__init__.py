"""Training acoustic models."""
