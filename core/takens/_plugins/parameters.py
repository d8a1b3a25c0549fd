"""Checking the parameters of a component against what it says of itself."""

from collections.abc import Mapping
from typing import Any

from takens._errors import ComponentError, near
from takens._plugins.component import ComponentSpec, Parameter

_WORDS: Mapping[type, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "a table",
}


def check_parameters(spec: ComponentSpec, given: Mapping[str, Any]) -> None:
    """Refuse unknown, missing and wrongly typed parameters, in a sentence.

    Values that TOML cannot hold (Tensors, callables) are left to the component.

    Raises: ComponentError.
    """
    what = f"{spec.kind} {spec.name!r}"
    known = {parameter.name: parameter for parameter in spec.parameters}
    for name in given:
        if name not in known:
            listed = f"it takes {', '.join(known)}" if known else "it takes none"
            raise ComponentError(
                f"{what} has no parameter {name!r}; {listed}.{near(name, known)}"
            )
    missing = [p.name for p in spec.parameters if p.required and p.name not in given]
    if missing:
        raise ComponentError(f"{what} needs {', '.join(missing)}.")
    for name, value in given.items():
        check_value(f"{what}: {name}", known[name], value)


def check_value(what: str, parameter: Parameter, value: Any) -> None:
    """Refuse a TOML value of the wrong type, naming the type and unit that were expected.

    Raises: ComponentError.
    """
    if not isinstance(value, (bool, int, float, str, list, dict)):
        return
    default = parameter.default
    if value.__class__ is default.__class__ and value == default:
        return
    if isinstance(value, str) and value in parameter.choices:
        return
    if parameter.types and not any(_is(value, kind) for kind in parameter.types):
        wanted = [_WORDS.get(kind, kind.__name__) for kind in parameter.types]
        wanted += [repr(choice) for choice in parameter.choices]
        unit = f" (unit: {parameter.unit})" if parameter.unit else ""
        raise ComponentError(f"{what} is {' or '.join(wanted)}{unit}; got {value!r}.")
    if isinstance(value, str) and parameter.choices:
        raise ComponentError(
            f"{what} is one of {', '.join(map(repr, parameter.choices))}; got {value!r}."
            f"{near(value, parameter.choices)}"
        )


def _is(value: Any, kind: type) -> bool:
    if isinstance(value, bool):
        return kind is bool
    if kind is float:
        return isinstance(value, (int, float))
    return isinstance(value, kind)
