"""Kernels compiled and kept, and memory for what they return."""
