"""Gradients: the adjoint equation, what it is taken to, and memory."""
