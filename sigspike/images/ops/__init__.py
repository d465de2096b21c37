"""PyTorch's layers as plain functions of arrays: images NHWC, parameters laid out as PyTorch's."""

from sigspike.images.ops.convolution import Maps as Maps
from sigspike.images.ops.convolution import Outputs as Outputs
from sigspike.images.ops.convolution import conv as conv
from sigspike.images.ops.dense import flatten as flatten
from sigspike.images.ops.dense import linear as linear
from sigspike.images.ops.normalisation import Statistics as Statistics
from sigspike.images.ops.normalisation import batch_norm as batch_norm
from sigspike.images.ops.pooling import adaptive_average_pool as adaptive_average_pool
from sigspike.images.ops.pooling import average_pool as average_pool
from sigspike.images.ops.pooling import max_pool as max_pool
from sigspike.images.ops.transposed import conv_transpose as conv_transpose
