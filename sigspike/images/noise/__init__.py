"""Laws of label noise, one per file, and the labels they give."""

from sigspike.images.noise.as_given import AsGiven as AsGiven
from sigspike.images.noise.asymmetric import Asymmetric as Asymmetric
from sigspike.images.noise.from_file import FromFile as FromFile
from sigspike.images.noise.human import Human as Human
from sigspike.images.noise.instance_dependent import InstanceDependent as InstanceDependent
from sigspike.images.noise.labelled import Labelled as Labelled
from sigspike.images.noise.labelled import labelled as labelled
from sigspike.images.noise.law import Law as Law
from sigspike.images.noise.mappings import next_within as next_within
from sigspike.images.noise.noisy_labels import NoisyLabels as NoisyLabels
from sigspike.images.noise.symmetric import Symmetric as Symmetric
