"""The figures of vocabulary at the quick scale."""

from figures import figures_of

test_a_figure_is_written_whole_and_its_claims_hold = figures_of("vocabulary")
