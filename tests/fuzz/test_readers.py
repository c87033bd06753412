"""No mutation of a good file makes a reader raise anything but the project's own errors."""

import random

import pytest
from fuzz.mutation import mutate
from fuzz.readers import READERS, try_reader
from fuzz.seeds import make_seeds

FEW = {"model": 3, "pdf": 15, "sound": 40, "picture": 60}  # rounds of those that take long


@pytest.fixture(scope="module")
def seeds():
    """Good files of each reader."""
    return make_seeds()


@pytest.mark.parametrize("name", READERS)
def test_mutations_of_good_files(name, seeds):
    generator = random.Random(name)
    for seed in seeds[name]:
        try_reader(name, seed)
    for _ in range(FEW.get(name, 120)):
        data = generator.choice(seeds[name])
        for _ in range(generator.randint(1, 3)):
            data = mutate(data, generator)
        try_reader(name, data)


def test_every_reader_has_good_seeds(seeds):
    assert set(seeds) == set(READERS)
    for name, function in READERS.items():
        function(seeds[name][0])
