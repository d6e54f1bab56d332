"""The roof: command line, settings, migrations, and the one place where everything is wired together."""
