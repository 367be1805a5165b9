"""JupyterHub for a class on one machine. Everybody has an account there, and with it progress of their own.

Start it as root: jupyterhub -f jupyterhub_config.py
"""

c = get_config()  # noqa: F821

c.Authenticator.allowed_users = {"ada", "ben", "cleo"}  # accounts of the machine; they log in with its passwords
c.JupyterHub.bind_url = "http://127.0.0.1:8000"  # a web server with a certificate stands before it
c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"

c.Spawner.start_timeout = 120  # seconds; the first start of a day reads everything from the disk
c.Spawner.args = [
    "--MappingKernelManager.cull_idle_timeout=1800",  # seconds: a notebook that is left gives its memory back
    "--ServerApp.shutdown_no_activity_timeout=3600",
]
c.Spawner.environment = {
    "OMP_NUM_THREADS": "1",  # the tensors of lessons are small; threads of thirty kernels only wait for each other
}
