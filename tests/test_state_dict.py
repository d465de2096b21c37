"""A state_dict comes back unchanged from everywhere; another network's is refused."""

import pickle

import jax
import numpy as np
import pytest
from reference import cases

from sigspike.foundation.check import Refusal
from sigspike.images import state_dict

NETWORK = cases.NETWORKS["ResNet-18"][0]


@pytest.fixture(params=["float32", "float64"])
def values(request):
    """A state_dict as PyTorch has it, with int64 counts."""
    if request.param == "float64" and not jax.config.read("jax_enable_x64"):
        pytest.skip("needs float64")
    state = cases.state("ResNet-18")
    return {
        key: value.astype(request.param) if value.ndim else value for key, value in state.items()
    }


def same(one, other):
    """Keys, their order, types and bits."""
    assert list(one) == list(other)
    for key, value in other.items():
        assert np.asarray(one[key]).dtype == np.asarray(value).dtype, key
        assert np.asarray(one[key]).tobytes() == np.asarray(value).tobytes(), key


@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
def test_a_file_comes_back_unchanged(values, suffix, tmp_path):
    if suffix == ".safetensors":
        pytest.importorskip("safetensors")
    params, buffers = state_dict.load(values, NETWORK)
    state_dict.save(tmp_path / f"a{suffix}", params, buffers, NETWORK)
    again = state_dict.load(tmp_path / f"a{suffix}", NETWORK)
    same(state_dict.as_dict(*again, NETWORK), values)
    assert [path.name for path in tmp_path.iterdir()] == [f"a{suffix}"]


def test_a_file_that_others_wrote_is_read(values, tmp_path):
    numpy_format = pytest.importorskip("safetensors.numpy")
    numpy_format.save_file(values, tmp_path / "theirs.safetensors")
    np.savez(tmp_path / "theirs.npz", **values)
    for suffix in (".npz", ".safetensors"):
        same(
            state_dict.as_dict(*state_dict.load(tmp_path / f"theirs{suffix}", NETWORK), NETWORK),
            values,
        )


def test_order_and_types_survive_a_compiled_function(values):
    """Which sorts the names, and whose integers are as JAX has them."""
    params, buffers = jax.jit(lambda *both: both)(*state_dict.load(values, NETWORK))
    assert list(params) != [name for name in values if name in params], "it sorts no more"
    same(state_dict.as_dict(params, buffers, NETWORK), values)


def test_a_live_torch_module_comes_back_unchanged():
    torch = pytest.importorskip("torch")
    from reference import torch_answers

    module = torch_answers.module("ResNet-18")
    before = {key: value.clone().numpy() for key, value in module.state_dict().items()}
    params, buffers = state_dict.load(module, NETWORK)
    content = state_dict.as_dict(params, buffers, NETWORK)
    same(content, before)
    with torch.no_grad():
        module.bn1.weight.zero_()
    assert (params["bn1.weight"] == before["bn1.weight"]).all(), "JAX looks into torch's memory"
    module.load_state_dict({key: torch.from_numpy(value) for key, value in content.items()})
    same({key: value.numpy() for key, value in module.state_dict().items()}, before)


def test_a_torch_tensor_that_numpy_lacks_is_refused():
    torch = pytest.importorskip("torch")
    from reference import torch_answers

    module = torch_answers.module("ResNet-18").to(torch.bfloat16)
    with pytest.raises(
        Refusal, match=r"'conv1.weight' must be float32 or float64, got torch.bfloat16; convert it"
    ):
        state_dict.load(module, NETWORK)


REFUSALS = {
    "a missing key": (lambda v: v.pop("bn1.weight"), "`source` lacks 'bn1.weight'; "),
    "another code's names": (
        lambda v: v.update({key.replace("downsample", "shortcut"): v.pop(key) for key in list(v)}),
        "lacks 'layer2.0.downsample.0.weight' and 17 more, and holds 'layer2.0.shortcut.0.weight'",
    ),
    "an extra key": (
        lambda v: v.update(epoch=3),
        "`source` holds 'epoch', which the network does not have",
    ),
    "a wrong shape": (
        lambda v: v.update({"fc.weight": np.zeros((7, 16))}),
        r"'fc.weight' must have shape \(5, 16\), got \(7, 16\)",
    ),
    "half precision": (
        lambda v: v.update({"fc.bias": np.zeros(5, np.float16)}),
        "'fc.bias' must be float32 or float64, got float16; convert it",
    ),
    "half a batch": (
        lambda v: v.update({"bn1.num_batches_tracked": np.array(0.5)}),
        "'bn1.num_batches_tracked' must be a whole number",
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_what_does_not_fit_is_refused(name):
    change, sentence = REFUSALS[name]
    values = cases.state("ResNet-18")
    change(values)
    with pytest.raises(Refusal, match=sentence):
        state_dict.load(values, NETWORK)


def test_files_that_cannot_be_read_are_refused(tmp_path):
    with pytest.raises(Refusal, match="which does not exist"):
        state_dict.load(tmp_path / "none.npz", NETWORK)
    (tmp_path / "broken.npz").write_bytes(b"nothing")
    with pytest.raises(Refusal, match=r"cannot be read as .npz"):
        state_dict.load(tmp_path / "broken.npz", NETWORK)
    (tmp_path / "code.pth").write_bytes(pickle.dumps({}))
    with pytest.raises(
        Refusal, match=r"a pickle is code: give what torch.load\(path, weights_only=True\) returns"
    ):
        state_dict.load(tmp_path / "code.pth", NETWORK)
    np.savez(tmp_path / "objects.npz", **{"conv1.weight": np.array([object()])})  # type: ignore[arg-type]
    with pytest.raises(Refusal, match=r"cannot be read as .npz"):
        state_dict.load(tmp_path / "objects.npz", NETWORK)


def test_a_count_that_jax_cannot_hold_is_refused():
    values = cases.state("ResNet-18")
    values["bn1.num_batches_tracked"] = np.array(2**31)
    values = {
        key: value.astype(np.float32) if value.ndim else value for key, value in values.items()
    }
    with (
        jax.enable_x64(False),
        pytest.raises(Refusal, match=r"in \[0, 2147483647\], got int64 2147483648"),
    ):
        state_dict.load(values, NETWORK)


def test_float64_is_not_cut_in_silence():
    with (
        jax.enable_x64(False),
        pytest.raises(Refusal, match=r"'conv1.weight' is float64, which JAX cuts"),
    ):
        state_dict.load(cases.state("ResNet-18"), NETWORK)


def test_saving_asks_for_the_networks_own_names(tmp_path):
    params, buffers = state_dict.load(cases.state("ResNet-18"), NETWORK)
    with pytest.raises(Refusal, match=r"lacks 'fc.bias'"):
        state_dict.as_dict(
            {name: value for name, value in params.items() if name != "fc.bias"}, buffers, NETWORK
        )
    with pytest.raises(Refusal, match=r"must end in .npz or .safetensors, got '.*a.h5'"):
        state_dict.save(tmp_path / "a.h5", params, buffers, NETWORK)
