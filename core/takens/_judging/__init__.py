"""Judging: free runs and forecasts, put to the metrics."""
