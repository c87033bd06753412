"""Data to learn from: the catalogue of public sets, their readers, downloads, splits, and drawn numbers."""
