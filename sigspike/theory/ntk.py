"""The neural tangent kernel of the patch CNN: of one draw of its weights, and in the mean.

The mean over the weights has a closed form.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from sigspike.foundation.check import Choice, Instance, Refusal
from sigspike.models.activations import ReLUPower
from sigspike.models.networks import Network, PatchCNN, PatchwiseNetwork

Patches = Float[Array, "sample patch coordinate"]
Kernel = Float[Array, "sample sample"]


def empirical_ntk(
    network: PatchwiseNetwork, filters: Float[Array, "sign neuron extended"], patches: Patches
) -> Kernel:
    """K(x, x') = ⟨∇f(x), ∇f(x')⟩ in the first layer, at these filters (Jacot et al. 2018); x are
    rows of patches.

    The filters have one coordinate more than the patches where the network has a bias. For a
    network without trained layers above the first it is the kernel of
    ``Experiment(regime="kernel")`` at its start.
    """
    Instance(PatchwiseNetwork).check("network", network)
    if jax.tree.leaves(jax.eval_shape(network.upper, jax.random.key(0))):
        raise Refusal(
            f"`network` must train its first layer alone for this kernel, got {network}; "
            "take a fixed second layer"
        )
    rows = _extended(network, patches)

    def answer(weights: Float[Array, "sign neuron extended"]) -> Float[Array, " sample"]:
        total = network.answer((), jnp.einsum("jrd,ipd->jrip", weights, rows)).sum(-1)
        return total if network.patches == "sum" else total / rows.shape[1]

    slopes = jax.jacobian(answer)(filters).reshape(rows.shape[0], -1)
    return slopes @ slopes.T


def infinite_ntk(network: PatchCNN, patches: Patches) -> Kernel:
    """The mean of ``empirical_ntk`` over Gaussian filters w ~ N(0, σ_0² I), which it is at infinite
    width.

    K(x, x') = (2/m) Σ_{p,p'} ⟨x^(p), x'^(p')⟩ E σ'(u) σ'(v), with (u, v) = ⟨w, ·⟩ of both patches
    and θ their angle. For the activation max(0, z)^q, E = (π − θ)/(2π) at q = 1, and
    4 σ_0² ‖x^(p)‖ ‖x'^(p')‖ (sin θ + (π − θ) cos θ)/(2π) at q = 2 (the arc-cosine kernels of order
    0 and 1, Cho & Saul 2009). Sums over filters have m² times it, means over P patches 1/P².
    """
    Instance(PatchCNN).check("network", network)
    activation = network.activation
    if not isinstance(activation, ReLUPower):
        raise Refusal(
            f"`activation` must be a ReLUPower for a closed form, got {activation}; "
            "use empirical_ntk"
        )
    Choice((1, 2)).check("power", activation.power)
    if network.init != "gaussian":
        raise Refusal(
            f"`init` must be 'gaussian' for a closed form, got {network.init!r}; use empirical_ntk"
        )
    rows = _extended(network, patches)
    flat = rows.reshape(-1, rows.shape[-1])
    gram, length = flat @ flat.T, jnp.linalg.norm(flat, axis=1)
    scale = jnp.outer(length, length)
    angle = jnp.arccos(jnp.clip(gram / jnp.where(scale > 0, scale, 1), -1, 1))
    if activation.power == 1:
        slopes = (jnp.pi - angle) / (2 * jnp.pi)
    else:
        bent = jnp.sin(angle) + (jnp.pi - angle) * jnp.cos(angle)
        slopes = 4 * network.init_std**2 * scale * bent / (2 * jnp.pi)
    n_samples, n_patches = rows.shape[:2]
    summed = (gram * slopes).reshape(n_samples, n_patches, n_samples, n_patches).sum((1, 3))
    factor = 2 * network.neurons if network.filters == "sum" else 2 / network.neurons
    return factor * summed / (n_patches**2 if network.patches == "mean" else 1)


def _extended(network: Network, patches: Patches) -> Float[Array, "sample patch extended"]:
    return (
        jnp.concatenate([patches, jnp.ones((*patches.shape[:2], 1))], -1)
        if network.bias
        else patches
    )
