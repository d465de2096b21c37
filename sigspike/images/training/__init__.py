"""Training of image networks on noisy labels: description, loop, checkpoints and logs."""

from sigspike.images.training.alignment import Alignment as Alignment
from sigspike.images.training.alignment import alignment_of as alignment_of
from sigspike.images.training.curves import curves_of as curves_of
from sigspike.images.training.curves import read_curves as read_curves
from sigspike.images.training.diagnostics import early_stops as early_stops
from sigspike.images.training.diagnostics import memorisation_stages as memorisation_stages
from sigspike.images.training.diagnostics import report as report
from sigspike.images.training.features import Features as Features
from sigspike.images.training.features import embedded as embedded
from sigspike.images.training.features import features_of as features_of
from sigspike.images.training.optimiser import SGD as SGD
from sigspike.images.training.optimiser import Adam as Adam
from sigspike.images.training.optimiser import Optimiser as Optimiser
from sigspike.images.training.remarks import remarks_of as remarks_of
from sigspike.images.training.restorations import Restorations as Restorations
from sigspike.images.training.restorations import restorations_of as restorations_of
from sigspike.images.training.result import Result as Result
from sigspike.images.training.schedule import Constant as Constant
from sigspike.images.training.schedule import Cosine as Cosine
from sigspike.images.training.schedule import Milestones as Milestones
from sigspike.images.training.schedule import Schedule as Schedule
from sigspike.images.training.suspects import Suspects as Suspects
from sigspike.images.training.train import Progress as Progress
from sigspike.images.training.train import train as train
from sigspike.images.training.training import Training as Training
