"""The multilayer perceptron: neurons in layers, each wired to all of the layer before.

Letters: B batch, C channels, H rows, W columns, F = C · H · W inputs, K classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from jaxtyping import Float
from torch import Tensor, nn

ACTIVATIONS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
}


class Mlp(nn.Module):
    """A multilayer perceptron of any depth and width.

    With its defaults, 784 inputs, two hidden layers of 16 and 10 classes, it has 13,002 parameters.

    Parameters
    ----------
    inputs : int
        Number of inputs F, the pixels of a picture times its channels.
    hidden : Sequence[int]
        Neurons of each hidden layer; none for a linear classifier.
    classes : int
        Number of classes K.
    activation : str
        A name in `ACTIVATIONS`.
    dropout : float
        Part of each hidden layer that is dropped in a training step.
    """

    def __init__(
        self,
        inputs: int = 784,
        hidden: Sequence[int] = (16, 16),
        classes: int = 10,
        activation: str = "relu",
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        if min(inputs, classes, *hidden) < 1:
            raise ValueError(f"every layer needs a neuron: {(inputs, *hidden, classes)}")
        layers: list[nn.Module] = [nn.Flatten()]
        for before, after in pairwise((inputs, *hidden)):
            linear = nn.Linear(before, after)
            nn.init.kaiming_normal_(linear.weight, nonlinearity="relu")
            nn.init.zeros_(linear.bias)
            layers += [linear, ACTIVATIONS[activation]()]
            layers += [nn.Dropout(dropout)] if dropout else []
        layers.append(nn.Linear((inputs, *hidden)[-1], classes))
        self.layers = nn.Sequential(*layers)

    def forward(self, image: Float[Tensor, "B C H W"]) -> Float[Tensor, "B K"]:
        """Pictures → logits."""
        return self.layers(image)  # type: ignore[no-any-return]
