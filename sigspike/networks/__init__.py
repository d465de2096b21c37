"""Networks, one per file."""

from sigspike.networks.network import Network as Network
from sigspike.networks.patch_cnn import PatchCNN as PatchCNN
from sigspike.networks.three_layer_cnn import ThreeLayerCNN as ThreeLayerCNN
