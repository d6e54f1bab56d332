"""What Asterisk is told: templates, the renderer and what goes into them."""
