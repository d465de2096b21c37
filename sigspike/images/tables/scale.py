"""A smaller training than the published one, for machines that cannot do it in their time."""

from dataclasses import replace

from sigspike.foundation.check import Refusal
from sigspike.foundation.fields import Checked, choice, count
from sigspike.images.data import Dataset, fewer
from sigspike.images.networks import ImageNetwork
from sigspike.images.training import Milestones, Schedule, Training


class Scale(Checked):
    """0 leaves a number as it was published; ``compute`` "bfloat16" computes maps in half
    precision.
    """

    epochs: int = count("epochs", low=0, default=0)
    width: int = count("channels of the network's first stage", low=0, default=0)
    images: int = count("training images", low=0, default=0)
    batch_size: int = count("images of a batch", low=0, default=0)
    compute: str = choice("full", "bfloat16", default="full")

    def dataset(self, dataset: Dataset, seed: int) -> Dataset:
        """As many of its training images."""
        if self.images > len(dataset.labels):
            raise Refusal(
                f"`images` must be at most the {len(dataset.labels)} training images, "
                f"got {self.images}"
            )
        return fewer(dataset, self.images, seed) if self.images else dataset

    def training(self, published: Training) -> Training:
        """The training with these numbers, the steps of its learning rate at the same shares of all
        epochs.
        """
        epochs = self.epochs or published.epochs
        return replace(
            published,
            network=self.network(published.network),
            epochs=epochs,
            batch_size=self.batch_size or published.batch_size,
            schedule=_stretched(published.schedule, epochs / published.epochs),
        )

    def network(self, published: ImageNetwork) -> ImageNetwork:
        """The network with this width and precision."""
        return replace(published, width=self.width or published.width, compute=self.compute)


def _stretched(schedule: Schedule, factor: float) -> Schedule:
    if not isinstance(schedule, Milestones) or factor == 1:
        return schedule
    return Milestones(
        tuple(sorted({max(round(epoch * factor), 1) for epoch in schedule.at})), schedule.factor
    )
