"""Dynamics in motion: maps from fields, tangents, simulation and free runs."""
