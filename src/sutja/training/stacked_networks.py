"""K networks of one shape as one: their weights stacked along a leading axis, their gradients in one go.

`MlpStack` does multilayer perceptrons by hand, `ModuleStack` any module through `torch.func`. Both give the
gradients that each network would have alone, within the rounding of sums in another order.

Letters: K networks, B rows of a batch, F features, H units of a layer, C classes.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap

from sutja.errors import TrainingError

# Their derivatives are known from what they answer.
_ACTIVATIONS: tuple[type[nn.Module], ...] = (nn.ReLU, nn.Tanh, nn.Sigmoid, nn.Identity)
_PROBE_ROWS = 4  # on which a network must answer as its layers say
_PROBE_TOLERANCE = 1e-4  # of a log-probability


@runtime_checkable
class Stack(Protocol):
    """K networks as the loop of `sutja.training.stacked.fit` needs them."""

    parameters: list[Tensor]  # each (K, …)

    def narrow(self, active: int) -> None:
        """Leave all but the first networks; their weights stay where the stack keeps them."""

    def forward(self, x: Tensor) -> Float[Tensor, "K B C"]:
        """Scores of rows (B, …) where all networks share them, or of each network's own (K, B, …)."""

    def gradients(
        self, x: Tensor, y: Int[Tensor, "K B"], smoothing: float
    ) -> tuple[Float[Tensor, " K"], list[Tensor]]:
        """The loss of each network, with label smoothing, and the gradients of `parameters`."""

    def store(self, nets: Sequence[nn.Module]) -> None:
        """Write the weights back to the networks."""


def stack_of(nets: Sequence[nn.Module], sample: Float[Tensor, " 1 *shape"], *, shared: bool) -> Stack:
    """Make the fastest stack for these networks.

    Parameters
    ----------
    nets : Sequence[nn.Module]
        Networks of one shape; they are not changed.
    sample : Float[Tensor, " 1 *shape"]
        One input, to see how a network answers.
    shared : bool
        All networks are shown the same rows, so that the first layers can be one matrix product.

    Raises
    ------
    TrainingError
        The networks differ in shape, or draw at random while they learn.
    """
    _check(nets)
    activation = mlp_layers(nets[0], sample)
    if activation is None:
        return ModuleStack(nets, shared)
    return MlpStack([_linears(net) for net in nets], activation, shared)


def _check(nets: Sequence[nn.Module]) -> None:
    shapes = [[(name, tuple(p.shape)) for name, p in net.named_parameters()] for net in nets]
    if not nets or any(shape != shapes[0] for shape in shapes):
        raise TrainingError(
            "the networks to stack have not one shape", remedy="train those of another shape apart"
        )
    for module in nets[0].modules():
        if isinstance(module, nn.modules.dropout._DropoutNd) and module.p > 0:  # noqa: SLF001
            raise TrainingError(
                "a network with dropout draws at random at every step, and stacked it would draw otherwise",
                remedy="set its dropout to 0, or train each network alone",
            )


def mlp_layers(net: nn.Module, sample: Float[Tensor, " 1 *shape"]) -> type[nn.Module] | None:
    """Find the activation between the linear layers of a multilayer perceptron; None for other networks.

    The network counts as one if its layers stand in a row and it answers as they say. Without hidden layers
    the activation is `nn.Identity`.
    """
    leaves = [m for m in net.modules() if not list(m.children())]
    steps = [m for m in leaves if not isinstance(m, nn.Flatten | nn.LogSoftmax | nn.Identity)]
    linears, between = _linears(net), {type(m) for m in steps[1::2]}
    if steps[::2] != linears or len(steps) % 2 == 0 or len(between) > 1:
        return None
    activation = between.pop() if between else nn.Identity
    if activation not in _ACTIVATIONS or any(layer.bias is None for layer in linears):
        return None
    probe = torch.rand(_PROBE_ROWS, *sample.shape[1:], generator=torch.Generator().manual_seed(0))
    if probe[0].numel() != linears[0].in_features:
        return None
    probe = probe.to(sample.device)
    ours = MlpStack([linears], activation, shared=True).forward(probe)[0].log_softmax(1)
    with torch.no_grad():
        own = net(probe).log_softmax(1)
    return activation if torch.allclose(own, ours, atol=_PROBE_TOLERANCE) else None


