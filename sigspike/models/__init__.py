"""What is learnt: data models, networks, activations, losses, and where vectors live."""
