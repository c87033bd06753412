"""Inputs of a run: how large, in which colours and with what in their middle a network sees its pictures."""
