"""Transcriber training: one batch is learned by heart, a seed gives one result, a stopped run goes on."""

import itertools

import numpy as np
import pytest
import torch

from sutja.charset import CHARSET
from sutja.nets.transcriber import Transcriber, TranscriberConfig
from sutja.signals.preprocessing.normalisation import NormaliseParams
from sutja.synthesis.crops.composer import Composer, LabelMask
from sutja.synthesis.crops.sources import Sources
from sutja.training import checkpoint, loop
from sutja.training.transcribe import fit as transcribe
from sutja.training.transcribe.batches import Crop, make_batch, make_batches, make_crop

SMALL = TranscriberConfig(1 + len(CHARSET), (8, 8, 16, 16), 32, 1)


def crops(n, seed=0):
    """A few printed numbers; needs no data set, and Pillow's font where there is no other."""
    composer = Composer(Sources(), seed, {"printed": 1.0})
    return [make_crop(composer.sample(), NormaliseParams()) for _ in range(n)]


class Chunks:
    """A pool that gives the same chunk again and again."""

    def __init__(self, chunk):
        self.chunk = chunk

    def take(self):
        return self.chunk


def job_of(state, config):
    """The job that `transcribe.fit` gives to the loop."""
    return transcribe.TranscribeJob(state, Chunks([]), config, {})


def test_one_batch_is_learned_by_heart():
    pixels = [np.zeros((32, 48), np.uint8) for _ in range(4)]
    for i, array in enumerate(pixels):
        array[4:28, 4 + 4 * i : 12 + 4 * i] = 255
        array[8 + 4 * i : 14 + 4 * i, 30:40] = 255
    batch = make_batch([Crop(p, (i + 1, 5), LabelMask.NONE) for i, p in enumerate(pixels)])
    config = transcribe.TranscribeConfig(steps=400, lr=1e-2, columns=4 * 96, freeze_norms_after=0.5)
    state = transcribe.start(SMALL, config)
    job, losses = job_of(state, config), []
    for _ in range(config.steps):
        losses.append(float(loop.train_step(state, job, batch)))
        job.freeze_norms(state)
    assert losses[-1] < 0.2 < losses[0]
    texts = transcribe.best_path(
        loop.evaluation_step(state.flat.make_average(), torch.from_numpy(batch.image)).numpy()
    )
    assert texts == [CHARSET[i] + CHARSET[4] for i in range(4)]


def weights_after(folder, chunk, stops):
    """The averaged weights after runs that are killed after these steps and started again."""
    config = transcribe.TranscribeConfig(steps=6, columns=1024, evaluate_every=1, chunks_per_epoch=1)
    state = None
    for stop in stops:
        state = transcribe.start(SMALL, config, folder / checkpoint.NAME)
        with pytest.MonkeyPatch.context() as patch:
            job = transcribe.TranscribeJob
            patch.setattr(job, "finished", lambda self, state, stop=stop: state.step >= stop)
            transcribe.TranscribeJob(state, Chunks(chunk), config, {}).fit(
                state, folder, log=lambda line: None
            )
    return torch.cat([mean.flatten() for mean in state.flat.means])


def test_a_stopped_run_goes_on_to_the_same_weights(tmp_path):
    chunk = crops(24)
    for name in "abc":
        (tmp_path / name).mkdir()
    whole = weights_after(tmp_path / "a", chunk, [6])
    assert torch.equal(whole, weights_after(tmp_path / "b", chunk, [6]))
    assert torch.equal(whole, weights_after(tmp_path / "c", chunk, [2, 3, 6]))
    average = transcribe.load_average(tmp_path / "c" / checkpoint.NAME)
    rows = transcribe.start(
        SMALL, transcribe.TranscribeConfig(steps=6), tmp_path / "c" / checkpoint.NAME
    ).flat
    expected = rows.make_average().state_dict()
    assert all(torch.equal(value, expected[name]) for name, value in average.state_dict().items())


def test_batches_hold_every_crop_and_few_shapes():
    many = crops(200)
    shapes, count = set(), 0
    for batch in make_batches(many, 4096, np.random.default_rng(0)):
        shapes.add(batch.image.shape[2:])
        count += len(batch.image)
        assert batch.image.shape[3] % 8 == 0
    assert count >= 0.8 * len(many)
    assert len(shapes) <= 16


def test_digit_accuracy_counts_digits_alone(monkeypatch):
    monkeypatch.setattr(transcribe, "transcribe_crops", lambda net, crops: ["1.23", "45"])
    classes = [tuple(CHARSET.index(c) + 1 for c in text) for text in ("1,23", "46")]
    some = [Crop(np.zeros((32, 8), np.uint8), c, LabelMask.NONE) for c in classes]
    assert transcribe.digit_accuracy(Transcriber(SMALL), some) == pytest.approx(0.5)


def norms_of(net):
    return [module for module in net.modules() if isinstance(module, torch.nn.BatchNorm2d)]


def test_norms_keep_their_statistics_after_a_part_of_the_run(tmp_path):
    config = transcribe.TranscribeConfig(
        steps=6, columns=1024, evaluate_every=10, chunks_per_epoch=1, freeze_norms_after=0.5, warm_up=1
    )
    state, seen = transcribe.start(SMALL, config), []
    state.net.register_forward_hook(
        lambda net, *_: seen.append(norms_of(net)[0].running_mean.clone()) if net.training else None
    )
    transcribe.TranscribeJob(state, Chunks(crops(24)), config, {}).fit(state, tmp_path, log=lambda line: None)
    moved = [
        not torch.equal(a, b) for a, b in itertools.pairwise([*seen, norms_of(state.net)[0].running_mean])
    ]
    assert moved == [True, True, False, False, False, False]
    assert all(norm.weight.grad is not None for norm in norms_of(state.net))


def test_a_crop_weighs_the_same_in_any_company():
    config = transcribe.TranscribeConfig(steps=1, columns=1024, freeze_norms_after=0.0)
    state = transcribe.start(SMALL, config)
    job, some = job_of(state, config), crops(3)
    state.net.eval()
    with torch.no_grad():
        width = -(-max(crop.pixels.shape[1] for crop in some) // 8) * 8
        alone = [float(job.loss(state.net, make_batch([crop], width))) for crop in some]
        together = float(job.loss(state.net, make_batch(some, width)))
    assert together == pytest.approx(sum(alone), rel=0.02)
