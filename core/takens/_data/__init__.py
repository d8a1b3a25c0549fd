"""Containers of data."""
