"""Choosing number formats: configurations, calibration, and what they are resolved into."""
