"""Runs code of lessons and learners so that it can be stopped and leaves torch and the process as they were."""
