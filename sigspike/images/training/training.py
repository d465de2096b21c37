"""How a network is trained: all that decides the numbers, besides the images and their labels."""

from dataclasses import replace

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from sigspike.foundation.check import Refusal
from sigspike.foundation.fields import Checked, choice, count, part
from sigspike.images.augmentation import Augmentation
from sigspike.images.data import PUBLISHED
from sigspike.images.methods import CrossEntropy, Method
from sigspike.images.networks import ImageNetwork
from sigspike.images.training.optimiser import SGD, Optimiser
from sigspike.images.training.schedule import Constant, Schedule


class Training(Checked):
    """A network, a method, and the schedule of both.

    * ``last_batch``: what becomes of the n mod ``batch_size`` images that are left over in an
      epoch: "pad" makes them a batch with images of the same epoch's first, which count for batch
      norm's statistics alone; "drop" leaves them out of this epoch (``drop_last``).
    * ``normalization``: of the training images' own pixels ("data"), or a published one.
    * ``clean_size`` images, as many of each class, are a clean subset for methods that need one,
      ``clean_batch_size`` of them at each step; ``validation_size`` more choose the best epoch.
      They are the data set's own clean images where it has such, and otherwise taken out of the
      training images with their true labels, where those are known. ``split_seed`` draws both.
    * ``watch``: how the training images are followed. "running": from the passes of training
      itself, which costs nothing: each image augmented, with its batch's statistics, just before
      the step that uses it. "evaluated": all of them after every epoch, as the test images are.
    * ``unit``: what is compiled: a "step", or an "epoch" as one program, which is a little faster
      on an accelerator and far slower on a CPU (XLA convolves there on one core inside a loop).
      "auto" looks at the device.

    Half precision is the network's ``compute``. ``seed`` draws initial weights, order, augmentation
    and the method's own randomness.
    """

    network: ImageNetwork = part(ImageNetwork)
    method: Method = part(Method, CrossEntropy)
    optimiser: Optimiser = part(Optimiser, SGD)
    schedule: Schedule = part(Schedule, Constant)
    augmentation: Augmentation = part(Augmentation, Augmentation)
    epochs: int = count("epochs", default=10)
    batch_size: int = count("images of a batch", default=128, low=2)
    last_batch: str = choice("pad", "drop", default="pad")
    eval_batch_size: int = count("images of a batch in evaluation", default=500)
    normalization: str = choice("data", *PUBLISHED, default="data")
    clean_size: int = count("images of the clean subset", low=0, default=0)
    clean_batch_size: int = count("clean images of a step", default=100)
    validation_size: int = count("clean images that choose the best epoch", low=0, default=0)
    split_seed: int = count("seed of the two", low=0, default=0)
    watch: str = choice("running", "evaluated", default="running")
    unit: str = choice("auto", "epoch", "step", default="auto")
    seed: int = count("seed", low=0, default=0)

    def __check_init__(self) -> None:
        if self.method.needs_clean and not self.clean_size:
            raise Refusal(
                f"`clean_size` must be above 0 for {type(self.method).__name__}, "
                "which needs clean images, got 0"
            )

    @property
    def program(self) -> "Training":
        """The same with seeds of 0: what is compiled, once for all seeds."""
        return replace(self, split_seed=0, seed=0)

    def rate(self, step: Int[Array, ""], n_steps: int) -> Float[Array, ""]:
        """η_t at step t of ``n_steps`` an epoch."""
        return jnp.asarray(self.optimiser.learning_rate * self.schedule(step, n_steps, self.epochs))

    def steps(self, n_images: int) -> int:
        """Steps of an epoch over so many images."""
        if n_images < self.batch_size:
            raise Refusal(
                f"`batch_size` must be at most the {n_images} training images, "
                f"got {self.batch_size}"
            )
        return (
            n_images // self.batch_size
            if self.last_batch == "drop"
            else -(-n_images // self.batch_size)
        )
