"""Augmentation of images on the device: crop, flip and RandAugment, as pure functions of a key."""

from sigspike.images.augmentation.augmentation import Augmentation as Augmentation
