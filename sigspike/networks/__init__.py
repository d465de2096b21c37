"""Networks, one per file."""

from sigspike.networks.activated import ActivatedNetwork as ActivatedNetwork
from sigspike.networks.linear_model import LinearModel as LinearModel
from sigspike.networks.network import Network as Network
from sigspike.networks.network import silent as silent
from sigspike.networks.patch_cnn import PatchCNN as PatchCNN
from sigspike.networks.tangent import Tangent as Tangent
from sigspike.networks.three_layer_cnn import ThreeLayerCNN as ThreeLayerCNN