def _linears(net: nn.Module) -> list[nn.Linear]:
    return [m for m in net.modules() if isinstance(m, nn.Linear)]


class MlpStack:
    """Multilayer perceptrons with forward and backward by hand: fewer and larger operations than autograd.

    Inside, features come before rows, (K, H, B): the products are wide, and the softmax runs over an axis
    that is not the last, where it is twenty times as fast for ten classes.

    Parameters
    ----------
    linears : Sequence[Sequence[nn.Linear]]
        The layers of each network, from the input on.
    activation : type[nn.Module]
        Between them: ReLU, Tanh or Sigmoid; Identity where there is one layer.
    shared : bool
        All see the same rows; then their first layers are one matrix product with K · H rows.
    """

    def __init__(
        self, linears: Sequence[Sequence[nn.Linear]], activation: type[nn.Module], shared: bool
    ) -> None:
        self._activation, self._shared = activation, shared
        with torch.no_grad():
            layers = list(zip(*linears, strict=True))
            weights = [torch.stack([linear.weight for linear in layer]) for layer in layers]
            biases = [torch.stack([linear.bias for linear in layer]) for layer in layers]
        self._all = self.parameters = [p for pair in zip(weights, biases, strict=True) for p in pair]

    @classmethod
    def within(cls, net: nn.Module, activation: type[nn.Module]) -> MlpStack:
        """Make a stack of one network on that network's own weights: a change of either is one of both."""
        linears = _linears(net)
        stack = cls([linears], activation, shared=True)
        own = [p for linear in linears for p in (linear.weight, linear.bias)]
        stack._all = stack.parameters = [p.detach().unsqueeze(0) for p in own]
        return stack

    def narrow(self, active: int) -> None:
        """Leave all but the first networks."""
        self.parameters = [p[:active] for p in self._all]

    @torch.no_grad()
    def forward(self, x: Tensor) -> Float[Tensor, "K B C"]:
        """Scores before the softmax; `x` (B, …) where rows are shared, (K, B, …) otherwise."""
        return self._layers(x)[-1].transpose(1, 2)

    def _layers(self, x: Tensor) -> list[Tensor]:
        """Compute the input, (B, F) or (K, B, F), and the output of each layer, (K, H, B)."""
        weights, biases = self.parameters[::2], self.parameters[1::2]
        k, h, _ = weights[0].shape
        x = x.flatten(1 if self._shared else 2)
        first = weights[0].to(x.dtype)
        z = torch.mm(first.flatten(0, 1), x.T) if self._shared else torch.bmm(first, x.transpose(1, 2))
        outs = [x, z.to(torch.float32).view(k, h, -1).add_(biases[0].unsqueeze(2))]
        for weight, bias in zip(weights[1:], biases[1:], strict=True):
            outs[-1] = hidden = self._activate(outs[-1])
            outs.append(torch.baddbmm(bias.unsqueeze(2), weight, hidden))
        return outs

    def _activate(self, z: Tensor) -> Tensor:
        """Apply the activation, in place."""
        if self._activation is nn.ReLU:
            return z.relu_()
        return z.tanh_() if self._activation is nn.Tanh else z.sigmoid_()

    def _through(self, back: Tensor, out: Tensor) -> Tensor:
        """Compute the gradient before an activation from that behind it and the activation's output."""
        if self._activation is nn.ReLU:
            return torch.ops.aten.threshold_backward(back, out, 0)  # type: ignore[no-any-return]
        return back * (1 - out * out if self._activation is nn.Tanh else out * (1 - out))

    @torch.no_grad()
    def gradients(
        self, x: Tensor, y: Int[Tensor, "K B"], smoothing: float
    ) -> tuple[Float[Tensor, " K"], list[Tensor]]:
        """Mean cross-entropy of each network and its gradients."""
        *outs, scores = self._layers(x)
        log_p = torch.log_softmax(scores, 1)
        loss = cross_entropy(log_p, y, smoothing)
        back = log_p.exp_()
        spread = torch.full((), smoothing - 1, device=back.device)
        back.scatter_add_(1, y.unsqueeze(1), spread.expand(y.shape).unsqueeze(1))
        if smoothing:
            back -= smoothing / back.shape[1]
        back /= y.shape[1]
        grads: list[Tensor] = []
        for layer in range(len(outs) - 1, 0, -1):
            grads[:0] = [torch.bmm(back, outs[layer].transpose(1, 2)), back.sum(2)]
            back = self._through(torch.bmm(self.parameters[2 * layer].transpose(1, 2), back), outs[layer])
        grads[:0] = [self._first(outs[0], back), back.sum(2)]
        return loss, grads

    def _first(self, x: Tensor, back: Float[Tensor, "K H B"]) -> Float[Tensor, "K H F"]:
        """Compute the gradient of the first layer's weights."""
        back = back.to(x.dtype)
        grad = torch.mm(back.flatten(0, 1), x) if self._shared else torch.bmm(back, x)
        return grad.to(torch.float32).view(*back.shape[:2], -1)

    def store(self, nets: Sequence[nn.Module]) -> None:
        """Write the weights back."""
        with torch.no_grad():
            for k, net in enumerate(nets):
                for linear, weight, bias in zip(_linears(net), self._all[::2], self._all[1::2], strict=True):
                    linear.weight.copy_(weight[k])
                    linear.bias.copy_(bias[k])


