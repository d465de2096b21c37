"""Image networks with PyTorch's semantics, names and layouts, one per file."""

from sigspike.images.networks.forward import Buffers as Buffers
from sigspike.images.networks.forward import Params as Params
from sigspike.images.networks.network import ImageNetwork as ImageNetwork
from sigspike.images.networks.network import Output as Output
from sigspike.images.networks.resnet import ResNet as ResNet
from sigspike.images.networks.vgg import VGG as VGG
