"""From a network's frames to strings and their probabilities: CTC, freely or inside a grammar.

Readers of ink and listeners to speech share it; a word is one symbol there, as a character is here.
"""
