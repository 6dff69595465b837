"""Preparation and scoring as Apache Beam pipelines, on whichever of its runners."""
