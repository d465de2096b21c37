"""What torch says to the cases; run as a script, it stores that for machines without torch.

cd tests && python -m reference.torch_answers  # writes layers.npz and networks.npz beside itself
"""

from pathlib import Path

import numpy as np
import torch
from reference import cases, torch_networks
from torch.nn import functional

HERE = Path(__file__).parent
torch.set_num_threads(1)  # so little work is faster alone
PRECISIONS = {"float32": torch.float32, "float64": torch.float64}


def apply(name, inputs, settings):
    """The answers of a layer; maps come and go as NHWC."""
    kind = name.split(",")[0].split(" of ")[0]
    first, *rest = inputs
    first = first.permute(0, 3, 1, 2)
    if kind in ("conv", "conv with a bias"):
        return (functional.conv2d(first, *rest, **settings),)
    if kind == "transposed conv":
        return (functional.conv_transpose2d(first, *rest, **settings),)
    if kind.startswith("batch norm"):
        weight, bias, mean, variance = rest
        mean, variance = mean.detach().clone(), variance.detach().clone()
        training = settings["train"]
        answer = functional.batch_norm(
            first, mean, variance, weight, bias, training, settings.get("momentum", 0.1)
        )
        return answer, mean, variance
    if kind == "max pool":
        return (
            functional.max_pool2d(
                first, settings["window"], settings["stride"], settings.get("padding", 0)
            ),
        )
    if kind == "average pool":
        window, stride, padding = (settings[key] for key in ("window", "stride", "padding"))
        return (
            functional.avg_pool2d(
                first, window, stride, padding, ceil_mode=settings.get("ceil", False)
            ),
        )
    if kind.startswith("adaptive pool"):
        return (functional.adaptive_avg_pool2d(first, settings["size"]),)
    return (functional.linear(torch.flatten(first, 1), *rest),)


def layers():
    """Keys "name/precision/answer i", and in float64 "name/slope i": the gradient of Σ sin(answer)
    by input i.
    """
    found = {}
    for name, (_, settings) in cases.LAYERS.items():
        for precision, dtype in PRECISIONS.items():
            inputs = [
                torch.tensor(value, dtype=dtype, requires_grad=True)
                for value in cases.layer_inputs(name)
            ]
            answers = [_as_ours(answer) for answer in apply(name, inputs, settings)]
            found |= {
                f"{name}/{precision}/answer {i}": _plain(answer) for i, answer in enumerate(answers)
            }
            if precision == "float64":
                answers[0].sin().sum().backward()
                slopes = {f"{name}/slope {i}": value.grad for i, value in enumerate(inputs)}
                found |= {key: _plain(slope) for key, slope in slopes.items() if slope is not None}
    return found


def module(name, dtype=torch.float32):
    """The network in torch, with the state of the cases; refuses other names, order or shapes than
    ours.
    """
    ours, _ = cases.NETWORKS[name]
    settings = {key: getattr(ours, key) for key in ("n_classes", "depth", "width", "in_channels")}
    if isinstance(ours, cases.ResNet):
        made = torch_networks.ResNet(**settings, stem=ours.stem, names=ours.names)
    else:
        made = torch_networks.VGG(**settings, head=ours.head)
    values = cases.state(name)
    assert list(made.state_dict()) == list(values)
    made.to(dtype).load_state_dict({key: torch.from_numpy(value) for key, value in values.items()})
    return made


def networks():
    """Keys "name/precision/logits i" of two batches in training, "…/evaluated" of the first one
    afterwards; in float64 also "name/gradient" of the first batch's cross entropy, and
    "name/buffers" after it, each one vector.
    """
    found = {}
    for name in cases.NETWORKS:
        for precision, dtype in PRECISIONS.items():
            made = module(name, dtype)
            batches = (
                torch.tensor(cases.images(name), dtype=dtype).permute(0, 1, 4, 2, 3).contiguous()
            )
            label = torch.arange(cases.BATCH)
            first = made.train()(batches[0])
            if precision == "float64" and name in cases.GRADIENTS:
                functional.cross_entropy(first, label).backward()
                found[f"{name}/gradient"] = _joined(value.grad for value in made.parameters())
                found[f"{name}/buffers"] = _joined(made.buffers())
            second = made(batches[1])
            found |= {
                f"{name}/{precision}/logits 0": _plain(first),
                f"{name}/{precision}/logits 1": _plain(second),
            }
            found[f"{name}/{precision}/evaluated"] = _plain(made.eval()(batches[0]))
    return found


def _as_ours(answer):
    return answer.permute(0, 2, 3, 1) if answer.ndim == 4 else answer


def _plain(tensor):
    return tensor.detach().contiguous().numpy().copy()


def _joined(tensors):
    return np.concatenate([np.zeros(0), *(_plain(tensor).ravel() for tensor in tensors)])


if __name__ == "__main__":
    np.savez_compressed(HERE / "layers.npz", **layers())
    np.savez_compressed(HERE / "networks.npz", **networks())
