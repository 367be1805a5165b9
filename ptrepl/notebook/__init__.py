"""The extension for IPython and the notebooks that run on it: ``%load_ext ptrepl``."""
