"""Real images with noisy labels: data, networks with PyTorch's semantics, and methods."""
