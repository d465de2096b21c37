"""A run: described, simulated, recorded."""
