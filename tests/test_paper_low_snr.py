"""The figures of low-snr at the quick scale."""

from figures import test_of

test_a_figure_is_written_whole_and_its_claims_hold = test_of("low-snr")
