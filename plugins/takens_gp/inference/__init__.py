"""Posterior, evidence and hyperparameters."""