class ModuleStack:
    """Any module, by `torch.func.functional_call` under `vmap`: convolutions become grouped convolutions.

    Parameters
    ----------
    nets : Sequence[nn.Module]
        The networks; the stack works on copies, in the mode (train or eval) of the first.
    shared : bool
        All see the same rows.
    """

    def __init__(self, nets: Sequence[nn.Module], shared: bool) -> None:
        self._shape = copy.deepcopy(nets[0]).to("meta")  # a shape without weights: `functional_call` fills it
        params, self._every_buffer = stack_module_state([copy.deepcopy(net) for net in nets])
        self._names, self._shared = list(params), shared
        self._all = [p.detach() for p in params.values()]
        self.narrow(len(nets))

    def narrow(self, active: int) -> None:
        """Leave all but the first networks."""
        self.parameters = [p[:active].detach().requires_grad_() for p in self._all]
        self._buffers = {name: value[:active] for name, value in self._every_buffer.items()}

    def forward(self, x: Tensor) -> Float[Tensor, "K B C"]:
        """Compute the scores of rows (B, …), or (K, B, …) where each network has its own."""

        def one(params: dict[str, Tensor], buffers: dict[str, Tensor], rows: Tensor) -> Tensor:
            return functional_call(self._shape, (params, buffers), (rows,))  # type: ignore[no-any-return]

        params = dict(zip(self._names, self.parameters, strict=True))
        together = vmap(one, in_dims=(0, 0, None if self._shared else 0))
        return together(params, self._buffers, x)

    def gradients(
        self, x: Tensor, y: Int[Tensor, "K B"], smoothing: float
    ) -> tuple[Float[Tensor, " K"], list[Tensor]]:
        """Mean cross-entropy of each network and its gradients."""
        loss = cross_entropy(self.forward(x).transpose(1, 2).log_softmax(1), y, smoothing)
        return loss.detach(), list(torch.autograd.grad(loss.sum(), self.parameters))

    def store(self, nets: Sequence[nn.Module]) -> None:
        """Write weights and buffers back."""
        with torch.no_grad():
            for k, net in enumerate(nets):
                for name, stacked in zip(self._names, self._all, strict=True):
                    net.get_parameter(name).copy_(stacked[k])
                for name, stacked in self._every_buffer.items():
                    net.get_buffer(name).copy_(stacked[k])


def cross_entropy(
    log_p: Float[Tensor, "K C B"], y: Int[Tensor, "K B"], smoothing: float
) -> Float[Tensor, " K"]:
    """Each network's mean cross-entropy over its rows; `smoothing` of the target spread over all classes."""
    right = -log_p.gather(1, y.unsqueeze(1)).mean((1, 2))
    return right.lerp(-log_p.mean((1, 2)), smoothing) if smoothing else right
