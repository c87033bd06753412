"""Spoken numbers and other speech: what is said, by whom, and in which rooms and on which lines."""
