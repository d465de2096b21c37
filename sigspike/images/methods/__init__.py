"""Methods of learning from noisy labels, one a file, all of one small interface (see `method`)."""

from sigspike.images.methods.batch import Batch as Batch
from sigspike.images.methods.batch import Clean as Clean
from sigspike.images.methods.bootstrap import HardBootstrap as HardBootstrap
from sigspike.images.methods.bootstrap import SoftBootstrap as SoftBootstrap
from sigspike.images.methods.co_teaching import CoTeaching as CoTeaching
from sigspike.images.methods.cross_entropy import CrossEntropy as CrossEntropy
from sigspike.images.methods.early_learning import EarlyLearning as EarlyLearning
from sigspike.images.methods.feature_reweighting import FeatureReweighting as FeatureReweighting
from sigspike.images.methods.generalised_cross_entropy import (
    GeneralisedCrossEntropy as GeneralisedCrossEntropy,
)
from sigspike.images.methods.improved_mae import ImprovedMAE as ImprovedMAE
from sigspike.images.methods.label_noise import LabelNoise as LabelNoise
from sigspike.images.methods.label_smoothing import LabelSmoothing as LabelSmoothing
from sigspike.images.methods.loss_correction import Backward as Backward
from sigspike.images.methods.loss_correction import Forward as Forward
from sigspike.images.methods.meta_reweighting import MetaReweighting as MetaReweighting
from sigspike.images.methods.method import Evaluated as Evaluated
from sigspike.images.methods.method import Facts as Facts
from sigspike.images.methods.method import Look as Look
from sigspike.images.methods.method import Method as Method
from sigspike.images.methods.method import Seen as Seen
from sigspike.images.methods.method import cross_entropy as cross_entropy
from sigspike.images.methods.rfl import RobustFeatures as RobustFeatures
from sigspike.images.methods.small_loss import SmallLoss as SmallLoss
from sigspike.images.methods.state import Descent as Descent
from sigspike.images.methods.state import Model as Model
from sigspike.images.methods.state import State as State
from sigspike.images.methods.state import Weights as Weights
from sigspike.images.methods.symmetric_cross_entropy import (
    SymmetricCrossEntropy as SymmetricCrossEntropy,
)
