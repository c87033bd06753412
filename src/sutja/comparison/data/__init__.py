"""The data of a comparison: sources, checks, parts and subsets."""
