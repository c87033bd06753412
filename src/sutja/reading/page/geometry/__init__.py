"""Geometry of a page: the height and direction of its writing, its perspective, and the way back."""
