"""Parameters of the kernel of this package."""

import attrs

import takens


@attrs.frozen
class CosineSettings:
    """Sinusoids of one period."""

    variance: float = takens.plugin.parameter(
        1.0, unit="y^2", summary="at every point", above=0
    )
    period: float = takens.plugin.parameter(
        1.0, unit="x", summary="after which values return", above=0
    )
