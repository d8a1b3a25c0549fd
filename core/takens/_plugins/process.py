"""What all plugins of a process share, and none may change for the others."""

from __future__ import annotations

import builtins
import contextlib
import io
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any, Final, TextIO, TypeAlias, cast, final

import attrs

from takens._plugins.plugin import Plugin
from takens._plugins.warn import warn_outside
from takens.errors import PluginWarning

# Its name, how to read and write it, and what it is at first.
Setting: TypeAlias = tuple[str, Callable[[], Any], Callable[[Any], Any], Any]

_ERRORS: Final = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}
# Those that people and their queues send, and that programs tell each other.
_SIGNALS: Final = tuple(
    getattr(signal, f"SIG{name}")
    for name in ("INT", "TERM", "HUP", "QUIT", "ALRM", "USR1", "USR2", "CHLD", "CONT", "TSTP")
    if hasattr(signal, f"SIG{name}")
)
_KEPT: Final[ContextVar[bool]] = ContextVar("standard output is kept", default=False)


@contextlib.contextmanager
def keep_stdout() -> Generator[None]:
    """Send what plugins print inside to standard error: the output is kept for an answer.

    So is what their libraries in C and their programs print, which know no ``sys.stdout``.
    """
    token = _KEPT.set(True)
    try:
        with _redirected():
            yield
    finally:
        _KEPT.reset(token)


@contextlib.contextmanager
def _redirected() -> Generator[None]:
    """Send file descriptor 1 to standard error, and ``sys.stdout`` to where it was."""
    outer = cast("TextIO | None", sys.stdout)
    _flush(outer)
    try:
        kept = os.dup(1)
        os.dup2(2, 1)
    except OSError:  # One of the two is closed.
        yield
        return
    with contextlib.ExitStack() as last:
        last.callback(os.close, kept)
        last.callback(os.dup2, kept, 1)
        if outer is not None and _descriptor(outer) == 1:
            last.callback(setattr, sys, "stdout", outer)
            sys.stdout = last.enter_context(
                open(kept, "w", encoding=outer.encoding, errors=outer.errors, closefd=False)
            )
        last.callback(_flush, outer)
        yield


def _flush(stream: TextIO | None) -> None:
    """Write what a stream, and C's standard output where there is one, hold back."""
    import ctypes

    if stream is not None:
        stream.flush()
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).fflush(None)


def _descriptor(stream: TextIO) -> int | None:
    try:
        return stream.fileno()
    except (AttributeError, OSError):
        return None


@contextlib.contextmanager
def contained(*plugins: Plugin) -> Generator[None]:
    """Put back what plugins of strangers change inside for everyone, and name them."""
    strangers = [plugin for plugin in plugins if not plugin.ours]
    if not strangers:
        yield
        return
    before = {what: read() for what, read, *_ in settings()}
    outer, outer_errors = sys.stdout, sys.stderr
    out = sys.stdout = _Aside() if _KEPT.get() else _unclosed(outer)
    errors = sys.stderr = _unclosed(outer_errors)
    try:
        yield
    finally:
        did: list[str] = []
        if sys.stdout is not out:
            did.append("replaced sys.stdout, which is put back")
        if sys.stderr is not errors:
            did.append("replaced sys.stderr, which is put back")
        sys.stdout, sys.stderr = outer, outer_errors
        if isinstance(out, _Aside) and out.written:
            did.append("printed beside the answer in JSON, which is on standard error")
        changed = put_back(before, settings())
        did += [f"changed {what}, which is put back" for what in changed]
        if did:
            who = " or ".join(dict.fromkeys(map(str, strangers)))
            text = f"takens: {who} {', and '.join(did)}. {strangers[0].remedy}"
            warn_outside(text, PluginWarning)


