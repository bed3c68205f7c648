"""The parts of tools/make_sample.py: drawn pictures, invented talk, small disk images."""
