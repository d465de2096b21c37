"""Words of the command line that several tests say."""

SIGNAL = [
    "problem:signal-noise",
    "--problem.dim",
    "50",
    "--problem.signal-strength",
    "2",
    "--problem.noise-std",
    "0.5",
]
