"""Stages of training, read off records: when curves cross the levels that theorems name."""

from sigspike.common.stages.crossing import Moment as Moment
from sigspike.common.stages.crossing import first_time as first_time
from sigspike.common.stages.crossing import over_runs as over_runs
from sigspike.common.stages.low_snr import low_snr_stages as low_snr_stages
from sigspike.common.stages.reweighting import phase_of as phase_of
from sigspike.common.stages.reweighting import reweighting_phases as reweighting_phases
from sigspike.common.stages.two_stages import two_stage_stages as two_stage_stages
