"""Solvers of other libraries under our interface."""
