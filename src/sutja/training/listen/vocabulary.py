"""A listener's network with more words than it was trained with: what it learnt is kept.

Letters: K classes with the blank.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import nn

from sutja.grammar.number_words import OTHER
from sutja.nets.listener import Listener

_UNHEARD = 3.0  # off the logit of a word that was not in the vocabulary, at the start
_SPREAD = 0.01  # deviation of the noise that tells the new words apart


def change_vocabulary(net: Listener, words: Sequence[str], new: Sequence[str]) -> Listener:
    """Give a network other words: those that it knows are kept, new ones begin as other words do.

    The network is changed in place, and is the one that is returned.

    Parameters
    ----------
    net : Listener
        A trained network of the K - 1 words.
    words, new : Sequence[str]
        The words of its classes, in order, and those that it is to have; both have other words, "□".
    """
    old = net.head
    assert old.bias is not None
    places = {word: place for place, word in enumerate(words, start=1)}
    rows = [0, *(places.get(word, places[OTHER]) for word in new)]
    unheard = torch.tensor([False, *(word not in places for word in new)])
    head = nn.Conv2d(net.config.width, len(rows), 1)
    with torch.no_grad():
        assert head.bias is not None
        head.weight.copy_(old.weight[rows])
        head.weight[unheard] += torch.randn_like(head.weight[unheard]) * _SPREAD
        head.bias.copy_(old.bias[rows] - _UNHEARD * unheard.float())
    net.head = head
    net.config = replace(net.config, classes=len(rows))
    return net
