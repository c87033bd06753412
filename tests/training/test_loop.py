"""The loop: one batch is learned by heart, a seed gives one result, a stopped run goes on where it was."""

import numpy as np
import pytest
import torch

from sutja.charset import CHARSET
from sutja.data.synthesis.samples import Composer, Silence
from sutja.data.synthesis.sources import Sources
from sutja.nets.transcriber import Transcriber, TranscriberConfig
from sutja.signals.normalise import NormaliseParams
from sutja.training import loop
from sutja.training.pool import Crop, batch_of, batches, crop_of

SMALL = TranscriberConfig(1 + len(CHARSET), (8, 8, 16, 16), 32, 1)


def crops(n, seed=0):
    """A few printed numbers; needs no data set, and Pillow's font where there is no other."""
    composer = Composer(Sources(), seed, {"printed": 1.0})
    return [crop_of(composer.sample(), NormaliseParams()) for _ in range(n)]


class Chunks:
    """A pool that gives the same chunk again and again."""

    def __init__(self, chunk):
        self.chunk = chunk

    def take(self):
        return self.chunk


def test_one_batch_is_learned_by_heart():
    pixels = [np.zeros((32, 48), np.uint8) for _ in range(4)]
    for i, array in enumerate(pixels):
        array[4:28, 4 + 4 * i : 12 + 4 * i] = 255
        array[8 + 4 * i : 14 + 4 * i, 30:40] = 255
    batch = batch_of([Crop(p, (i + 1, 5), Silence.NONE) for i, p in enumerate(pixels)])
    config = loop.FitConfig(steps=250, lr=1e-2)
    state = loop.start(SMALL, config)
    losses = [loop.train_step(state, batch, config) for _ in range(config.steps)]
    assert losses[-1] < 0.2 < losses[0]
    texts = loop.best_path(state.net.eval()(torch.from_numpy(batch.image)).detach().numpy())
    assert texts == [CHARSET[i] + CHARSET[4] for i in range(4)]


def weights_after(folder, chunk, steps_a_run):
    """The weights after runs that stop at each of these steps and are started again."""
    state = None
    for stop in steps_a_run:
        config = loop.FitConfig(steps=stop, columns=2048, evaluate_every=1, chunks_a_round=1)
        state = loop.start(SMALL, config, folder / "checkpoint.pt")
        loop.fit(state, Chunks(chunk), config, {}, folder, say=lambda line: None)
    return torch.cat([p.detach().flatten() for p in state.average.parameters()])


def test_same_seed_same_weights(tmp_path):
    chunk = crops(24)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert torch.equal(weights_after(tmp_path / "a", chunk, [4]), weights_after(tmp_path / "b", chunk, [4]))


def test_a_checkpoint_holds_all_that_the_next_step_needs(tmp_path):
    batch = batch_of(crops(8))
    config = loop.FitConfig(steps=10)
    torch.manual_seed(3)
    state = loop.start(SMALL, config)
    loop.train_step(state, batch, config)
    state.save(tmp_path / "checkpoint.pt")
    again = loop.start(SMALL, config, tmp_path / "checkpoint.pt")
    for one in (state, again):
        torch.manual_seed(7)
        one.net.train()
        loop.train_step(one, batch, config)
    assert again.step == state.step == 2
    for a, b in zip(state.net.state_dict().values(), again.net.state_dict().values(), strict=True):
        assert torch.equal(a, b)


def test_batches_hold_every_crop_and_few_shapes():
    many = crops(200)
    shapes, count = set(), 0
    for batch in batches(many, 4096, np.random.default_rng(0)):
        shapes.add(batch.image.shape[2:])
        count += len(batch.image)
        assert batch.image.shape[3] % 8 == 0
    assert count >= 0.8 * len(many)
    assert len(shapes) <= 16


def test_digit_accuracy_counts_digits_alone(monkeypatch):
    monkeypatch.setattr(loop, "evaluation_step", lambda net, crops: ["1.23", "45"])
    classes = [tuple(CHARSET.index(c) + 1 for c in text) for text in ("1,23", "46")]
    some = [Crop(np.zeros((32, 8), np.uint8), c, Silence.NONE) for c in classes]
    assert loop.digit_accuracy(Transcriber(SMALL), some) == pytest.approx(0.5)
