"""What both wings share: reweighting, selection of samples, stages of curves."""
