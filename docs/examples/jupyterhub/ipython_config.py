"""For all kernels of an environment: into the folder etc/ipython in it, such as /opt/class/etc/ipython."""

c = get_config()  # noqa: F821

c.InteractiveShellApp.extensions = ["ptrepl"]  # %load_ext ptrepl, before the first cell
