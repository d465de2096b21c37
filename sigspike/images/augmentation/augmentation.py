"""What is done to every image before it is trained on."""

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Int, Key, UInt8

from sigspike.foundation.fields import Checked, count, switch
from sigspike.images.augmentation.operations import BINS, one_of_all

Image = UInt8[Array, "row column channel"]
Images = UInt8[Array, "sample row column channel"]


class Augmentation(Checked):
    """A random crop of the image in a black frame of ``pad`` pixels, a horizontal flip with
    probability ½, and ``n_operations`` of RandAugment at ``magnitude`` of 30 (Cubuk et al. 2019,
    arXiv 1909.13719; the list and the magnitudes of ``torchvision.transforms.RandAugment``), drawn
    for every image with replacement.

    RandAugment comes last, as in ``Compose([RandomCrop(32, 4), RandomHorizontalFlip(),
    RandAugment(2, 9)])``.
    """

    pad: int = count("pixels of the frame that is cropped from", low=0, default=4)
    flip: bool = switch(True)
    n_operations: int = count("operations of RandAugment", low=0, default=0)
    magnitude: int = count("magnitude of RandAugment", low=0, high=BINS - 1, default=9)

    def __call__(self, images: Images, key: Key[Array, ""]) -> Images:
        """The images, each augmented by a draw of its own."""
        return jax.vmap(self._one)(images, jax.random.split(key, len(images)))

    def _one(self, image: Image, key: Key[Array, ""]) -> Image:
        crop_key, flip_key, key = jax.random.split(key, 3)
        if self.pad:
            image = cropped(image, self.pad, crop_key)
        if self.flip:
            image = jnp.where(jax.random.bernoulli(flip_key), image[:, ::-1], image)

        def operated(number: Int[Array, ""] | int, image: Image) -> Image:
            return one_of_all(image, self.magnitude / (BINS - 1), jax.random.fold_in(key, number))

        return lax.fori_loop(0, self.n_operations, operated, image) if self.n_operations else image


def cropped(image: Image, pad: int, key: Key[Array, ""]) -> Image:
    """A window of the image's own size, at a random place of the image in a black frame."""
    framed = jnp.pad(image, ((pad, pad), (pad, pad), (0, 0)))
    row, column = jax.random.randint(key, (2,), 0, 2 * pad + 1)
    return lax.dynamic_slice(framed, (row, column, 0), image.shape)
