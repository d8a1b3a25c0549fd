"""Training schemes, optimisers and learning-rate schedules."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import takens

if TYPE_CHECKING:
    from takens_schemes.classification import Classification as Classification
    from takens_schemes.closed_form import ClosedForm as ClosedForm
    from takens_schemes.expectation_maximisation import (
        ExpectationMaximisation as ExpectationMaximisation,
    )
    from takens_schemes.generalised_teacher_forcing import (
        GeneralisedTeacherForcing as GeneralisedTeacherForcing,
    )
    from takens_schemes.layer import LayerFit as LayerFit, LayerScheme as LayerScheme
    from takens_schemes.least_squares import LeastSquares as LeastSquares
    from takens_schemes.multiple_shooting import MultipleShooting as MultipleShooting
    from takens_schemes.one_step import OneStep as OneStep
    from takens_schemes.schedules import (
        Constant as Constant,
        Cosine as Cosine,
        Exponential as Exponential,
    )
    from takens_schemes.sparse_teacher_forcing import (
        SparseTeacherForcing as SparseTeacherForcing,
    )
    from takens_schemes.teacher_forcing import TeacherForcing as TeacherForcing
    from takens_schemes.torch_optimiser import TorchOptimiser as TorchOptimiser
    from takens_schemes.trajectory_matching import TrajectoryMatching as TrajectoryMatching
    from takens_schemes.weak_constraint import WeakConstraint as WeakConstraint

TAKENS_API = 2

_BY_GRADIENTS: Final = ("ensembles", "gaps")
_SCHEMES: Final = {
    "teacher_forcing:TeacherForcing": (*_BY_GRADIENTS, "irregular"),
    "sparse_teacher_forcing:SparseTeacherForcing": (*_BY_GRADIENTS, "irregular"),
    "generalised_teacher_forcing:GeneralisedTeacherForcing": (*_BY_GRADIENTS, "irregular"),
    "trajectory_matching:TrajectoryMatching": (*_BY_GRADIENTS, "irregular"),
    "multiple_shooting:MultipleShooting": _BY_GRADIENTS,
    "weak_constraint:WeakConstraint": _BY_GRADIENTS,
    "expectation_maximisation:ExpectationMaximisation": _BY_GRADIENTS,
    "one_step:OneStep": _BY_GRADIENTS,
    "least_squares:LeastSquares": ("irregular",),
}
# Names of components, and of the classes of torch.optim.
_OPTIMISERS: Final = {
    "adadelta": "Adadelta",
    "adafactor": "Adafactor",
    "adagrad": "Adagrad",
    "adam": "Adam",
    "adamax": "Adamax",
    "adamw": "AdamW",
    "asgd": "ASGD",
    "lbfgs": "LBFGS",
    "muon": "Muon",
    "nadam": "NAdam",
    "radam": "RAdam",
    "rmsprop": "RMSprop",
    "rprop": "Rprop",
    "sgd": "SGD",
    "sparse_adam": "SparseAdam",
}
# By what each is, and which checks it fails for that.
_UNUSUAL: Final = {
    "lbfgs": ("it needs the loss several times an update", "learns resumes"),
    "muon": ("it is for weights that are all matrices", "protocol learns resumes"),
    "rprop": ("it finds the rate of each weight itself", "learns"),
    "sparse_adam": ("it needs gradients that are sparse", "learns resumes"),
}
_FOR_LAYERS: Final = 'use takens.registry("layer_scheme").create("classification")'


@takens.plugin.hookimpl
def takens_kinds() -> Iterator[takens.plugin.KindSpec]:
    """Bring schemes for layers."""
    yield takens.plugin.KindSpec(
        name="layer_scheme",
        protocol="takens_schemes.layer:LayerScheme",
        checks="takens_schemes.checks:CHECKS",
        summary="How a layer is trained, whose inputs are no series.",
    )


@takens.plugin.hookimpl
def takens_components() -> Iterator[takens.plugin.ComponentSpec]:
    """Offer the schemes, optimisers and schedules of this package."""
    for place, supports in _SCHEMES.items():
        name, _, scheme = place.partition(":")
        yield takens.plugin.ComponentSpec(
            kind="scheme",
            name=name,
            target=f"takens_schemes.{place}",
            settings=f"takens_schemes.settings:{scheme}Settings",
            supports=supports,
        )
    yield takens.plugin.ComponentSpec(
        kind="scheme",
        name="closed_form",
        target="takens_schemes.closed_form:ClosedForm",
        summary="Models that know how are solved for at once.",
    )
    # It was a scheme before there were schemes for layers.
    for kind, deprecated in (("layer_scheme", ""), ("scheme", _FOR_LAYERS)):
        yield takens.plugin.ComponentSpec(
            kind=kind,
            name="classification",
            target="takens_schemes.classification:Classification",
            settings="takens_schemes.settings:ClassificationSettings",
            deprecated=deprecated,
        )
    for name, kind in _OPTIMISERS.items():
        why, fails = _UNUSUAL.get(name, ("", ""))
        yield takens.plugin.ComponentSpec(
            kind="optimiser",
            name=name,
            target="takens_schemes.torch_optimiser:TorchOptimiser",
            settings=f"takens_schemes.optimisers:{kind}",
            excused={f"optimiser_{check}": why for check in fails.split()},
        )
    for name in ("constant", "cosine", "exponential"):
        place = f"takens_schemes.schedules:{name.capitalize()}"
        yield takens.plugin.ComponentSpec(
            kind="schedule", name=name, target=place, settings=place
        )


if not TYPE_CHECKING:
    __getattr__ = takens.plugin.LazyNames(__name__)
