"""sigspike inside a PyTorch pipeline: losses, label noise, reweighting and loaders on tensors.

Tensors pass through DLPack, without a copy where PyTorch and JAX see the same memory; what they
compute has gradients in both directions. Below ``# yours`` nothing of the pipeline changes but what
is asked for::

    import torch
    from torch.utils.data import DataLoader, TensorDataset

    from sigspike.images import bridge, methods

    # yours: pixels in [0, 1], labels 0 … C − 1, and ids 0 … n − 1 where a method tells images apart
    images, labels = torch.randint(256, (64, 3, 8, 8)) / 255, torch.arange(64) % 10
    triples = TensorDataset(images, labels, torch.arange(64))
    loader = DataLoader(triples, batch_size=32, shuffle=True)
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(192, 10))
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)

    # sigspike's, each of them on its own if you like
    loss = bridge.Loss(methods.EarlyLearning(), n_classes=10, n_images=64, reduction="none")
    meta = bridge.MetaReweighting(methods.MetaReweighting(), model, optimiser, n_images=64)
    for batch, given, ids in loader:
        losses = loss(model(batch), bridge.flipped(given, flip_rate=0.1, n_classes=10), ids)
        weights = meta(losses, images[:20], labels[:20], ids)
        optimiser.zero_grad()
        (weights * losses).mean().backward()
        optimiser.step()
    dataset = bridge.from_loader(loader, loader, "mine")  # for sigspike.images.training.train

It needs torch (``pip install torch``); nothing else of sigspike imports it. Laws of label noise
take a tensor of labels as it is: ``noise.Symmetric(0.4)(labels, n_classes=10, seed=0).labels``.
"""

from sigspike.foundation.check import Refusal

try:
    from sigspike.images.bridge.feature_reweighting import FeatureReweighting as FeatureReweighting
    from sigspike.images.bridge.flips import flipped as flipped
    from sigspike.images.bridge.loader import from_loader as from_loader
    from sigspike.images.bridge.loss import Loss as Loss
    from sigspike.images.bridge.meta_reweighting import MetaReweighting as MetaReweighting
except ModuleNotFoundError as error:
    if error.name != "torch":
        raise
    raise Refusal(
        "`sigspike.images.bridge` needs torch, which is not installed; pip install torch"
    ) from None
