"""Training transcribers."""
