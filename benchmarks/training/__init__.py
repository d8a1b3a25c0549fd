"""What training costs, beside the same work by others: `python -m benchmarks.training`."""
