"""Figures and lists that read across the domains. Nothing is written here."""
