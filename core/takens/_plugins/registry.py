"""Components of one kind, by name."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Generic, TypeVar, final

import attrs

from takens._errors import ComponentError, TakensError
from takens._plugins.catalogue import Catalogue, catalogue
from takens._plugins.component import ComponentSpec, Kind
from takens._plugins.loading import Plugin
from takens._plugins.parameters import check_parameters

if TYPE_CHECKING:
    from takens._protocols.backend import Backend
    from takens._protocols.dataset import Dataset
    from takens._protocols.device import DevicePolicy
    from takens._protocols.figure import Figure
    from takens._protocols.integrator import Integrator
    from takens._protocols.kernel import Kernel
    from takens._protocols.metric import Metric
    from takens._protocols.model import Model
    from takens._protocols.portrait import Portrait
    from takens._protocols.scheme import TrainingScheme
    from takens._protocols.system import System

T_co = TypeVar("T_co", covariant=True)


@final
@attrs.frozen(eq=False)
class Registry(Generic[T_co]):
    """Components of one kind, by name; by default those of this process's plugins."""

    kind: Kind
    _catalogue: Catalogue | None = None

    @property
    def catalogue(self) -> Catalogue:
        """The plugins that are asked."""
        return self._catalogue or catalogue()

    def names(self) -> list[str]:
        """List the names, sorted."""
        return sorted({spec.name for _, spec in self.catalogue if spec.kind == self.kind})

    def spec(self, name: str, /) -> ComponentSpec:
        """Describe a component without importing it.

        Raises: UnknownComponentError, AmbiguousComponentError.
        """
        return self.catalogue.find(self.kind, name)[1]

    def create(self, name: str, /, **parameters: Any) -> T_co:
        """Make a component from its name and parameters.

        Raises: UnknownComponentError, AmbiguousComponentError; ComponentError for a parameter
        that the component does not take, or a component that cannot be imported.
        """
        plugin, spec = self.catalogue.find(self.kind, name)
        factory = self._import(plugin, spec)
        check_parameters(spec, parameters)
        try:
            made: T_co = factory(**parameters)
        except (TakensError, MemoryError):
            raise
        except (TypeError, ValueError) as error:
            raise ComponentError(f"{spec.kind} {spec.name!r}: {error}") from error
        except Exception as error:
            # Torch has no error of its own for sizes that do not fit; the command line does.
            if "allocate memory" in str(error):
                raise
            raise ComponentError(
                f"{spec.kind} {spec.name!r} of plugin {plugin.name!r} ({plugin.distribution} "
                f"{plugin.version}) cannot be made: {type(error).__name__}: {error}."
            ) from error
        return made

    def _import(self, plugin: Plugin, spec: ComponentSpec) -> Any:
        module, _, attribute = spec.target.partition(":")
        try:
            return getattr(importlib.import_module(module), attribute)
        except Exception as error:
            raise ComponentError(
                f"{spec.kind} {spec.name!r} of plugin {plugin.name!r} ({plugin.distribution} "
                f"{plugin.version}) cannot be imported from {spec.target!r}: "
                f"{type(error).__name__}: {error}."
            ) from error


systems: Registry[System] = Registry("system")
integrators: Registry[Integrator] = Registry("integrator")
models: Registry[Model] = Registry("model")
schemes: Registry[TrainingScheme[Any]] = Registry("scheme")
metrics: Registry[Metric] = Registry("metric")
devices: Registry[DevicePolicy] = Registry("device")
datasets: Registry[Dataset] = Registry("dataset")
figures: Registry[Figure] = Registry("figure")
portraits: Registry[Portrait] = Registry("portrait")
backends: Registry[Backend] = Registry("backend")
kernels: Registry[Kernel] = Registry("kernel")
