"""Capture and transcription of calls."""
