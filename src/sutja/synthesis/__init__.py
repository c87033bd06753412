"""Drawn and spoken training data: crops of one number, whole pages, and speech."""
