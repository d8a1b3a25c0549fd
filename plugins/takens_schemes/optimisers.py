"""The settings of every optimiser of ``torch.optim``, under the names that it has there.

Each class is called as the one of torch; learning rates come from the training.
"""

from collections.abc import Sequence
from typing import Any, ClassVar, Final, Literal, cast

import attrs

import takens

_DECAY: Final[dict[str, Any]] = {"summary": "weight decay (L2 penalty)", "at_least": 0}
_EPS: Final[dict[str, Any]] = {"summary": "keeps denominators above zero", "at_least": 0}


def _tuple(given: Any) -> Any:
    return tuple(cast(list[Any], given)) if isinstance(given, list) else given


def _betas() -> Any:
    return takens.plugin.parameter(
        (0.9, 0.999),
        types=(list,),
        converter=_tuple,
        summary="memory of the mean gradient and its square",
    )


@attrs.frozen(kw_only=True)
class OptimiserSettings:
    """What the class is made with; ``elementwise`` where each weight is on its own."""

    elementwise: ClassVar[bool] = True


@attrs.frozen(kw_only=True)
class SGD(OptimiserSettings):
    """Stochastic gradient descent, with momentum if asked for.

    Source: Sutskever, Martens, Dahl, Hinton (2013), On the importance of initialization and
    momentum in deep learning, ICML, section 2.
    """

    momentum: float = takens.plugin.parameter(0.0, at_least=0, summary="memory of past updates")
    dampening: float = takens.plugin.parameter(0.0, summary="of the momentum")
    weight_decay: float = takens.plugin.parameter(0.0, **_DECAY)
    nesterov: bool = takens.plugin.parameter(False, summary="look ahead by the momentum")


@attrs.frozen(kw_only=True)
class MomentSettings(OptimiserSettings):
    """What Adam and its kin have in common."""

    betas: Sequence[float] = _betas()
    eps: float = takens.plugin.parameter(1e-8, **_EPS)
    weight_decay: float = takens.plugin.parameter(0.0, **_DECAY)


@attrs.frozen(kw_only=True)
class Adam(MomentSettings):
    """Steps by the mean gradient over the root of its mean square.

    Source: Kingma and Ba (2015), Adam: a method for stochastic optimization, ICLR, algorithm 1.
    """

    amsgrad: bool = takens.plugin.parameter(False, summary="by the largest mean square so far")
    decoupled_weight_decay: bool = takens.plugin.parameter(False, summary="as in adamw")


@attrs.frozen(kw_only=True)
class AdamW(MomentSettings):
    """Adam whose weight decay is a step of its own.

    Source: Loshchilov and Hutter (2019), Decoupled weight decay regularization, ICLR,
    algorithm 2.
    """

    weight_decay: float = takens.plugin.parameter(0.01, **_DECAY)
    amsgrad: bool = takens.plugin.parameter(False, summary="by the largest mean square so far")


@attrs.frozen(kw_only=True)
class RAdam(MomentSettings):
    """Adam whose first steps are rectified, while their scale is uncertain.

    Source: Liu, Jiang, He, Chen, Liu, Gao, Han (2020), On the variance of the adaptive
    learning rate and beyond, ICLR, algorithm 2.
    """

    decoupled_weight_decay: bool = takens.plugin.parameter(False, summary="as in adamw")


@attrs.frozen(kw_only=True)
class NAdam(MomentSettings):
    """Adam with Nesterov's momentum.

    Source: Dozat (2016), Incorporating Nesterov momentum into Adam, ICLR workshop.
    """

    momentum_decay: float = takens.plugin.parameter(4e-3, at_least=0, summary="of the momentum")
    decoupled_weight_decay: bool = takens.plugin.parameter(False, summary="as in adamw")


@attrs.frozen(kw_only=True)
class Adamax(MomentSettings):
    """Adam by the largest recent gradient instead of the mean square.

    Source: Kingma and Ba (2015), Adam: a method for stochastic optimization, ICLR, section 7.1.
    """


@attrs.frozen(kw_only=True)
class Adagrad(OptimiserSettings):
    """Steps that shrink with the sum of all squared gradients so far.

    Source: Duchi, Hazan, Singer (2011), Adaptive subgradient methods for online learning and
    stochastic optimization, JMLR 12, 2121-2159.
    """

    lr_decay: float = takens.plugin.parameter(
        0.0, at_least=0, summary="of the rate, per update"
    )
    weight_decay: float = takens.plugin.parameter(0.0, **_DECAY)
    initial_accumulator_value: float = takens.plugin.parameter(
        0.0, at_least=0, summary="of the sum of squares"
    )
    eps: float = takens.plugin.parameter(1e-10, **_EPS)


@attrs.frozen(kw_only=True)
class Adadelta(OptimiserSettings):
    """Steps in the ratio of past steps to past gradients.

    Source: Zeiler (2012), ADADELTA: an adaptive learning rate method, arXiv:1212.5701,
    algorithm 1.
    """

    rho: float = takens.plugin.parameter(0.9, summary="memory of squares")
    eps: float = takens.plugin.parameter(1e-6, **_EPS)
    weight_decay: float = takens.plugin.parameter(0.0, **_DECAY)


