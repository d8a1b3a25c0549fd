"""Checking the parameters of a component against what it says of itself."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from takens._near import near
from takens._plugins.component import ComponentSpec
from takens._plugins.parameter import Parameter
from takens.errors import ComponentError


def check_parameters(spec: ComponentSpec, given: Mapping[str, Any]) -> None:
    """Refuse unknown, missing and wrongly typed parameters, in a sentence.

    Values that TOML cannot hold (Tensors, callables) are left to the component.

    Raises: ComponentError.
    """
    what = f"{spec.kind} {spec.name!r}"
    known = {parameter.name: parameter for parameter in spec.parameters}
    refuse_unknown(what, known, given)
    missing = [p.name for p in spec.parameters if p.required and p.name not in given]
    if missing:
        raise ComponentError(f"{what} needs {', '.join(missing)}.")
    for name, value in given.items():
        check_value(f"{what}: {name}", known[name], value)


def refuse_unknown(what: str, known: Collection[str], given: Iterable[str]) -> None:
    """Refuse names of parameters that are not known, saying the nearest one that is.

    Raises: ComponentError.
    """
    for name in given:
        if name not in known:
            listed = f"it takes {', '.join(known)}" if known else "it takes none"
            raise ComponentError(
                f"{what} has no parameter {name!r}; {listed}.{near(name, known)}"
            )


def check_value(what: str, parameter: Parameter, value: Any) -> None:
    """Refuse a TOML value that a parameter does not take; None is left to the component.

    Raises: ComponentError.
    """
    refusal = parameter.refusal(value)
    if refusal and value is not None:
        raise ComponentError(f"{what} {refusal}")
