"""The settings of the backend, which are its parameters: imported without torch."""

import attrs

import takens


@attrs.frozen
class NativeSettings:
    """Traces a field and compiles the whole solve by the system's C compiler."""

    preference: int = takens.plugin.parameter(100, summary="those with more are asked first")
