"""Labels of different lengths as one array."""

import numpy as np

from sutja.training.padding import pad_labels


def test_labels_are_padded_with_zeros_to_the_longest():
    targets, lengths = pad_labels([(3, 1), (), (2, 2, 5)])
    np.testing.assert_array_equal(targets, [[3, 1, 0], [0, 0, 0], [2, 2, 5]])
    np.testing.assert_array_equal(lengths, [2, 0, 3])


def test_empty_labels_still_have_a_column():
    targets, lengths = pad_labels([(), ()])
    assert targets.shape == (2, 1)
    assert lengths.tolist() == [0, 0]
