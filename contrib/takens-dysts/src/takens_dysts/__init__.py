"""The flows of dysts as systems of takens, with recomputed Lyapunov exponents."""

from collections.abc import Iterator

import takens
from takens_dysts import stored

TAKENS_API = 1


@takens.plugin.hookimpl
def takens_components() -> Iterator[takens.plugin.ComponentSpec]:
    """Offer every flow that has a right-hand side of finite dimension."""
    for name, entry in stored.flows().items():
        yield takens.plugin.ComponentSpec(
            kind="system",
            name=name,
            target=f"takens_dysts.flows:{entry['class']}",
            summary=f"{entry['class']} of dysts, in {len(entry['initial'])} dimensions.",
            parameters=tuple(
                takens.plugin.Parameter(parameter, value, types=(float,), finite=True)
                for parameter, value in entry["parameters"].items()
            ),
            source=entry["source"],
        )
