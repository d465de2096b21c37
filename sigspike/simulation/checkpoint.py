"""A checkpoint: where a run ended, for another to go on from or to learn from."""

from dataclasses import replace

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, Key

from sigspike.models.examples import Examples
from sigspike.simulation.experiment import Experiment
from sigspike.simulation.observer import Carry
from sigspike.simulation.simulation import Draw, Loop, begin
from sigspike.training.algorithm import State


class Checkpoint(eqx.Module):
    """The end of a run: the experiment that it was, the samples and first weights that it drew, its
    key, what it carries from step to step, and the steps taken, in all runs of its chain.

    In weight space the filters are vectors of R^d, and the network can be shown any samples. In
    coefficient space they are written in the samples that the run drew.
    """

    experiment: Experiment
    drawn: Draw
    key: Key[Array, ""]
    carry: Carry
    step: Int[Array, ""]

    @property
    def filters(self) -> Float[Array, "sign neuron coordinate"]:
        """The filters, as vectors in the frame of ``drawn``: in R^d, in weight space."""
        return begin(self.experiment, self.drawn)[0].space.filters(self.carry.params)

    def logits(self, examples: Examples | None = None) -> Float[Array, "sample *class_"]:
        """f of these samples, vectors of R^d, or of the training samples of the run."""
        drawn = self.drawn
        drawn = drawn if examples is None else replace(drawn, train=examples, clean=None)
        return begin(self.experiment, drawn)[0].training_logits(self.carry.params)

    def onward(self, loop: Loop, same_samples: bool) -> Carry:
        """What another run begins with: the parameters and the number of steps taken, and the state
        of the optimiser and of the weights where these are of the same kind. Weights belong to
        samples, and begin anew with other ones.
        """
        before, was, now = self.carry, self.experiment.algorithm, loop.algorithm
        begun = loop.start(before.params).state
        same_optimiser = jax.tree.structure(was.optimiser) == jax.tree.structure(now.optimiser)
        same_weights = jax.tree.structure(was.weights) == jax.tree.structure(now.weights)
        state = State(
            before.state.step,
            before.state.optimiser if same_optimiser else begun.optimiser,
            before.state.weights if same_weights and same_samples else begun.weights,
        )
        stays = same_samples and loop.fits
        stopped_at = before.stopped_at if stays else jnp.full_like(before.stopped_at, -1)
        return Carry(before.params, state, before.diverged_at, stopped_at)
