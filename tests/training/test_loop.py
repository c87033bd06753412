"""The loop and what it stands on: flat parameters, schedules, checkpoints, the choice of the engine."""

import math
from itertools import pairwise

import pytest
import torch
from torch import nn

from sutja.errors import TrainingError
from sutja.nets.convnet import ConvNet
from sutja.nets.mlp import Mlp
from sutja.training import checkpoint, device, loop
from sutja.training.classify.fit import perceptron_criterion, squared_error
from sutja.training.flat_parameters import FlatParameters
from sutja.training.schedule import SCHEDULES, warm_up_cosine, warm_up_linear


def mixed():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(2, 3, 3, bias=False), nn.BatchNorm2d(3), nn.Flatten(), nn.Linear(27, 4))
    return net.to(memory_format=torch.channels_last)


def test_flat_parameters_are_the_networks_own():
    net, plain = mixed(), mixed()
    flat = FlatParameters(net, average=False)
    assert [row.numel() for row in flat.rows] == [3 * 2 * 9 + 27 * 4, 3 + 3 + 4]
    assert flat.decays == [True, False]
    assert net[0].weight.is_contiguous(memory_format=torch.channels_last)
    image = torch.rand(6, 2, 5, 5)
    for _ in range(2):  # gradients of the step before are forgotten
        flat.zero_grad()
        net(image).square().sum().backward()
    for _ in range(2):
        plain.zero_grad()
        plain(image).square().sum().backward()
    for one, two in zip(net.parameters(), plain.parameters(), strict=True):
        assert torch.allclose(one.grad, two.grad, rtol=1e-4, atol=1e-5)
    with torch.no_grad():
        for row in flat.rows:
            row.fill_(7.0)
    assert all((p == 7).all() for p in net.parameters())


def test_steps_are_those_of_torchs_own_optimiser():
    class Job(loop.Job):
        def batches(self, state):
            return [torch.rand(6, 2, 5, 5, generator=torch.Generator().manual_seed(i)) for i in range(5)]

        def loss(self, net, batch):
            return net(batch).square().mean()

        def lr(self, state):
            return 0.01 / (1 + state.step)

        def finished(self, state):
            return state.step == 8

    class Epochs(loop.Callback):
        def on_epoch(self, state, batches):
            epochs.append((batches, float(state.loss_sum)))

    epochs = []
    net, plain = mixed(), mixed()
    job = Job()
    job.clip = 0.5
    state = loop.fit(loop.State(net, "adamw", 1.0, 0.1, (0.9, 0.99), average=False), job, [Epochs()])
    assert [batches for batches, _ in epochs] == [5, 3]
    decayed = [p for p in plain.parameters() if p.ndim > 1]
    rest = [p for p in plain.parameters() if p.ndim == 1]
    groups = [{"params": decayed, "weight_decay": 0.1}, {"params": rest, "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, betas=(0.9, 0.99))
    for step in range(8):
        for group in optimiser.param_groups:
            group["lr"] = 0.01 / (1 + step)
        batch = torch.rand(6, 2, 5, 5, generator=torch.Generator().manual_seed(step % 5))
        optimiser.zero_grad()
        plain(batch).square().mean().backward()
        nn.utils.clip_grad_norm_(plain.parameters(), 0.5)
        optimiser.step()
    for one, two in zip(net.parameters(), plain.parameters(), strict=True):
        assert torch.allclose(one, two, atol=2e-4)
    assert state.step == 8


def test_an_epoch_without_a_batch_is_an_error():
    class Empty(loop.Job):
        batches = loss = lr = lambda self, *arguments: []

        def finished(self, state):
            return False

    with pytest.raises(ValueError, match="too small"):
        loop.fit(loop.State(mixed(), "sgd", 0.1, 0.0, (0.9, 0.9), average=False), Empty())


def test_the_average_follows_the_weights_and_the_norms():
    net = mixed()
    flat = FlatParameters(net, average=True)
    before = [p.detach().clone() for p in net.parameters()]
    with torch.no_grad():
        for row in flat.rows:
            row += 1.0
        net[1].running_mean += 2.0
    flat.update_average(0.75)
    average = flat.make_average()
    for mean, old in zip(average.parameters(), before, strict=True):
        assert torch.allclose(mean, old + 0.25)
    assert torch.allclose(average[1].running_mean, torch.full((3,), 0.5))
    assert torch.allclose(next(net.parameters()), before[0] + 1)


def test_schedules_rise_and_fall():
    for schedule in SCHEDULES.values():
        values = [schedule(step, 100, 2.0, 10, 0.5) for step in range(101)]
        assert values[0] == pytest.approx(0.2)
        assert max(values) == values[10] == pytest.approx(2.0)
        assert all(b <= a for a, b in pairwise(values[10:]))
    assert warm_up_cosine(100, 100, 2.0, 10, 0.5) == pytest.approx(0.5)
    assert warm_up_cosine(55, 100, 2.0, 10, 0.0) == pytest.approx(1.0)
    assert warm_up_linear(55, 100, 2.0, 10, 0.0) == pytest.approx(1.0)
    assert warm_up_linear(0, 100, 2.0, 0, 0.0) == 2.0


def test_a_checkpoint_that_cannot_be_written_leaves_the_old_one(tmp_path, monkeypatch):
    path = tmp_path / checkpoint.NAME
    checkpoint.write(path, {"step": 1})

    def full(parts, file):
        file.write(b"half of it")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(TrainingError, match="No space left"):
        checkpoint.write(path, {"step": 2})
    assert checkpoint.read(path) == {"step": 1}
    assert [file.name for file in tmp_path.iterdir()] == [checkpoint.NAME]


def test_a_checkpoint_runs_no_code(tmp_path):
    class Bomb:
        def __reduce__(self):
            return (print, ("it ran",))

    torch.save({"net": Bomb()}, tmp_path / "bomb.pt")
    with pytest.raises(TrainingError, match="no checkpoint"):
        checkpoint.read(tmp_path / "bomb.pt")
    with pytest.raises(TrainingError, match="no checkpoint"):
        checkpoint.read(tmp_path / "absent.pt")


def test_the_perceptron_rule_of_1958():
    weights = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]], requires_grad=True)
    picture = torch.tensor([[2.0, -1.0]])
    loss = perceptron_criterion(picture @ weights.T, torch.tensor([1]))
    assert loss.item() == pytest.approx(2.0 + 1.0 + 0.5)  # units 0 and 2 speak for it, unit 1 against it
    loss.backward()
    assert torch.equal(weights.grad, torch.stack([picture[0], -picture[0], picture[0]]))
    right = torch.tensor([[-1.0, 2.0, -0.5]])
    assert float(perceptron_criterion(right, torch.tensor([1]))) == 0.0


