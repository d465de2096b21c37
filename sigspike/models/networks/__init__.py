"""Networks, one per file."""

from sigspike.models.networks.activated import ActivatedNetwork as ActivatedNetwork
from sigspike.models.networks.attention_pooling import AttentionPooling as AttentionPooling
from sigspike.models.networks.linear_model import LinearModel as LinearModel
from sigspike.models.networks.network import Network as Network
from sigspike.models.networks.patch_cnn import PatchCNN as PatchCNN
from sigspike.models.networks.patchwise import PatchwiseNetwork as PatchwiseNetwork
from sigspike.models.networks.patchwise import silent as silent
from sigspike.models.networks.tangent import Tangent as Tangent
from sigspike.models.networks.three_layer_cnn import ThreeLayerCNN as ThreeLayerCNN
