"""Answers compared with labels: crops, pages, recordings and boxes."""
