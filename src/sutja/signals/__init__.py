"""Signals: bytes to arrays, and arrays to what networks are given."""