@attrs.frozen(kw_only=True)
class RMSprop(OptimiserSettings):
    """Gradients over the root of their mean square.

    Source: Graves (2013), Generating sequences with recurrent neural networks,
    arXiv:1308.0850, section 4.2.
    """

    alpha: float = takens.plugin.parameter(0.99, at_least=0, summary="memory of squares")
    eps: float = takens.plugin.parameter(1e-8, **_EPS)
    weight_decay: float = takens.plugin.parameter(0.0, **_DECAY)
    momentum: float = takens.plugin.parameter(0.0, at_least=0, summary="memory of past updates")
    centered: bool = takens.plugin.parameter(False, summary="by the variance, not the square")


@attrs.frozen(kw_only=True)
class Rprop(OptimiserSettings):
    """Steps by the sign of the gradient, for batches that are the whole of the data.

    Source: Riedmiller and Braun (1993), A direct adaptive method for faster backpropagation
    learning: the RPROP algorithm, IEEE International Conference on Neural Networks.
    """

    etas: Sequence[float] = takens.plugin.parameter(
        (0.5, 1.2),
        types=(list,),
        converter=_tuple,
        summary="factors where the sign turns, and where it stays",
    )
    step_sizes: Sequence[float] = takens.plugin.parameter(
        (1e-6, 50.0),
        types=(list,),
        converter=_tuple,
        summary="the shortest and the longest step",
    )


@attrs.frozen(kw_only=True)
class ASGD(OptimiserSettings):
    """Stochastic gradient descent that also averages its weights.

    Source: Polyak and Juditsky (1992), Acceleration of stochastic approximation by averaging,
    SIAM J. Control Optim. 30, 838-855.
    """

    lambd: float = takens.plugin.parameter(1e-4, summary="decay of the weights")
    alpha: float = takens.plugin.parameter(0.75, summary="power of the rate's decay")
    t0: float = takens.plugin.parameter(1e6, unit="updates", summary="before averaging begins")
    weight_decay: float = takens.plugin.parameter(0.0, **_DECAY)


@attrs.frozen(kw_only=True)
class Adafactor(OptimiserSettings):
    """Adam with mean squares of rows and columns only.

    Source: Shazeer and Stern (2018), Adafactor: adaptive learning rates with sublinear memory
    cost, ICML, algorithm 4.
    """

    elementwise: ClassVar[bool] = False
    beta2_decay: float = takens.plugin.parameter(-0.8, summary="power of the memory's growth")
    eps: Sequence[float] | None = takens.plugin.parameter(
        None,
        converter=_tuple,
        summary="the least square and the least step; torch's own where not given",
    )
    d: float = takens.plugin.parameter(1.0, summary="longest update, root mean square")
    weight_decay: float = takens.plugin.parameter(0.0, **_DECAY)


@attrs.frozen(kw_only=True)
class Muon(OptimiserSettings):
    """Momentum made orthogonal, for models whose weights are all matrices.

    Source: Jordan, Jin, Boza, You, Cesista, Newhouse, Bernstein (2024), Muon: an optimizer for
    hidden layers in neural networks.
    """

    elementwise: ClassVar[bool] = False
    weight_decay: float = takens.plugin.parameter(0.1, **_DECAY)
    momentum: float = takens.plugin.parameter(
        0.95, at_least=0, summary="memory of past updates"
    )
    nesterov: bool = takens.plugin.parameter(True, summary="look ahead by the momentum")
    ns_coefficients: Sequence[float] = takens.plugin.parameter(
        (3.4445, -4.775, 2.0315),
        types=(list,),
        converter=_tuple,
        summary="of the Newton-Schulz iteration",
    )
    eps: float = takens.plugin.parameter(1e-7, **_EPS)
    ns_steps: int = takens.plugin.parameter(
        5, at_least=1, summary="of the Newton-Schulz iteration"
    )
    adjust_lr_fn: Literal["original", "match_rms_adamw"] | None = takens.plugin.parameter(
        None, summary="how the rate follows the shape of a matrix"
    )


@attrs.frozen(kw_only=True)
class LBFGS(OptimiserSettings):
    """Quasi-Newton steps, which ask for the loss again and again.

    Source: Liu and Nocedal (1989), On the limited memory BFGS method for large scale
    optimization, Math. Program. 45, 503-528.
    """

    elementwise: ClassVar[bool] = False
    max_iter: int = takens.plugin.parameter(20, at_least=1, summary="iterations of an update")
    max_eval: int | None = takens.plugin.parameter(None, summary="evaluations of an update")
    tolerance_grad: float = takens.plugin.parameter(1e-7, at_least=0, summary="of the gradient")
    tolerance_change: float = takens.plugin.parameter(1e-9, at_least=0, summary="of the loss")
    history_size: int = takens.plugin.parameter(100, at_least=1, summary="updates remembered")
    line_search_fn: Literal["strong_wolfe"] | None = takens.plugin.parameter(
        None, summary="how far a step goes"
    )


@attrs.frozen(kw_only=True)
class SparseAdam(OptimiserSettings):
    """Adam for gradients that are sparse tensors.

    Source: Kingma and Ba (2015), Adam: a method for stochastic optimization, ICLR.
    """

    elementwise: ClassVar[bool] = False
    betas: Sequence[float] = _betas()
    eps: float = takens.plugin.parameter(1e-8, **_EPS)
