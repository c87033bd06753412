"""Splits: fixed parts, hold-outs, duplicates and leaks."""
