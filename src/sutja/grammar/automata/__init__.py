"""Automata: patterns as machines, and machines combined into one that is deterministic."""
