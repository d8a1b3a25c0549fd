"""Making components for a look at them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

import attrs

from takens._plugins.component import ComponentSpec
from takens._plugins.parameters import check_parameters
from takens._plugins.spec import imported
from takens.errors import ComponentError

# What required parameters of these names are, where a spec gives no example.
_EXAMPLES: Final[Mapping[str, Any]] = {"obs_dim": 2, "system": "lorenz63"}


def make(spec: ComponentSpec, parameters: Mapping[str, Any] | None = None) -> Any:
    """Make a component from its ``example``, its defaults and ``parameters``.

    Raises: ComponentError where a required parameter has no value; whatever the target raises.
    """
    given = dict(spec.example) | dict(parameters or {})
    for name in (each.name for each in spec.parameters if each.required):
        if name not in given and name not in _EXAMPLES:
            says = f"{spec.kind} {spec.name}: {name} is required; give the ComponentSpec an"
            raise ComponentError(f"{says} example of it.")
        given.setdefault(name, _EXAMPLES.get(name))
    check_parameters(spec, given)
    return spec.make(imported(spec.target), given)


def real_settings(component: Any) -> dict[str, float]:
    """Return the arguments of an attrs class that are real numbers, with their values."""
    kind = cast(Any, type(component))
    fields = [field for field in attrs.fields(kind) if field.init] if attrs.has(kind) else []
    values = {field.alias or field.name: getattr(component, field.name) for field in fields}
    return {name: value for name, value in values.items() if isinstance(value, float)}
