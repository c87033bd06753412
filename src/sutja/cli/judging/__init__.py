"""Answers held against labels: crops, pages, recordings and boxes."""
