"""Errors of forecasts."""
