"""What takens expects of every plugin; a component that is added is tested without a line."""

from collections.abc import Callable
from typing import Any

import takens
from takens.testing import parametrize_with_checks, registered

(EXAMPLE,) = (plugin for plugin in takens.catalogue().plugins if plugin.name == "example")


@parametrize_with_checks([EXAMPLE, *registered([EXAMPLE])])
def test_it_keeps_what_plugins_promise(component: object, check: Callable[[Any], None]) -> None:
    check(component)
