"""Simulated callers and agents on real SIP phones."""
