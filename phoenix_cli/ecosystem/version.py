"""The detector's version, apart from the detector: reading a kept answer needs no import of what made it."""

#: Counts up whenever the same files may give another answer; part of the key under which detections are kept.
DETECTOR_VERSION = 1
