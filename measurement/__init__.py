"""Numbers with their uncertainty: agreement, classification metrics, intervals, calibration."""
