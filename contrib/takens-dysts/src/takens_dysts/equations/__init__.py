"""The right-hand sides, a module a family."""
