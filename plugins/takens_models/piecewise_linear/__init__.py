"""Piecewise-linear recurrent networks, and their fixed points and cycles."""
