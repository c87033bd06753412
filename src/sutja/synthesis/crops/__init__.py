"""Drawn crops of one number, and of none."""
