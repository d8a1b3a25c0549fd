"""Everything that is registered keeps what its kind promises."""

from collections.abc import Callable
from typing import Any

import pytest

import takens
from takens.testing import parametrize_with_checks, registered

# Other distributions, also those in contrib, run the kit in their own tests.
PLUGINS = [
    plugin
    for plugin in takens.catalogue().plugins
    if plugin.state == "loaded" and plugin.distribution == "takens"
]
SUBJECTS = list(registered(PLUGINS))

Check = Callable[[Any], None]


@parametrize_with_checks(PLUGINS)
def test_plugins(component: object, check: Check) -> None:
    check(component)


@parametrize_with_checks(SUBJECTS)
def test_components(component: object, check: Check) -> None:
    check(component)


@pytest.mark.slow
@parametrize_with_checks(SUBJECTS, slow=True)
def test_what_takes_long(component: object, check: Check) -> None:
    check(component)