@final
class _Unclosed:
    """Stands for a stream of the process, which nobody but the process closes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def close(self) -> None:
        self._stream.flush()

    def detach(self) -> None:
        raise io.UnsupportedOperation("the streams of the process are for all plugins")


def _unclosed(stream: TextIO | None) -> Any:
    return None if stream is None else _Unclosed(stream)


@final
class _Aside(io.TextIOBase):
    """Takes the place of standard output, and knows whether something was written."""

    written = False

    def write(self, text: str, /) -> int:
        self.written = True
        return sys.stderr.write(text)


def put_back(before: Mapping[str, Any], shared: Iterable[Setting]) -> list[str]:
    """Put back what is not as it was ``before``, and return its names."""
    changed: list[str] = []
    for what, read, write, fresh in shared:
        old = before.get(what, fresh)
        if old is not None and read() != old:
            write(old)
            changed.append(what)
    return changed


def settings() -> Iterator[Setting]:
    """Return what is looked after; modules that nobody has imported are left alone."""
    yield "the working directory", _folder, os.chdir, None
    yield "the limit of recursion", sys.getrecursionlimit, sys.setrecursionlimit, None
    yield "variables of the environment", _environment, _set_environment, None
    yield "where modules are looked for", _Path.now, _Path.restore, None
    yield "Python's builtins", _builtins, _set_builtins, None
    if threading.current_thread() is threading.main_thread():
        yield "what is done on signals", _handlers, _handle, None
        # While others judge, whoever catches warnings there has changed them, too.
        yield "what is done with warnings", _warnings, _warn_as, None
    if torch := cast(Any, sys.modules.get("torch")):
        kind = torch.get_default_dtype, torch.set_default_dtype, torch.float32
        yield "torch's default dtype", *kind
        yield "torch's grad mode", torch.is_grad_enabled, torch.set_grad_enabled, True
        threads = torch.get_num_threads, torch.set_num_threads, None
        yield "torch's number of threads", *threads
        device = torch.get_default_device, torch.set_default_device, torch.device("cpu")
        yield "torch's default device", *device
        sure = torch.are_deterministic_algorithms_enabled, torch.use_deterministic_algorithms
        yield "torch's choice of algorithms", *sure, False
        anomalies = torch.is_anomaly_enabled, torch.autograd.set_detect_anomaly
        yield "torch's detection of anomalies", *anomalies, False
    if numpy := cast(Any, sys.modules.get("numpy")):
        yield "NumPy's error state", numpy.geterr, lambda old: numpy.seterr(**old), _ERRORS


def _of_everyone(filters: tuple[Any, ...]) -> list[Any]:
    """Return the filters that are not of some message, module or category alone.

    Libraries add those when they are imported.
    """
    return [f for f in filters if not f[1] and not f[3] and f[2].__module__ == "builtins"]


class _Shared(dict[Any, Any]):
    """What there was; what libraries add when they are imported changes it for nobody."""

    def __ne__(self, before: object, /) -> bool:
        old = cast("dict[Any, Any]", before)
        return any(name not in self or self[name] is not old[name] for name in old)


def _environment() -> Mapping[str, str]:
    return _Variables(os.environ)


class _Variables(dict[str, str]):
    """The variables of the environment, to which those of libraries may be added."""

    def __ne__(self, before: object, /) -> bool:
        old = cast("dict[str, str]", before)
        added = any(name.startswith("TAKENS_") for name in self.keys() - old.keys())
        return added or any(self.get(name) != old[name] for name in old)


def _set_environment(before: Mapping[str, str]) -> None:
    for name in [name for name in os.environ if name.startswith("TAKENS_")]:
        if name not in before:
            del os.environ[name]
    os.environ.update(before)


@final
@attrs.frozen(eq=False)
class _Path:
    """Where modules are looked for, to the end of which libraries may add."""

    places: tuple[str, ...]

    @classmethod
    def now(cls) -> _Path:
        return cls(tuple(sys.path))

    def restore(self) -> None:
        sys.path[:] = self.places

    def __ne__(self, before: object, /) -> bool:
        old = cast(_Path, before).places
        return self.places[: len(old)] != old


def _builtins() -> Mapping[str, Any]:
    # The interpreter's prompt keeps its last value as _.
    return _Shared({name: value for name, value in vars(builtins).items() if name != "_"})


def _set_builtins(before: Mapping[str, Any]) -> None:
    for name, value in before.items():
        setattr(builtins, name, value)


def _handlers() -> Mapping[Any, Any]:
    return _Shared({each: signal.getsignal(each) for each in _SIGNALS})


def _handle(before: Mapping[Any, Any]) -> None:
    for each, handler in before.items():
        # None stands for a handler that was not set by Python.
        if handler is not None and signal.getsignal(each) is not handler:
            signal.signal(each, handler)


@final
@attrs.frozen
class _Warnings:
    """How warnings are shown, and which."""

    show: Any
    filters: tuple[Any, ...] = attrs.field(eq=_of_everyone)


def _warnings() -> _Warnings:
    return _Warnings(warnings.showwarning, tuple(warnings.filters))


def _warn_as(before: _Warnings) -> None:
    warnings.showwarning = before.show
    added = tuple(f for f in warnings.filters if f not in before.filters)
    own = [f for f in added if f not in _of_everyone(added)]
    # This also forgets what was decided by the filters of before.
    warnings.resetwarnings()
    cast("list[Any]", warnings.filters)[:] = [*own, *before.filters]


def _folder() -> str | None:
    try:
        return os.getcwd()
    except OSError:
        return None
