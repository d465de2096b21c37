"""Methods of learning from noisy labels, one per file, all of one small interface (see `method`)."""

from sigspike.images.methods.batch import Batch as Batch
from sigspike.images.methods.batch import Clean as Clean
from sigspike.images.methods.cross_entropy import CrossEntropy as CrossEntropy
from sigspike.images.methods.method import Facts as Facts
from sigspike.images.methods.method import Look as Look
from sigspike.images.methods.method import Method as Method
from sigspike.images.methods.method import Seen as Seen
from sigspike.images.methods.method import cross_entropy as cross_entropy
from sigspike.images.methods.state import Descent as Descent
from sigspike.images.methods.state import Model as Model
from sigspike.images.methods.state import State as State
from sigspike.images.methods.state import Weights as Weights
