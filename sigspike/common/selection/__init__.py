"""Telling clean from noisy examples: by small losses, class directions or mixtures.

And how well a score does at it.
"""

from sigspike.common.selection.mixture import gaussian_mixture as gaussian_mixture
from sigspike.common.selection.ranking import auc as auc
from sigspike.common.selection.small_loss import precision as precision
from sigspike.common.selection.small_loss import recall as recall
from sigspike.common.selection.small_loss import selected as selected
from sigspike.common.selection.spectral import fine_posteriors as fine_posteriors
from sigspike.common.selection.spectral import fine_scores as fine_scores