def test_the_squared_error_of_1989():
    logits = torch.tensor([[0.0, 100.0, -100.0]])
    assert float(squared_error(logits, torch.tensor([1]))) == pytest.approx(0.5)
    assert float(squared_error(logits, torch.tensor([2]))) == pytest.approx(0.5 + 2 + 2)
    soft = math.atanh(0.9)
    exact = torch.tensor([[-soft, soft, -soft]])
    assert float(squared_error(exact, torch.tensor([1]), 0.1)) == pytest.approx(0.0, abs=1e-6)


@pytest.fixture
def untimed_engine():
    """Passes are timed here."""


def engine_of(seconds, net, monkeypatch, n=4096, **wanted):
    """What is chosen when a choice takes the seconds given."""
    monkeypatch.setattr(device, "count_cores", lambda: 4)
    monkeypatch.setattr(device, "measure", lambda n, i, loss, dtype, threads: seconds[threads, dtype])
    choice = {"dtype": "auto", "threads": 0, **wanted}
    return device.choose_engine(
        net, torch.zeros(n, 1, 28, 28), lambda x: x.sum(), torch.device("cpu"), **choice
    )


def test_threads_and_dtype_are_chosen_by_what_is_measured(monkeypatch):
    single, half = torch.float32, torch.bfloat16
    net = ConvNet("s")
    quick = {(1, single): 1.0, (4, single): 0.4, (4, half): 0.2, (1, half): 9.0}
    assert engine_of(quick, net, monkeypatch).facts() == {"device": "cpu", "dtype": "bfloat16", "threads": 4}
    busy = {(1, single): 1.0, (4, single): 2.0, (1, half): 0.95, (4, half): 0.1}
    assert engine_of(busy, net, monkeypatch).facts() == {"device": "cpu", "dtype": "float32", "threads": 1}
    told = engine_of(quick, net, monkeypatch, dtype="float32", threads=2)
    assert (told.dtype, told.threads) == (single, 2)
    assert engine_of({}, Mlp(), monkeypatch, n=128).threads == 1  # nothing to measure


def test_measuring_changes_nothing():
    net = nn.Sequential(ConvNet("s"), nn.Dropout(0.5))
    before = [p.detach().clone() for p in net.state_dict().values()]
    image = torch.rand(4, 1, 28, 28)
    rng, threads = torch.get_rng_state(), torch.get_num_threads()
    seconds = device.measure(net, image, lambda x: x.sum(), torch.bfloat16, 1)
    assert 0 < seconds < 10
    assert torch.equal(rng, torch.get_rng_state())
    assert threads == torch.get_num_threads()
    assert all(torch.equal(a, b) for a, b in zip(before, net.state_dict().values(), strict=True))


def test_a_device_that_is_not_there_is_an_error():
    assert device.find_device("cpu").type == "cpu"
    assert device.find_device("auto").type in ("cpu", "cuda", "mps")
    for name in ("cuda:99", "abacus"):
        with pytest.raises(TrainingError, match="no device"):
            device.find_device(name)
