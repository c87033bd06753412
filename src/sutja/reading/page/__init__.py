"""Whole pages: layout, orientation, perspective, fields, tables."""
