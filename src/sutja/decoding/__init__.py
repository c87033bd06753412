"""From a network's frames to strings and their probabilities: CTC, freely or inside a grammar.

Reading and listening share it: to a reader a symbol is a character, to a listener a word.
"""
