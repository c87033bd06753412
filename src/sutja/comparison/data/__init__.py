"""Data to compare on: where it comes from, checks, subsets."""
