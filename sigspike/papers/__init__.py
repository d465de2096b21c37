"""Papers, one per sub-folder: experiments, figures and claims, one figure per file."""

from sigspike.papers.benign_overfitting import FIGURES as BENIGN_OVERFITTING
from sigspike.papers.figure import Figure
from sigspike.papers.low_snr import FIGURES as LOW_SNR
from sigspike.papers.meta_reweighting import FIGURES as META_REWEIGHTING
from sigspike.papers.noisy_images import FIGURES as NOISY_IMAGES
from sigspike.papers.phase_diagrams import FIGURES as PHASE_DIAGRAMS
from sigspike.papers.sharpness import FIGURES as SHARPNESS
from sigspike.papers.theory_lab import FIGURES as THEORY_LAB
from sigspike.papers.two_stages import FIGURES as TWO_STAGES
from sigspike.papers.vocabulary import FIGURES as VOCABULARY

PAPERS: dict[str, tuple[type[Figure], ...]] = {
    "low-snr": LOW_SNR,
    "benign-overfitting": BENIGN_OVERFITTING,
    "phase-diagrams": PHASE_DIAGRAMS,
    "two-stages": TWO_STAGES,
    "meta-reweighting": META_REWEIGHTING,
    "noisy-images": NOISY_IMAGES,
    "sharpness": SHARPNESS,
    "theory-lab": THEORY_LAB,
    "vocabulary": VOCABULARY,
}
