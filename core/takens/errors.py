"""The errors that takens raises on purpose, and the exit code of each."""


class TakensError(Exception):
    """The work failed; the message is one sentence for the person who asked for it."""

    exit_code = 1


class InputError(TakensError, ValueError):
    """What was given cannot be used; the message says what was given, expected and to do."""

    exit_code = 2


class ConfigurationError(InputError):
    """A configuration file, or a ``--set`` option, cannot be used."""


class DataError(InputError):
    """A time series, or the file that it was to be read from, cannot be used."""


class DeviceError(InputError):
    """A device was asked for that this machine does not have."""


class CheckpointError(InputError):
    """A checkpoint cannot be read, or does not belong to this run."""


class ComponentError(InputError):
    """A component could not be made."""


class UnknownComponentError(ComponentError, LookupError):
    """No enabled plugin offers a component of that kind and name."""


class AmbiguousComponentError(ComponentError, LookupError):
    """Two plugins offer the name; say which, as ``plugin:name``."""


class IntegrationError(TakensError):
    """A solve did not reach its last time."""


class TrainingError(TakensError):
    """Training stopped before its last step."""


class PluginError(TakensError):
    """The code of a plugin failed; the message names it, its distribution and what to do."""


class PluginWarning(UserWarning):
    """An installed plugin could not be used, or failed in one of its hooks."""
