"""Who is calling and what we know: contacts, their numbers, their timeline."""
