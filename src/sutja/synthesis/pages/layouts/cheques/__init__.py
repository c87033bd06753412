"""Cheques: drawn ones, and real ones with other amounts."""
